//! Prescriptions: drafted, saved, signed, found again.

use seva_model::{
    Diagnosis, MedicationLine, Prescription, PrescriptionContent, PrescriptionId,
    PrescriptionStatus, PrescriptionSummary, TranscriptionId, UserId,
};
use sqlx::{PgConnection, PgPool, types::Json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, StoreError,
    page::{contains_pattern, rows_to_read},
    retry::retried,
    rows::parse,
};

/// A draft to be stored.
#[derive(Clone, Copy)]
pub struct NewPrescription<'a> {
    /// Row id.
    pub id: PrescriptionId,
    /// The dictation it was drafted from.
    pub transcription_id: Option<TranscriptionId>,
    /// What the doctor edits.
    pub content: &'a PrescriptionContent,
}

/// Which prescriptions a list shows. The default is all, newest first.
#[derive(Clone, Debug, Default)]
pub struct PrescriptionFilter {
    /// Text that stands in the patient's name or in a medicine's name.
    pub search: Option<String>,
    /// Drafts or signed ones.
    pub status: Option<PrescriptionStatus>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Rows of the page, at most 100; 0 means 25.
    pub limit: u32,
}

struct Row {
    id: Uuid,
    transcription_id: Option<Uuid>,
    status: String,
    version: i32,
    patient_name: String,
    patient_age: Option<i16>,
    patient_gender: String,
    diagnoses: Json<Vec<Diagnosis>>,
    medications: Json<Vec<MedicationLine>>,
    instructions: String,
    follow_up: String,
    verification_code: Option<String>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    finalized_at: Option<OffsetDateTime>,
}

/// A query whose last words (`SELECT` or `RETURNING`) want the columns of [`Row`]
/// of a table called `p`, and what follows them.
macro_rules! prescriptions {
    ($before:tt, $after:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            Row,
            $before + r#" p.id, p.transcription_id, p.status, p.version, p.patient_name,
                p.patient_age, p.patient_gender,
                p.diagnoses AS "diagnoses: Json<Vec<Diagnosis>>",
                p.medications AS "medications: Json<Vec<MedicationLine>>",
                p.instructions, p.follow_up, p.verification_code,
                p.created_at, p.updated_at, p.finalized_at "# + $after,
            $($argument),+
        )
    };
}

mod deletion;
mod signing;

pub use deletion::{PurgeableDraft, purge, purgeable, soft_delete, undelete};
pub use signing::{SignedPdf, Signer, Signing, Verification, finalize, pdf, signer, verify};

impl TryFrom<Row> for Prescription {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            transcription_id: row.transcription_id.map(Into::into),
            status: parse(&row.status, "prescription status")?,
            version: row.version,
            content: PrescriptionContent {
                patient_name: row.patient_name,
                patient_age: row.patient_age.and_then(|age| age.try_into().ok()),
                patient_gender: row.patient_gender,
                diagnoses: row.diagnoses.0,
                medications: row.medications.0,
                instructions: row.instructions,
                follow_up: row.follow_up,
            },
            verification_code: row.verification_code,
            updated_at: row.updated_at,
            created_at: row.created_at,
            finalized_at: row.finalized_at,
        })
    }
}

/// An age beyond the column's range is refused by the schema, as any over 150.
fn age(content: &PrescriptionContent) -> Option<i16> {
    content
        .patient_age
        .map(|age| age.try_into().unwrap_or(i16::MAX))
}

/// Stores a draft.
///
/// # Errors
/// [`StoreError::NotFound`] when the dictation is not the doctor's;
/// [`StoreError::Taken`] when the dictation has a draft.
pub async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    new: &NewPrescription<'_>,
) -> Result<Prescription> {
    insert_draft(connection, user, new, None).await
}

async fn insert_draft(
    connection: &mut PgConnection,
    user: UserId,
    new: &NewPrescription<'_>,
    copied_from: Option<PrescriptionId>,
) -> Result<Prescription> {
    let content = new.content;
    prescriptions!(
        "INSERT INTO prescriptions AS p
             (id, user_id, transcription_id, copied_from, patient_name, patient_age,
              patient_gender, diagnoses, medications, instructions, follow_up)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
          WHERE $3::uuid IS NULL OR EXISTS (
                SELECT FROM transcriptions
                 WHERE id = $3 AND user_id = $2 AND deleted_at IS NULL)
         RETURNING",
        "",
        new.id.as_uuid(),
        user.as_uuid(),
        new.transcription_id.map(TranscriptionId::as_uuid),
        copied_from.map(PrescriptionId::as_uuid),
        content.patient_name,
        age(content),
        content.patient_gender,
        Json(&content.diagnoses) as _,
        Json(&content.medications) as _,
        content.instructions,
        content.follow_up,
    )
    .fetch_one(connection)
    .await?
    .try_into()
}

/// A whole prescription.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(pool: &PgPool, user: UserId, id: PrescriptionId) -> Result<Prescription> {
    retried("read prescription", || {
        prescriptions!(
            "SELECT",
            "FROM prescriptions p WHERE p.id = $1 AND p.user_id = $2 AND p.deleted_at IS NULL",
            id.as_uuid(),
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?
    .try_into()
}

/// A page of the doctor's prescriptions, newest first.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn list(
    pool: &PgPool,
    user: UserId,
    filter: &PrescriptionFilter,
) -> Result<Page<PrescriptionSummary>> {
    let after = filter.after.unwrap_or(Cursor::START);
    let rows = retried("list prescriptions", || {
        sqlx::query!(
            r#"SELECT id, status, patient_name, created_at, updated_at, finalized_at,
                  ARRAY(SELECT line ->> 'name'
                          FROM jsonb_array_elements(medications) WITH ORDINALITY AS l (line, place)
                         ORDER BY place) AS "medicines!: Vec<String>"
             FROM prescriptions
            WHERE user_id = $1 AND deleted_at IS NULL
              AND ($2::text IS NULL OR patient_name ILIKE $2 OR EXISTS (
                   SELECT FROM jsonb_array_elements(medications) AS line
                    WHERE line ->> 'name' ILIKE $2 OR line ->> 'generic' ILIKE $2))
              AND ($3::text IS NULL OR status = $3)
              AND (created_at, id) < ($4, $5)
            ORDER BY created_at DESC, id DESC LIMIT $6"#,
            user.as_uuid(),
            contains_pattern(filter.search.as_deref()),
            filter.status.map(PrescriptionStatus::as_str),
            after.created_at,
            after.id,
            rows_to_read(filter.limit),
        )
        .fetch_all(pool)
    })
    .await?;
    let items = rows
        .into_iter()
        .map(|row| {
            Ok(PrescriptionSummary {
                id: row.id.into(),
                status: parse(&row.status, "prescription status")?,
                patient_name: row.patient_name,
                medicines: row.medicines,
                updated_at: row.updated_at,
                created_at: row.created_at,
                finalized_at: row.finalized_at,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(items, filter.limit, |row| {
        (row.created_at, row.id.as_uuid())
    }))
}

/// The draft of a dictation, if there is one.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn draft_of(
    pool: &PgPool,
    user: UserId,
    transcription: TranscriptionId,
) -> Result<Option<PrescriptionId>> {
    Ok(retried("read prescription", || {
        sqlx::query_scalar!(
            "SELECT id FROM prescriptions
          WHERE transcription_id = $1 AND user_id = $2 AND status = 'DRAFT'
            AND deleted_at IS NULL",
            transcription.as_uuid(),
            user.as_uuid(),
        )
        .fetch_optional(pool)
    })
    .await?
    .map(Into::into))
}

/// Replaces what a draft says.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::StaleVersion`] when it was saved since
/// `expected_version`; [`StoreError::Signed`].
pub async fn save(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
    expected_version: i32,
    content: &PrescriptionContent,
) -> Result<Prescription> {
    let saved = prescriptions!(
        "UPDATE prescriptions p
            SET version = p.version + 1, patient_name = $4, patient_age = $5,
                patient_gender = $6, diagnoses = $7, medications = $8, instructions = $9,
                follow_up = $10
          WHERE p.id = $1 AND p.user_id = $2 AND p.version = $3 AND p.status = 'DRAFT'
            AND p.deleted_at IS NULL
         RETURNING",
        "",
        id.as_uuid(),
        user.as_uuid(),
        expected_version,
        content.patient_name,
        age(content),
        content.patient_gender,
        Json(&content.diagnoses) as _,
        Json(&content.medications) as _,
        content.instructions,
        content.follow_up,
    )
    .fetch_optional(&mut *connection)
    .await?;
    changed_or_why(connection, user, id, saved).await
}

/// What a change of a draft wrote, or why it found no row.
async fn changed_or_why(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
    written: Option<Row>,
) -> Result<Prescription> {
    match written {
        Some(row) => row.try_into(),
        None => Err(why_not(connection, user, id).await?),
    }
}

/// Why a change of a draft found no row.
async fn why_not(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
) -> Result<StoreError> {
    let status = sqlx::query_scalar!(
        "SELECT status FROM prescriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(match status.as_deref() {
        None => StoreError::NotFound,
        Some("FINALIZED") => StoreError::Signed,
        Some(_) => StoreError::StaleVersion,
    })
}

/// Makes a draft `to` of what the prescription `from` says. It belongs to no
/// dictation, so its lines no longer point to where they were heard.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn copy(
    connection: &mut PgConnection,
    user: UserId,
    from: PrescriptionId,
    to: PrescriptionId,
) -> Result<Prescription> {
    let original: Prescription = prescriptions!(
        "SELECT",
        "FROM prescriptions p WHERE p.id = $1 AND p.user_id = $2 AND p.deleted_at IS NULL",
        from.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(&mut *connection)
    .await?
    .try_into()?;
    let mut content = original.content;
    for diagnosis in &mut content.diagnoses {
        diagnosis.source = None;
    }
    for line in &mut content.medications {
        line.source = None;
    }
    let new = NewPrescription {
        id: to,
        transcription_id: None,
        content: &content,
    };
    insert_draft(connection, user, &new, Some(from)).await
}
