//! Prescriptions: edited, listed, printed and deleted; new ones are made in
//! `creation`. Signing is next door.

mod creation;

use bytes::Bytes;
use seva_model::{
    AppError, Prescription, PrescriptionContent, PrescriptionId, PrescriptionStatus,
    PrescriptionSummary, UserId,
};
use seva_store::prescriptions;
use time::{OffsetDateTime, UtcOffset};

use crate::{
    Page, Services,
    audited::{Action, PRESCRIPTION},
    content,
    errors::{Reported, port_failed},
    paging::{cursor, search},
    ports::PrescriptionPaper,
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
