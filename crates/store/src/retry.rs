//! Trying again what changes nothing: a read, or the beginning of a transaction.

use std::time::Duration;

use tracing::Instrument as _;

use crate::{Result, StoreError};

/// Tries after the first one.
const RETRIES: u32 = 3;
/// The first pause; each is twice as long as the one before. Somebody waits for the
/// answer, so that all of them together stay below two seconds.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Calls `attempt` until it succeeds, while only the connection fails and there are
/// tries left. All of it is one span, which names the operation and nothing else.
///
/// Never for a statement that changes something: when its answer is lost, nobody
/// knows whether it was done.
pub(crate) async fn retried<T, E, F>(
    operation: &'static str,
    attempt: impl FnMut() -> F,
) -> Result<T>
where
    E: Into<StoreError>,
    F: Future<Output = Result<T, E>>,
{
    let span = tracing::info_span!("query", operation);
    until_done(operation, attempt).instrument(span).await
}

async fn until_done<T, E, F>(operation: &'static str, mut attempt: impl FnMut() -> F) -> Result<T>
where
    E: Into<StoreError>,
    F: Future<Output = Result<T, E>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 0..RETRIES {
        let done: Result<T> = attempt().await.map_err(Into::into);
        match done {
            Err(error) if error.is_of_connection() => {
                tracing::warn!(operation, %error, "the database is asked again");
                tokio::time::sleep(jittered(pause, rand::random())).await;
                pause *= 2;
            }
            other => return other,
        }
    }
    attempt().await.map_err(Into::into)
}

/// Shortened by up to half, so that many do not come back at the same moment.
/// `chance` is from 0 to 1.
fn jittered(pause: Duration, chance: f64) -> Duration {
    pause.mul_f64(1.0 - chance / 2.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{cell::Cell, io};

    use proptest::prelude::*;
    use tokio::time::Instant;

    use super::*;

    fn lost() -> StoreError {
        sqlx::Error::Io(io::Error::from(io::ErrorKind::ConnectionReset)).into()
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(future)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        /// Property 31: what fails by its connection is tried three times more, each
        /// pause at most twice the one before, and the first success counts.
        #[test]
        fn property_31_a_lost_connection_is_retried_three_times(failures in 0_u32..8) {
            run(async {
                let calls = Cell::new(0);
                let began = Instant::now();
                let done = retried("test", || {
                    calls.set(calls.get() + 1);
                    let fails = calls.get() <= failures;
                    async move { if fails { Err(lost()) } else { Ok(()) } }
                })
                .await;
                prop_assert_eq!(done.is_ok(), failures <= RETRIES);
                prop_assert_eq!(calls.get(), failures.min(RETRIES) + 1);
                let pauses = 2_u32.pow(failures.min(RETRIES)) - 1;
                // The clock of these tests counts whole milliseconds.
                let longest = FIRST_PAUSE * pauses + Duration::from_millis(4);
                prop_assert!(began.elapsed() <= longest);
                prop_assert!(began.elapsed() >= FIRST_PAUSE * pauses / 2);
                Ok(())
            })?;
        }

        #[test]
        fn a_pause_is_shortened_by_half_at_most(chance in 0.0_f64..1.0, millis in 1_u64..10_000) {
            let pause = Duration::from_millis(millis);
            let shorter = jittered(pause, chance);
            prop_assert!(pause / 2 <= shorter && shorter <= pause);
        }
    }

    #[test]
    fn what_would_fail_again_is_not_tried_again() {
        let lasting: [fn() -> StoreError; 3] = [
            || StoreError::NotFound,
            || sqlx::Error::PoolTimedOut.into(),
            || sqlx::Error::PoolClosed.into(),
        ];
        for lasting in lasting {
            let calls = Cell::new(0);
            let done: Result<()> = run(retried("test", || {
                calls.set(calls.get() + 1);
                async move { Err(lasting()) }
            }));
            assert!(done.is_err());
            assert_eq!(calls.get(), 1);
        }
    }
}
