//! New prescriptions: drafted from a dictation, written, or copied.

use seva_model::{
    AppError, ErrorCode, PrescriptionContent, PrescriptionId, TranscriptionId, UserId,
};
use seva_store::{StoreError, prescriptions};

use super::WHAT;
use crate::{
    Services,
    audited::{Action, PRESCRIPTION},
    content,
    drafting::draft,
    errors::Reported,
    idempotency::{CREATED, Created, FOUND, Made, OnceOnly, remember},
    transcriptions::must_be_complete,
};

impl Services {
    /// What a draft of a completed dictation would hold, without storing it.
    ///
    /// # Errors
    /// `CONFLICT` while the dictation is not complete, `NOT_FOUND`.
    pub async fn propose_prescription(
        &self,
        user_id: UserId,
        transcription_id: TranscriptionId,
    ) -> Result<PrescriptionContent, AppError> {
        let dictation = self.get_transcription(user_id, transcription_id).await?;
        must_be_complete(&dictation)?;
        Ok(draft(&dictation, self.ports().lexicon.as_ref()))
    }

    /// Drafts the prescription of a completed dictation, or gives the one that
    /// exists already, draft or signed.
    ///
    /// # Errors
    /// `CONFLICT` while the dictation is not complete, `NOT_FOUND`.
    pub async fn draft_prescription(
        &self,
        user_id: UserId,
        transcription_id: TranscriptionId,
    ) -> Result<PrescriptionId, AppError> {
        let made = self.draft_prescription_once(user_id, transcription_id, None);
        made.await.map(|made| made.id)
    }

    /// The same for a request that may be sent again.
    ///
    /// # Errors
    /// As [`Services::draft_prescription`]; `IDEMPOTENCY_KEY_REUSED`.
    pub async fn draft_prescription_once(
        &self,
        user_id: UserId,
        transcription_id: TranscriptionId,
        once: Option<&OnceOnly>,
    ) -> Result<Created<PrescriptionId>, AppError> {
        if let Some(before) = self.answered(user_id, once).await? {
            return Ok(before);
        }
        let dictation = self.get_transcription(user_id, transcription_id).await?;
        must_be_complete(&dictation)?;
        if let Some((id, _)) = dictation.summary.prescription {
            return self.found(user_id, id, once).await;
        }
        let content = draft(&dictation, self.ports().lexicon.as_ref());
        let stored = self.insert(user_id, Some(transcription_id), &content, once);
        match stored.await {
            // Two windows asked at once; the other one was first.
            Err(StoreError::Taken) => {
                let id = prescriptions::draft_of(self.pool(), user_id, transcription_id)
                    .await
                    .reported("look for a draft")?
                    .ok_or_else(|| AppError::not_found(WHAT))?;
                self.found(user_id, id, once).await
            }
            other => other.reported_for("store draft", WHAT)?.created(),
        }
    }

    /// The answer that names a prescription which was there already.
    async fn found(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        once: Option<&OnceOnly>,
    ) -> Result<Created<PrescriptionId>, AppError> {
        let found = Created::now(id, FOUND);
        if once.is_none() {
            return Ok(found);
        }
        let mut tx = self.begin().await?;
        let before = remember(&mut tx, user_id, once, (FOUND, id.as_uuid())).await;
        if let Some(before) = before.reported("remember request")? {
            return before.created();
        }
        let remembered = seva_store::commit(tx).await;
        remembered.reported("remember request").map(|()| found)
    }

    /// Makes a draft of the given content.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` by field; `CONFLICT` when the dictation has a draft
    /// already; `NOT_FOUND` for a dictation that is not the caller's.
    pub async fn create_prescription(
        &self,
        user_id: UserId,
        transcription_id: Option<TranscriptionId>,
        content: PrescriptionContent,
    ) -> Result<PrescriptionId, AppError> {
        let made = self.create_prescription_once(user_id, transcription_id, content, None);
        made.await.map(|made| made.id)
    }

    /// The same for a request that may be sent again.
    ///
    /// # Errors
    /// As [`Services::create_prescription`]; `IDEMPOTENCY_KEY_REUSED`.
    pub async fn create_prescription_once(
        &self,
        user_id: UserId,
        transcription_id: Option<TranscriptionId>,
        content: PrescriptionContent,
        once: Option<&OnceOnly>,
    ) -> Result<Created<PrescriptionId>, AppError> {
        if let Some(before) = self.answered(user_id, once).await? {
            return Ok(before);
        }
        let content = content::checked(&content)?;
        match self.insert(user_id, transcription_id, &content, once).await {
            Err(StoreError::Taken) => Err(AppError::new(
                ErrorCode::Conflict,
                "This dictation has a draft already. Open that one.",
            )),
            Err(StoreError::NotFound) => Err(AppError::not_found("dictation")),
            other => other.reported_for("store draft", WHAT)?.created(),
        }
    }

    async fn insert(
        &self,
        user_id: UserId,
        transcription_id: Option<TranscriptionId>,
        content: &PrescriptionContent,
        once: Option<&OnceOnly>,
    ) -> Result<Made<PrescriptionId>, StoreError> {
        let id = PrescriptionId::generate();
        let row = prescriptions::NewPrescription {
            id,
            transcription_id,
            content,
        };
        let mut tx = seva_store::begin(self.pool()).await?;
        let before = remember(&mut tx, user_id, once, (CREATED, id.as_uuid())).await?;
        if let Some(before) = before {
            return Ok(before);
        }
        prescriptions::insert(&mut tx, user_id, &row).await?;
        Action::of(user_id, "prescription.create", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await?;
        Ok(Made::There(Created::now(id, CREATED)))
    }

    /// A new draft with the content of another prescription.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn copy_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<PrescriptionId, AppError> {
        let made = self.copy_prescription_once(user_id, id, None);
        made.await.map(|made| made.id)
    }

    /// The same for a request that may be sent again.
    ///
    /// # Errors
    /// `NOT_FOUND`, `IDEMPOTENCY_KEY_REUSED`.
    pub async fn copy_prescription_once(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        once: Option<&OnceOnly>,
    ) -> Result<Created<PrescriptionId>, AppError> {
        let copy = PrescriptionId::generate();
        let mut tx = self.begin().await?;
        let before = remember(&mut tx, user_id, once, (CREATED, copy.as_uuid())).await;
        if let Some(before) = before.reported("remember request")? {
            return before.created();
        }
        prescriptions::copy(&mut tx, user_id, id, copy)
            .await
            .reported_for("copy prescription", WHAT)?;
        Action::of(user_id, "prescription.copy", PRESCRIPTION, copy.as_uuid())
            .commit(tx)
            .await
            .reported_for("copy prescription", WHAT)?;
        Ok(Created::now(copy, CREATED))
    }
}
