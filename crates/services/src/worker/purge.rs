//! Removing for good what was deleted and not taken back, what nobody owns, and what has
//! been over for long.

use seva_model::AccessTokenId;
use seva_store::{
    StoreError, access_tokens, idempotency, prescriptions, prescriptions::PurgeableDraft,
    transcriptions, transcriptions::Purgeable,
};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Worker;
use crate::{
    audited::{ACCESS_TOKEN, Action, PRESCRIPTION, TRANSCRIPTION},
    errors,
    objects::paper_key,
};

/// Rows of a kind removed at a time.
const BATCH: u32 = 50;
/// Nothing else hangs on a key.
const KEYS: u32 = 1000;

/// One row that can't be purged must not keep the others. One that is gone was
/// purged by another worker.
fn others_go_on(operation: &'static str, purged: Result<(), StoreError>) {
    match purged {
        Ok(()) | Err(StoreError::NotFound) => {}
        Err(error) => errors::report("store", operation, &error),
    }
}

impl Worker {
    /// Purges from time to time, until `shutdown`.
    pub(super) async fn purge_until(self, shutdown: CancellationToken) {
        let mut tick = tokio::time::interval(self.config.purge_every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = tick.tick() => {}
            }
            if let Err(error) = self.purge_dictations().await {
                errors::report("store", "purge dictations", &error);
            }
            if let Err(error) = self.purge_drafts().await {
                errors::report("store", "purge drafts", &error);
            }
            if let Err(error) = self.purge_tokens().await {
                errors::report("store", "purge access tokens", &error);
            }
            if let Err(error) = self.services.sweep_objects().await {
                errors::report("store", "sweep objects", &error);
            }
            if let Err(error) = idempotency::purge(self.services.pool(), KEYS).await {
                errors::report("store", "purge idempotency keys", &error);
            }
        }
    }

    async fn purge_dictations(&self) -> Result<(), StoreError> {
        let pool = self.services.pool();
        let deleted = transcriptions::purgeable(pool, self.config.keep_deleted, BATCH).await?;
        for dictation in deleted {
            others_go_on("purge dictation", self.purge_dictation(&dictation).await);
        }
        Ok(())
    }

    /// The recording first: a row without its recording is found again the next
    /// time, a recording without its row never.
    async fn purge_dictation(&self, dictation: &Purgeable) -> Result<(), StoreError> {
        let objects = &self.services.ports().objects;
        if let Err(error) = objects.delete(&dictation.audio_key).await {
            errors::report("objects", "delete recording", &error);
            return Ok(());
        }
        let id = dictation.transcription_id;
        let mut tx = seva_store::begin(self.services.pool()).await?;
        transcriptions::purge(&mut tx, id).await?;
        Action::of_system("transcription.purge", TRANSCRIPTION, id.as_uuid())
            .commit(tx)
            .await
    }

    async fn purge_drafts(&self) -> Result<(), StoreError> {
        let pool = self.services.pool();
        let deleted = prescriptions::purgeable(pool, self.config.keep_deleted, BATCH).await?;
        for draft in deleted {
            others_go_on("purge draft", self.purge_draft(draft).await);
        }
        Ok(())
    }

    /// A signature that broke off may have left a paper; it goes first, as the
    /// recording does.
    async fn purge_draft(&self, draft: PurgeableDraft) -> Result<(), StoreError> {
        let id = draft.prescription_id;
        let objects = &self.services.ports().objects;
        if let Err(error) = objects.delete(&paper_key(draft.user_id, id)).await {
            errors::report("objects", "delete paper of a draft", &error);
            return Ok(());
        }
        let mut tx = seva_store::begin(self.services.pool()).await?;
        prescriptions::purge(&mut tx, id).await?;
        Action::of_system("prescription.purge", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
    }

    async fn purge_tokens(&self) -> Result<(), StoreError> {
        let over = access_tokens::purgeable(self.services.pool(), BATCH).await?;
        for token in over {
            others_go_on("purge access token", self.purge_token(token).await);
        }
        Ok(())
    }

    async fn purge_token(&self, id: AccessTokenId) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(self.services.pool()).await?;
        access_tokens::purge(&mut tx, id).await?;
        Action::of_system("access_token.purge", ACCESS_TOKEN, id.as_uuid())
            .commit(tx)
            .await
    }
}
