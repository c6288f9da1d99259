//! Prescriptions: drafted, edited, listed and copied. Signing is next door.

use bytes::Bytes;
use seva_model::{
    AppError, ErrorCode, Prescription, PrescriptionContent, PrescriptionId, PrescriptionStatus,
    PrescriptionSummary, TranscriptionId, UserId,
};
use seva_store::{StoreError, prescriptions};
use time::{OffsetDateTime, UtcOffset};

use crate::{
    Page, Services,
    audited::{Action, PRESCRIPTION},
    content,
    drafting::draft,
    errors::{Reported, port_failed},
    paging::{cursor, search},
    ports::PrescriptionPaper,
    transcriptions::must_be_complete,
    verification::parse_code,
};

/// What the sentences call it; the table's name for it is the same.
const WHAT: &str = PRESCRIPTION;

/// Which prescriptions to list.
#[derive(Clone, Debug, Default)]
pub struct PrescriptionFilter {
    /// Part of the patient's name or of a medicine's.
    pub search: Option<String>,
    /// In this state only.
    pub status: Option<PrescriptionStatus>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// Rows of a page, 25 unless told, at most 100.
    pub limit: Option<u32>,
}

/// What anybody with the paper's code may know: nothing of the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPrescription {
    /// When it was signed.
    pub signed_at: OffsetDateTime,
    /// Who signed it.
    pub doctor_name: String,
    /// The doctor's registration number when it was signed.
    pub registration_number: String,
}

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
        let dictation = self.get_transcription(user_id, transcription_id).await?;
        must_be_complete(&dictation)?;
        if let Some((id, _)) = dictation.summary.prescription {
            return Ok(id);
        }
        let content = draft(&dictation, self.ports().lexicon.as_ref());
        match self.insert(user_id, Some(transcription_id), &content).await {
            // Two windows asked at once; the other one was first.
            Err(StoreError::Taken) => self
                .existing_draft(user_id, transcription_id)
                .await?
                .ok_or_else(|| AppError::not_found(WHAT)),
            other => other.reported_for("store draft", WHAT),
        }
    }

    async fn existing_draft(
        &self,
        user_id: UserId,
        transcription_id: TranscriptionId,
    ) -> Result<Option<PrescriptionId>, AppError> {
        prescriptions::draft_of(self.pool(), user_id, transcription_id)
            .await
            .reported("look for a draft")
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
        let content = content::checked(&content)?;
        match self.insert(user_id, transcription_id, &content).await {
            Err(StoreError::Taken) => Err(AppError::new(
                ErrorCode::Conflict,
                "This dictation has a draft already. Open that one.",
            )),
            Err(StoreError::NotFound) => Err(AppError::not_found("dictation")),
            other => other.reported_for("store draft", WHAT),
        }
    }

    async fn insert(
        &self,
        user_id: UserId,
        transcription_id: Option<TranscriptionId>,
        content: &PrescriptionContent,
    ) -> Result<PrescriptionId, StoreError> {
        let id = PrescriptionId::generate();
        let row = prescriptions::NewPrescription {
            id,
            transcription_id,
            content,
        };
        let mut tx = seva_store::begin(self.pool()).await?;
        prescriptions::insert(&mut tx, user_id, &row).await?;
        Action::of(user_id, "prescription.create", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await?;
        Ok(id)
    }

    /// A whole prescription.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn get_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<Prescription, AppError> {
        let found = prescriptions::get(self.pool(), user_id, id).await;
        found.reported_for("read prescription", WHAT)
    }

    /// The doctor's prescriptions, newest first.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` for a `before` that is no page's `next`.
    pub async fn list_prescriptions(
        &self,
        user_id: UserId,
        filter: &PrescriptionFilter,
    ) -> Result<Page<PrescriptionSummary>, AppError> {
        let filter = prescriptions::PrescriptionFilter {
            search: search(filter.search.as_deref()),
            status: filter.status,
            after: cursor(filter.before.as_deref())?,
            limit: filter.limit.unwrap_or_default(),
        };
        let page = prescriptions::list(self.pool(), user_id, &filter).await;
        page.map(Page::from).reported("list prescriptions")
    }

    /// Saves a draft.
    ///
    /// # Errors
    /// `VERSION_CONFLICT` when a newer version exists, `CONFLICT` when it is
    /// signed, `VALIDATION_FAILED` by field, `NOT_FOUND`.
    pub async fn save_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        expected_version: i32,
        content: PrescriptionContent,
    ) -> Result<Prescription, AppError> {
        let content = content::checked(&content)?;
        let mut tx = self.begin().await?;
        let saved = prescriptions::save(&mut tx, user_id, id, expected_version, &content)
            .await
            .reported_for("save prescription", WHAT)?;
        Action::of(user_id, "prescription.save", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("save prescription", WHAT)?;
        Ok(saved)
    }

    /// The paper: of a draft as it would be now, marked as a draft; of a signed
    /// prescription the very bytes that were signed.
    ///
    /// # Errors
    /// `NOT_FOUND`, a failure of the printer or of the object store.
    pub async fn preview_pdf(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        utc_offset: UtcOffset,
    ) -> Result<Bytes, AppError> {
        let prescription = self.get_prescription(user_id, id).await?;
        if prescription.status == PrescriptionStatus::Finalized {
            let pdf = self.signed_pdf(user_id, id).await?;
            // Whoever reads the signed paper leaves a trace, as with its link.
            let tx = self.begin().await?;
            Action::of(user_id, "prescription.read_pdf", PRESCRIPTION, id.as_uuid())
                .commit(tx)
                .await
                .reported_for("read paper", WHAT)?;
            return Ok(pdf);
        }
        let paper = PrescriptionPaper {
            utc_offset,
            doctor: self.current_user(user_id).await?,
            verification_url: String::new(),
            prescription,
        };
        let printed = self.ports().printer.print(&paper).await;
        printed.map_err(|error| port_failed(&error))
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
        let copy = PrescriptionId::generate();
        let mut tx = self.begin().await?;
        prescriptions::copy(&mut tx, user_id, id, copy)
            .await
            .reported_for("copy prescription", WHAT)?;
        Action::of(user_id, "prescription.copy", PRESCRIPTION, copy.as_uuid())
            .commit(tx)
            .await
            .reported_for("copy prescription", WHAT)?;
        Ok(copy)
    }

    /// Deletes a draft; [`Services::undelete_prescription`] takes it back for 15
    /// seconds.
    ///
    /// # Errors
    /// `CONFLICT` when it is signed, `NOT_FOUND`.
    pub async fn delete_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        prescriptions::soft_delete(&mut tx, user_id, id)
            .await
            .reported_for("delete prescription", WHAT)?;
        Action::of(user_id, "prescription.delete", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("delete prescription", WHAT)
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// `CONFLICT` when the dictation has another draft by now, `NOT_FOUND`.
    pub async fn undelete_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        prescriptions::undelete(&mut tx, user_id, id)
            .await
            .reported_for("undelete prescription", WHAT)?;
        Action::of(user_id, "prescription.undelete", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("undelete prescription", WHAT)
    }

    /// What a pharmacist may know of the paper with this code; `None` when no
    /// signed prescription has it.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn verify_prescription(
        &self,
        code: &str,
    ) -> Result<Option<VerifiedPrescription>, AppError> {
        let Some(code) = parse_code(code) else {
            return Ok(None);
        };
        let found = prescriptions::verify(self.pool(), &code)
            .await
            .reported("verify prescription")?;
        Ok(found.map(|found| VerifiedPrescription {
            signed_at: found.signed_at,
            doctor_name: found.doctor_name,
            registration_number: found.registration_number,
        }))
    }

    /// Where the code on the paper leads.
    pub(crate) fn verification_url(&self, code: &str) -> String {
        format!("{}/verify/{code}", self.config().base_url)
    }
}
