//! News of dictations, from whichever process changed them.

use std::time::Duration;

use seva_model::TranscriptionId;
use sqlx::{PgPool, postgres::PgListener};
use tokio::sync::broadcast;

/// The channel on which the trigger of `transcriptions` notifies.
const CHANNEL: &str = "dictations";
/// Changes a slow subscriber may fall behind before it has to read anew.
const BACKLOG: usize = 1024;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A dictation has a new version.
    Dictation {
        /// Which.
        id: TranscriptionId,
        /// Its version.
        version: i64,
    },
    /// The connection was lost for a while, so anything may have changed: read
    /// what you watch anew.
    Everything,
}

/// Passes notifications on to everybody in this process who watches. Cheap to
/// clone.
#[derive(Clone, Debug)]
pub struct LiveUpdates {
    changes: broadcast::Sender<Change>,
}

impl Default for LiveUpdates {
    fn default() -> Self {
        Self::new()
    }
}

impl LiveUpdates {
    /// Nothing arrives until [`Self::run`] runs.
    #[must_use]
    pub fn new() -> Self {
        Self {
            changes: broadcast::Sender::new(BACKLOG),
        }
    }

    /// Changes from now on. `Lagged` means the same as [`Change::Everything`].
    /// Subscribe first, then read the state, and no change falls between.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Listens for ever over one connection of the pool, and connects again when
    /// it is lost. End it by dropping the future.
    pub async fn run(&self, pool: &PgPool) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.listen(pool, &mut pause).await {
                Ok(()) => tracing::warn!("the connection for live updates was lost"),
                Err(error) => {
                    let error = crate::StoreError::from(error);
                    tracing::warn!(%error, "live updates can't connect");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Ends when the connection does.
    async fn listen(&self, pool: &PgPool, pause: &mut Duration) -> Result<(), sqlx::Error> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await?;
        *pause = FIRST_PAUSE;
        self.send(Change::Everything);
        while let Some(notification) = listener.try_recv().await? {
            match parse(notification.payload()) {
                Some(change) => self.send(change),
                None => tracing::warn!("a notification is not of this program"),
            }
        }
        Ok(())
    }

    fn send(&self, change: Change) {
        // It fails when nobody watches, which is fine.
        let _ = self.changes.send(change);
    }
}

fn parse(payload: &str) -> Option<Change> {
    let (id, version) = payload.split_once(':')?;
    Some(Change::Dictation {
        id: id.parse().ok()?,
        version: version.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_an_id_and_a_version() {
        let id = TranscriptionId::generate();
        assert_eq!(
            parse(&format!("{id}:7")),
            Some(Change::Dictation { id, version: 7 })
        );
        for bad in ["", "7", &format!("{id}"), &format!("{id}:x"), "x:7"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
