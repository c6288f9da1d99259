//! Signing, and what a signed prescription is asked for.

use seva_model::{Diagnosis, MedicationLine, Prescription, PrescriptionId, UserId};
use sqlx::{PgConnection, PgPool, types::Json};
use time::OffsetDateTime;

use super::{Row, changed_or_why};
use crate::{Result, StoreError, retry::retried};

/// What signing adds.
#[derive(Clone, Copy)]
pub struct Signing<'a> {
    /// Short code on the paper; no two prescriptions have the same.
    pub verification_code: &'a str,
    /// Where the PDF is in the object store.
    pub pdf_key: &'a str,
    /// Digest of the PDF.
    pub pdf_sha256: &'a [u8; 32],
    /// The doctor's name as it stands on the paper.
    pub doctor_name: &'a str,
    /// The registration number as it stands on the paper.
    pub registration_number: &'a str,
    /// The time on the paper.
    pub signed_at: OffsetDateTime,
}

/// The stored paper of a signed prescription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedPdf {
    /// Key in the object store.
    pub key: String,
    /// Short code on the paper: names the file without naming the patient.
    pub verification_code: String,
    /// Digest of the paper that was signed.
    pub sha256: Vec<u8>,
}

/// What anybody who holds the paper may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// When it was signed.
    pub signed_at: OffsetDateTime,
    /// Who signed it, as the paper says.
    pub doctor_name: String,
    /// The registration number on the paper.
    pub registration_number: String,
}

/// Who signed a prescription, as its paper says.
#[derive(Clone, PartialEq, Eq)]
pub struct Signer {
    /// The doctor's name.
    pub name: String,
    /// The registration number.
    pub registration_number: String,
}

/// Signs a draft; it never changes again.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::StaleVersion`] when it was saved since
/// `expected_version`; [`StoreError::Signed`] when it is signed already;
/// [`StoreError::Taken`] when another prescription has the code.
pub async fn finalize(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
    expected_version: i32,
    signing: &Signing<'_>,
) -> Result<Prescription> {
    let signed = prescriptions!(
        "UPDATE prescriptions p
            SET status = 'FINALIZED', version = p.version + 1, verification_code = $4,
                pdf_key = $5, pdf_sha256 = $6, signer_name = $7, signer_registration = $8,
                finalized_at = $9
          WHERE p.id = $1 AND p.user_id = $2 AND p.version = $3 AND p.status = 'DRAFT'
            AND p.deleted_at IS NULL
         RETURNING",
        "",
        id.as_uuid(),
        user.as_uuid(),
        expected_version,
        signing.verification_code,
        signing.pdf_key,
        signing.pdf_sha256,
        signing.doctor_name,
        signing.registration_number,
        signing.signed_at,
    )
    .fetch_optional(&mut *connection)
    .await?;
    changed_or_why(connection, user, id, signed).await
}

/// Where the paper of a signed prescription is.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] for a draft.
pub async fn pdf(pool: &PgPool, user: UserId, id: PrescriptionId) -> Result<SignedPdf> {
    let row = retried("read prescription", || {
        sqlx::query!(
            "SELECT pdf_key, verification_code, pdf_sha256 FROM prescriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
            id.as_uuid(),
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?;
    match (row.pdf_key, row.verification_code, row.pdf_sha256) {
        (Some(key), Some(verification_code), Some(sha256)) => Ok(SignedPdf {
            key,
            verification_code,
            sha256,
        }),
        _ => Err(StoreError::WrongState),
    }
}

/// Who signed a prescription; `None` for a draft.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn signer(pool: &PgPool, user: UserId, id: PrescriptionId) -> Result<Option<Signer>> {
    let row = retried("read prescription", || {
        sqlx::query!(
            "SELECT signer_name, signer_registration FROM prescriptions
              WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
            id.as_uuid(),
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?;
    let signer = row.signer_name.zip(row.signer_registration);
    Ok(signer.map(|(name, registration_number)| Signer {
        name,
        registration_number,
    }))
}

/// What the holder of a paper with this code may know.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn verify(pool: &PgPool, code: &str) -> Result<Option<Verification>> {
    retried("verify prescription", || {
        sqlx::query_as!(
            Verification,
            r#"SELECT finalized_at AS "signed_at!", signer_name AS "doctor_name!",
                  signer_registration AS "registration_number!"
             FROM prescriptions WHERE verification_code = $1 AND status = 'FINALIZED'"#,
            code,
        )
        .fetch_optional(pool)
    })
    .await
}
