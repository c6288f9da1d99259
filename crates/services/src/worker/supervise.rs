//! Keeps the parts of the worker going.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt as _;
use tokio_util::sync::CancellationToken;

/// Runs a part of the worker to its end. One that panics is started anew after a
/// `pause`, so that a defect that stays does not fill the log, until `shutdown`.
/// What the panic says is not logged, it may hold words of a dictation.
pub(super) async fn supervise<F>(
    name: &'static str,
    pause: Duration,
    shutdown: CancellationToken,
    part: impl Fn() -> F,
) where
    F: Future<Output = ()>,
{
    // Nothing of a part outlives its panic but what the database holds.
    while AssertUnwindSafe(part()).catch_unwind().await.is_err() {
        tracing::error!(part = name, "a part of the worker panicked");
        let pause = tokio::time::sleep(pause);
        if shutdown.run_until_cancelled(pause).await.is_none() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;

    const PAUSE: Duration = Duration::from_secs(2);

    #[tokio::test(start_paused = true)]
    async fn a_part_that_panics_is_started_anew_until_it_ends() {
        let starts = Cell::new(0);
        let began = Instant::now();
        supervise("test", PAUSE, CancellationToken::new(), || async {
            starts.set(starts.get() + 1);
            assert!(starts.get() > 2, "the first two do not live");
        })
        .await;
        assert_eq!(starts.get(), 3);
        assert!(began.elapsed() >= 2 * PAUSE, "with a pause after each");
    }

    #[tokio::test]
    async fn a_part_that_panics_while_the_worker_stops_is_left_alone() {
        let starts = Cell::new(0);
        let shutdown = CancellationToken::new();
        supervise("test", PAUSE, shutdown.clone(), || async {
            starts.set(starts.get() + 1);
            shutdown.cancel();
            panic!("it does not live");
        })
        .await;
        assert_eq!(starts.get(), 1);
    }
}
