//! Signing a prescription: the paper and the row come to be together or not at
//! all.

use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use seva_model::{
    AppError, CurrentUser, ErrorCode, Prescription, PrescriptionId, PrescriptionStatus, UserId,
};
use seva_store::{StoreError, object_intents, prescriptions, prescriptions::Signing};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset};
use tracing::Instrument as _;

use crate::{
    Services, acting,
    audited::{Action, PRESCRIPTION},
    content,
    errors::{self, Reported, object_error, port_failed},
    objects::{self, paper_key},
    ports::{ObjectError, PrescriptionPaper},
    verification::new_code,
};

const PDF: &str = "application/pdf";

/// How long storing the paper may take: the row is locked meanwhile, and PostgreSQL
/// ends a transaction that does nothing for 30 seconds.
const PAPER: Duration = Duration::from_secs(20);

/// The signed paper, before it is stored.
struct Signed {
    key: String,
    pdf: Bytes,
    sha256: [u8; 32],
    code: String,
    at: OffsetDateTime,
    doctor: CurrentUser,
}

/// Why a signature did not come to be.
enum Unsigned {
    /// Nothing was stored.
    Before(AppError),
    /// The paper may lie in the object store.
    PaperMayBeStored(AppError),
}

impl Services {
    /// Signs a draft. From then on it never changes. The paper bears the date of
    /// the doctor's day, which `utc_offset` tells.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` by field with all that is missing, `VERSION_CONFLICT`
    /// when a newer version exists, `CONFLICT` when it is signed already,
    /// `NOT_FOUND`, a failure of a service. In every case it stays a draft.
    pub async fn finalize_prescription(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        expected_version: i32,
        utc_offset: UtcOffset,
    ) -> Result<Prescription, AppError> {
        let draft = self.get_prescription(user_id, id).await?;
        let refusal = match draft.status {
            PrescriptionStatus::Finalized => Some(StoreError::Signed),
            PrescriptionStatus::Draft if draft.version != expected_version => {
                Some(StoreError::StaleVersion)
            }
            PrescriptionStatus::Draft => None,
        };
        if let Some(refusal) = refusal {
            return Err(refusal).reported_for("sign", PRESCRIPTION);
        }
        let doctor = self.current_user(user_id).await?;
        content::ready_to_sign(&draft.content, &doctor)?;
        let signed = self.print_signed(draft, doctor, utc_offset).await?;
        self.announce_object(user_id, &signed.key).await?;
        // A caller who leaves must not let go of the row while its paper is being
        // stored: another signature's paper could be replaced by this one.
        let services = self.clone();
        let whole = async move {
            services
                .store_or_settle(user_id, id, expected_version, &signed)
                .await
        };
        match tokio::spawn(acting::carried(whole).in_current_span()).await {
            Ok(signed) => signed,
            Err(failed) => {
                errors::report("services", "sign", &failed);
                Err(AppError::internal())
            }
        }
    }

    async fn store_or_settle(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        expected_version: i32,
        signed: &Signed,
    ) -> Result<Prescription, AppError> {
        match self
            .store_signed(user_id, id, expected_version, signed)
            .await
        {
            Ok(prescription) => {
                tracing::info!(prescription_id = %id, "a prescription was signed");
                Ok(prescription)
            }
            Err(Unsigned::Before(error)) => Err(error),
            Err(Unsigned::PaperMayBeStored(error)) => {
                self.settle_failed_signing(user_id, id, expected_version, signed, error)
                    .await
            }
        }
    }

    async fn print_signed(
        &self,
        draft: Prescription,
        doctor: CurrentUser,
        utc_offset: UtcOffset,
    ) -> Result<Signed, AppError> {
        let code = new_code();
        // PostgreSQL keeps microseconds; the paper and the row say the same.
        let now = OffsetDateTime::now_utc();
        let at = now.replace_microsecond(now.microsecond()).unwrap_or(now);
        let key = paper_key(doctor.id, draft.id);
        let paper = PrescriptionPaper {
            utc_offset,
            verification_url: self.verification_url(&code),
            prescription: Prescription {
                status: PrescriptionStatus::Finalized,
                verification_code: Some(code.clone()),
                finalized_at: Some(at),
                ..draft
            },
            doctor,
        };
        let pdf = self
            .ports()
            .printer
            .print(&paper)
            .await
            .map_err(|error| port_failed(&error))?;
        Ok(Signed {
            key,
            sha256: Sha256::digest(&pdf).into(),
            pdf,
            code,
            at,
            doctor: paper.doctor,
        })
    }

    /// The row first, uncommitted: its lock keeps a second signature of the same
    /// draft from replacing the paper of the first. Then the paper, then the
    /// commit.
    async fn store_signed(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        expected_version: i32,
        signed: &Signed,
    ) -> Result<Prescription, Unsigned> {
        let mut tx = self.begin().await.map_err(Unsigned::Before)?;
        let prescription =
            prescriptions::finalize(&mut tx, user_id, id, expected_version, &signed.row())
                .await
                .reported_for("sign", PRESCRIPTION)
                .map_err(Unsigned::Before)?;
        let put = self
            .ports()
            .objects
            .put_bytes(&signed.key, signed.pdf.clone(), PDF);
        objects::stored_within(PAPER, put, PRESCRIPTION)
            .await
            .map_err(Unsigned::PaperMayBeStored)?;
        object_intents::settle(&mut tx, &signed.key)
            .await
            .reported("settle paper")
            .map_err(Unsigned::PaperMayBeStored)?;
        Action::of(user_id, "prescription.finalize", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("sign", PRESCRIPTION)
            .map_err(Unsigned::PaperMayBeStored)?;
        Ok(prescription)
    }

    /// After a failure behind the first byte of the paper: a commit whose answer
    /// was lost may have happened, so the row decides whether the paper stays.
    async fn settle_failed_signing(
        &self,
        user_id: UserId,
        id: PrescriptionId,
        expected_version: i32,
        signed: &Signed,
        error: AppError,
    ) -> Result<Prescription, AppError> {
        let locked = async {
            let mut tx = seva_store::begin(self.pool()).await?;
            let row = signed.row();
            prescriptions::finalize(&mut tx, user_id, id, expected_version, &row).await?;
            Ok::<_, StoreError>(tx)
        };
        match locked.await {
            // Still a draft, and locked: nobody can sign it while its paper is
            // removed. The transaction is never committed.
            Ok(tx) => {
                if let Err(error) = self.ports().objects.delete(&signed.key).await {
                    errors::report("objects", "delete unsigned paper", &error);
                }
                drop(tx);
                Err(error)
            }
            Err(StoreError::Signed) => {
                let stored = self.get_prescription(user_id, id).await?;
                if stored.verification_code.as_deref() == Some(&signed.code) {
                    Ok(stored)
                } else {
                    Err(error)
                }
            }
            // Edited or deleted meanwhile, or nobody knows: the paper is announced
            // still, and swept unless the next signature replaces it.
            Err(unknown) => {
                errors::report("store", "look for a signature", &unknown);
                Err(error)
            }
        }
    }

    /// The stored paper of a signed prescription.
    pub(crate) async fn signed_pdf(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<Bytes, AppError> {
        let pdf = prescriptions::pdf(self.pool(), user_id, id)
            .await
            .reported_for("read prescription", PRESCRIPTION)?;
        let read = async {
            let body = self.ports().objects.open(&pdf.key, None).await?;
            let parts: Vec<Bytes> = body.stream.try_collect().await?;
            Ok::<_, ObjectError>(Bytes::from(parts.concat()))
        };
        let paper = read
            .await
            .map_err(|error| object_error(&error, PRESCRIPTION))?;
        if Sha256::digest(&paper).as_slice() != pdf.sha256 {
            tracing::error!(prescription_id = %id, "the stored paper is not the signed one");
            return Err(AppError::internal());
        }
        Ok(paper)
    }

    /// A link by which the signed paper can be downloaded for an hour.
    ///
    /// # Errors
    /// `CONFLICT` while it is a draft, `NOT_FOUND`, a failure of a service.
    pub async fn prescription_pdf_link(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<String, AppError> {
        let pdf = match prescriptions::pdf(self.pool(), user_id, id).await {
            Err(StoreError::WrongState) => {
                return Err(AppError::new(
                    ErrorCode::Conflict,
                    "Sign the prescription first. A draft has no paper to download.",
                ));
            }
            other => other.reported_for("read prescription", PRESCRIPTION)?,
        };
        // The name says nothing of the patient: it ends in histories and lists.
        let file_name = format!("prescription-{}.pdf", pdf.verification_code);
        let link = self
            .ports()
            .objects
            .download_link(&pdf.key, &file_name)
            .await
            .map_err(|error| object_error(&error, PRESCRIPTION))?;
        // Whoever has the link reads the paper: it is not given without a trace.
        let tx = self.begin().await?;
        Action::of(user_id, "prescription.link_pdf", PRESCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("link paper", PRESCRIPTION)?;
        Ok(link)
    }
}

impl Signed {
    fn row(&self) -> Signing<'_> {
        Signing {
            verification_code: &self.code,
            pdf_key: &self.key,
            pdf_sha256: &self.sha256,
            doctor_name: &self.doctor.full_name,
            registration_number: &self.doctor.profile.registration_number,
            signed_at: self.at,
        }
    }
}
