//! What is happening to a dictation, as it happens.

use std::time::Duration;

use futures::{
    FutureExt as _,
    future::BoxFuture,
    stream::{self, BoxStream, StreamExt},
};
use seva_model::{AppError, DictationEvent, TranscriptionId, TranscriptionStatus, UserId};
use seva_store::{Change, transcriptions};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

use crate::{Services, errors::Reported};

/// A waiting dictation's place changes by what happens to others; it is looked
/// up this often at most.
const PLACE_EVERY: Duration = Duration::from_secs(1);

/// The state is read this often though nothing was announced, should an
/// announcement get lost.
const REREAD_EVERY: Duration = Duration::from_secs(10);

impl Services {
    /// The current state, with the segments that are newer than `after_version`
    /// (all of them without one).
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn events_since(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        after_version: Option<i64>,
    ) -> Result<DictationEvent, AppError> {
        transcriptions::event(self.pool(), user_id, id, after_version)
            .await
            .reported_for("read state", "dictation")
    }

    /// The current state at once, then every change, up to and including the
    /// final state. Each event holds the segments that are new since the one
    /// before it. The stream also ends when the dictation is deleted or the
    /// database fails, so that the browser connects again.
    ///
    /// # Errors
    /// `NOT_FOUND`, before the stream begins.
    pub async fn watch(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        after_version: Option<i64>,
    ) -> Result<BoxStream<'static, DictationEvent>, AppError> {
        // Listen first: nothing can happen unseen between the two.
        let changes = self.updates().subscribe();
        let first = self.events_since(user_id, id, after_version).await?;
        let watch = Watch {
            services: self.clone(),
            user_id,
            changes,
            last: first.clone(),
            read_at: Instant::now(),
        };
        let rest = stream::unfold(watch, |mut watch| async {
            let event = watch.next().await?;
            Some((event, watch))
        });
        Ok(stream::once(async { first }).chain(rest).boxed())
    }
}

struct Watch {
    services: Services,
    user_id: UserId,
    changes: Receiver<Change>,
    last: DictationEvent,
    read_at: Instant,
}

impl Watch {
    async fn next(&mut self) -> Option<DictationEvent> {
        while !self.last.status.is_final() {
            self.wait().await;
            self.read_at = Instant::now();
            let event = self.read().await.ok()?;
            let news =
                event.version != self.last.version || event.queue_ahead != self.last.queue_ahead;
            self.last = event;
            if news {
                return Some(self.last.clone());
            }
        }
        None
    }

    /// On the heap for as long as it takes: most of the time a stream only waits, and
    /// there are a thousand of them.
    fn read(&self) -> BoxFuture<'_, Result<DictationEvent, AppError>> {
        self.services
            .events_since(
                self.user_id,
                self.last.transcription_id,
                Some(self.last.version),
            )
            .boxed()
    }

    /// Until the state may have changed.
    async fn wait(&mut self) {
        let waiting = self.last.status == TranscriptionStatus::Pending;
        let mut until = self.read_at + REREAD_EVERY;
        loop {
            let change = tokio::select! {
                change = self.changes.recv() => change,
                () = tokio::time::sleep_until(until) => return,
            };
            match change {
                Ok(Change::Dictation { id, version }) if id == self.last.transcription_id => {
                    if version > self.last.version {
                        return;
                    }
                }
                // Somebody else's move may be ours in the queue.
                Ok(Change::Dictation { .. }) => {
                    if waiting {
                        until = until.min(self.read_at + PLACE_EVERY);
                    }
                }
                Ok(Change::Everything) | Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => {
                    tokio::time::sleep_until(until).await;
                    return;
                }
            }
        }
    }
}
