//! What a worker writes of a dictation: each a transaction of its own, under
//! the lease, with its audit event.

use std::time::Duration;

use seva_model::{Entity, Failure, Segment};
use seva_store::{PgConnection, StoreError, jobs, jobs::Lease, speech_traces};

use super::Worker;
use crate::{
    audited::{Action, TRANSCRIPTION},
    errors,
};

/// Tries of a write that the database could not take, and the first pause.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// A change of state.
#[derive(Clone, Copy)]
pub(super) enum Write<'a> {
    /// The words are heard.
    Transcribed(&'a str, &'a [Segment]),
    /// The end. `None`: the entities could not be found.
    Completed(Option<&'a [Entity]>),
    Failed(&'a Failure),
    Cancelled,
    /// Back to the queue, to be taken again after the delay.
    Released(Duration),
}

impl Write<'_> {
    /// Makes the change; `false` when it had been made before.
    async fn make(self, conn: &mut PgConnection, lease: &Lease) -> Result<bool, StoreError> {
        match self {
            Self::Transcribed(text, segments) => {
                jobs::finish_transcription(conn, lease, text, segments).await?;
            }
            Self::Completed(entities) => {
                return jobs::finish_extraction(conn, lease, entities).await;
            }
            Self::Failed(failure) => jobs::fail(conn, lease, failure).await?,
            Self::Cancelled => jobs::cancelled(conn, lease).await?,
            Self::Released(delay) => jobs::release(conn, lease, delay).await?,
        }
        Ok(true)
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Transcribed(..) => "transcription.transcribed",
            Self::Completed(_) => "transcription.complete",
            Self::Failed(_) => "transcription.fail",
            Self::Cancelled => "transcription.cancelled",
            Self::Released(_) => "transcription.release",
        }
    }
}

impl Worker {
    /// Writes, and tries again while the database may only be busy.
    pub(super) async fn write(&self, lease: &Lease, write: Write<'_>) -> Result<(), StoreError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.write_once(lease, write).await {
                Err(error) if error.may_retry() => {
                    errors::report("store", "write, to be tried again", &error);
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                other => return other,
            }
        }
        self.write_once(lease, write).await
    }

    /// Writes down that a provider is about to get something of the dictation.
    pub(super) async fn announce_speech(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(self.services.pool()).await?;
        speech_traces::announce(&mut tx, lease).await?;
        seva_store::commit(tx).await
    }

    /// Counts a service's failure in the job's row and tells how many there were.
    pub(super) async fn count_failure(&self, lease: &Lease) -> Result<u32, StoreError> {
        let mut tx = seva_store::begin(self.services.pool()).await?;
        let failures = jobs::count_failure(&mut tx, lease).await?;
        seva_store::commit(tx).await?;
        Ok(u32::from(failures.unsigned_abs()))
    }

    async fn write_once(&self, lease: &Lease, write: Write<'_>) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(self.services.pool()).await?;
        if !write.make(&mut tx, lease).await? {
            return Ok(());
        }
        let id = lease.transcription_id.as_uuid();
        Action::of_system(write.action(), TRANSCRIPTION, id)
            .commit(tx)
            .await
    }
}
