//! Having the provider of speech remove what it keeps of dictations that ended.
//!
//! What is still to be removed is in the database, so that neither a process that
//! dies nor a provider that is down leaves a patient's words outside.

use std::time::Duration;

use seva_model::Specialty;
use seva_store::{StoreError, speech_traces};
use tokio::time::{MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::{errors, ports::Forgotten};

/// How long a provider may take. A call that was broken off may still arrive, so the
/// dictation is held for longer.
const LIMIT: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(120);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// By then the longest job has ended: more than five hours.
const MANY_TRIES: u32 = 30;

impl Worker {
    /// Has removed what is due, until `shutdown`. An engine that leaves no traces is
    /// told nothing: what is to be forgotten waits for the provider that has it.
    pub(super) async fn forget_until(self, shutdown: CancellationToken) {
        let transcriber = &self.services.ports().transcriber;
        if !Specialty::ALL
            .into_iter()
            .any(|specialty| transcriber.leaves_traces(specialty))
        {
            return;
        }
        let mut tick = tokio::time::interval(self.config.poll);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let forgetting = async {
            loop {
                tick.tick().await;
                if let Err(error) = self.forget_due().await {
                    errors::report("store", "forget speech", &error);
                }
            }
        };
        // Whoever is cut off keeps the trace until the lease runs out.
        shutdown.run_until_cancelled(forgetting).await;
    }

    async fn forget_due(&self) -> Result<(), StoreError> {
        while let Some(debt) = speech_traces::take(self.services.pool(), LEASE).await? {
            self.forget(&debt).await?;
        }
        Ok(())
    }

    async fn forget(&self, debt: &speech_traces::Debt) -> Result<(), StoreError> {
        let pool = self.services.pool();
        let id = debt.transcription_id;
        let forgetting = self.services.ports().transcriber.forget(id);
        match timeout(LIMIT, forgetting).await {
            Ok(Ok(Forgotten::Gone)) => return speech_traces::settle(pool, debt).await,
            Ok(Ok(Forgotten::NotYet)) if debt.tries < MANY_TRIES => {
                tracing::info!(transcription_id = %id, tries = debt.tries, "a provider still works on an ended dictation");
            }
            Ok(Ok(Forgotten::NotYet)) => {
                tracing::error!(transcription_id = %id, tries = debt.tries, "a provider does not end its work on a dictation");
            }
            Ok(Err(error)) => errors::report_port(&error),
            Err(late) => {
                errors::report("transcriber", "forget in time", &late);
                return Ok(());
            }
        }
        let pause = pause(self.config.backoff, debt.tries);
        speech_traces::postpone(pool, debt, pause).await
    }
}

/// Doubles with each try.
fn pause(first: Duration, tries: u32) -> Duration {
    let times = 2_u32.saturating_pow(tries.saturating_sub(1));
    first.saturating_mul(times).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let first = Duration::from_secs(5);
        let pauses: Vec<_> = (1..=9).map(|tries| pause(first, tries).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
        assert_eq!(pause(first, u32::MAX), LONGEST_PAUSE);
        let until_many: Duration = (1..MANY_TRIES).map(|tries| pause(first, tries)).sum();
        assert!(until_many > Duration::from_secs(5 * 3600));
    }
}
