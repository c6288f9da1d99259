//! Dictations: taken in, listed, read, deleted.

mod deletion;

use seva_model::{
    DictationEvent, PatientName, Specialty, Transcription, TranscriptionId, TranscriptionStatus,
    TranscriptionSummary, UserId,
};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, StoreError, entities,
    page::{contains_pattern, rows_to_read},
    pool::begin_snapshot,
    retry::retried,
    rows::{count, failure, parse, percent, times},
    segments,
};

pub use deletion::{Purgeable, purge, purgeable, soft_delete, undelete};

/// A dictation whose recording is stored.
#[derive(Clone, Copy)]
pub struct NewTranscription<'a> {
    /// Row id.
    pub id: TranscriptionId,
    /// Medical specialty.
    pub specialty: Specialty,
    /// BCP 47.
    pub language_code: &'a str,
    /// If the doctor gave one.
    pub patient_name: Option<&'a PatientName>,
    /// As the browser gave it, tidied; at most 255 characters.
    pub file_name: &'a str,
    /// Where the recording is in the object store.
    pub audio_key: &'a str,
    /// By content.
    pub audio_mime: &'a str,
    /// Size in bytes.
    pub audio_bytes: u64,
    /// Digest of the recording.
    pub audio_sha256: &'a [u8; 32],
    /// Length in seconds.
    pub duration_seconds: f64,
}

/// Which dictations a list shows. The default is all, newest first.
#[derive(Clone, Debug, Default)]
pub struct TranscriptionFilter {
    /// Text that stands in the patient's name or in the transcript.
    pub search: Option<String>,
    /// Where they stand.
    pub status: Option<TranscriptionStatus>,
    /// Made then or later.
    pub created_from: Option<OffsetDateTime>,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Rows of the page, at most 100; 0 means 25.
    pub limit: u32,
}

/// The recording of a dictation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAudio {
    /// Key in the object store.
    pub key: String,
    /// MIME type by content.
    pub mime: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Name of the uploaded file.
    pub file_name: String,
}

struct SummaryRow {
    id: Uuid,
    status: String,
    stage: String,
    progress: i16,
    queue_ahead: Option<i32>,
    failure_code: Option<String>,
    failure_message: Option<String>,
    failure_may_retry: bool,
    patient_name: Option<String>,
    specialty: String,
    duration_seconds: f64,
    medicine_count: i32,
    extraction_failed: bool,
    unsure_count: i32,
    prescription_id: Option<Uuid>,
    prescription_status: Option<String>,
    version: i64,
    created_at: OffsetDateTime,
    transcribing_at: Option<OffsetDateTime>,
    extracting_at: Option<OffsetDateTime>,
    completed_at: Option<OffsetDateTime>,
}

/// Selects [`SummaryRow`]s from dictations that are not deleted: a clause `WITH` or nothing,
/// what they are selected from, and the arguments of both.
macro_rules! summaries {
    ($with:tt, $from:tt, $($argument:expr),+ $(,)?) => {
        sqlx::query_as!(
            SummaryRow,
            $with + r#" SELECT id AS "id!", status AS "status!", stage AS "stage!",
                      progress AS "progress!", queue_ahead,
                      failure_code, failure_message, failure_may_retry AS "failure_may_retry!",
                      patient_name, specialty AS "specialty!",
                      duration_seconds AS "duration_seconds!",
                      medicine_count AS "medicine_count!",
                      extraction_failed AS "extraction_failed!",
                      unsure_count AS "unsure_count!",
                      prescription_id, prescription_status,
                      version AS "version!", created_at AS "created_at!",
                      transcribing_at, extracting_at, completed_at
                 FROM "# + $from,
            $($argument),+
        )
    };
}

impl TryFrom<SummaryRow> for TranscriptionSummary {
    type Error = StoreError;

    fn try_from(row: SummaryRow) -> Result<Self> {
        let prescription = match (row.prescription_id, row.prescription_status) {
            (Some(id), Some(status)) => Some((id.into(), parse(&status, "prescription status")?)),
            _ => None,
        };
        Ok(Self {
            id: row.id.into(),
            status: parse(&row.status, "dictation status")?,
            stage: parse(&row.stage, "dictation stage")?,
            progress: percent(row.progress),
            queue_ahead: row.queue_ahead.map(count),
            failure: failure(row.failure_code, row.failure_message, row.failure_may_retry),
            patient_name: row.patient_name,
            specialty: parse(&row.specialty, "specialty")?,
            duration_seconds: row.duration_seconds,
            medicine_count: count(row.medicine_count),
            extraction_failed: row.extraction_failed,
            unsure_count: count(row.unsure_count),
            prescription,
            version: row.version,
            created_at: row.created_at,
            times: times(row.transcribing_at, row.extracting_at, row.completed_at),
        })
    }
}

/// Takes a dictation in. [`crate::jobs::enqueue`] belongs in the same transaction.
///
/// # Errors
/// [`StoreError::Taken`] when the id or the audio key is in use.
pub async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    new: &NewTranscription<'_>,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO transcriptions
             (id, user_id, specialty, language_code, patient_name, file_name,
              audio_key, audio_mime, audio_bytes, audio_sha256, duration_seconds)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.as_uuid(),
        user.as_uuid(),
        new.specialty.as_str(),
        new.language_code,
        new.patient_name.map(PatientName::as_str),
        new.file_name,
        new.audio_key,
        new.audio_mime,
        i64::try_from(new.audio_bytes).unwrap_or(i64::MAX),
        new.audio_sha256,
        new.duration_seconds,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A whole dictation: its current text, what was heard, what was found.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn get(pool: &PgPool, user: UserId, id: TranscriptionId) -> Result<Transcription> {
    let mut tx = begin_snapshot(pool).await?;
    let summary = summaries!(
        "",
        "dictations WHERE id = $1 AND user_id = $2",
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    let more = sqlx::query!(
        r#"SELECT language_code AS "language_code!", attempt AS "attempt!",
                  file_name AS "file_name!", current_text,
                  transcript_version AS "transcript_version!"
             FROM dictations WHERE id = $1 AND user_id = $2"#,
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(Transcription {
        summary: summary.try_into()?,
        language_code: more.language_code,
        attempt: more.attempt,
        file_name: more.file_name,
        transcript: more.current_text.unwrap_or_default(),
        transcript_version: more.transcript_version,
        segments: segments::read(&mut tx, user, id, 0).await?,
        entities: entities::read(&mut tx, user, id, more.transcript_version).await?,
    })
}

/// A page of the doctor's dictations, newest first.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn list(
    pool: &PgPool,
    user: UserId,
    filter: &TranscriptionFilter,
) -> Result<Page<TranscriptionSummary>> {
    let after = filter.after.unwrap_or(Cursor::START);
    let rows = retried("list dictations", || {
        // The page comes first: what is counted for a row is counted for those it shows.
        summaries!(
            r#"WITH page AS MATERIALIZED (
                SELECT id, status, stage, progress, failure_code, failure_message,
                       failure_may_retry, patient_name, specialty, duration_seconds,
                       medicine_count, extraction_failed, unsure_count, prescription_id,
                       prescription_status, version, created_at, transcribing_at,
                       extracting_at, completed_at
                  FROM dictations
                 WHERE user_id = $1
                   AND ($2::text IS NULL OR patient_name ILIKE $2 OR current_text ILIKE $2)
                   AND ($3::text IS NULL OR status = $3)
                   AND created_at >= COALESCE($4::timestamptz, '-infinity')
                   AND (created_at, id) < ($5, $6)
                 ORDER BY created_at DESC, id DESC LIMIT $7),
            places AS MATERIALIZED (
                SELECT transcription_id, ahead AS queue_ahead FROM queue_places
                 WHERE EXISTS (SELECT FROM page WHERE status = 'PENDING'))"#,
            "page LEFT JOIN places ON places.transcription_id = page.id
             ORDER BY created_at DESC, id DESC",
            user.as_uuid(),
            contains_pattern(filter.search.as_deref()),
            filter.status.map(TranscriptionStatus::as_str),
            filter.created_from,
            after.created_at,
            after.id,
            rows_to_read(filter.limit),
        )
        .fetch_all(pool)
    })
    .await?;
    let items = rows
        .into_iter()
        .map(TranscriptionSummary::try_from)
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(items, filter.limit, |row| {
        (row.created_at, row.id.as_uuid())
    }))
}

/// Where a dictation stands, with the segments that are newer than a version the
/// receiver has seen.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn event(
    pool: &PgPool,
    user: UserId,
    id: TranscriptionId,
    after_version: Option<i64>,
) -> Result<DictationEvent> {
    let mut tx = begin_snapshot(pool).await?;
    let row = sqlx::query!(
        r#"SELECT version AS "version!", attempt AS "attempt!", status AS "status!",
                  stage AS "stage!", progress AS "progress!", queue_ahead,
                  failure_code, failure_message, failure_may_retry AS "failure_may_retry!",
                  transcribing_at, extracting_at, completed_at
             FROM dictations WHERE id = $1 AND user_id = $2"#,
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(&mut *tx)
    .await?;
    Ok(DictationEvent {
        transcription_id: id,
        version: row.version,
        attempt: row.attempt,
        status: parse(&row.status, "dictation status")?,
        stage: parse(&row.stage, "dictation stage")?,
        progress: percent(row.progress),
        queue_ahead: row.queue_ahead.map(count),
        failure: failure(row.failure_code, row.failure_message, row.failure_may_retry),
        times: times(row.transcribing_at, row.extracting_at, row.completed_at),
        segments: segments::read(&mut tx, user, id, after_version.unwrap_or_default()).await?,
    })
}

/// Where the recording is.
///
/// # Errors
/// [`StoreError::NotFound`].
pub async fn audio(pool: &PgPool, user: UserId, id: TranscriptionId) -> Result<StoredAudio> {
    let row = retried("read dictation", || {
        sqlx::query!(
            "SELECT audio_key, audio_mime, audio_bytes, file_name FROM transcriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
            id.as_uuid(),
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?;
    Ok(StoredAudio {
        key: row.audio_key,
        mime: row.audio_mime,
        bytes: u64::try_from(row.audio_bytes).unwrap_or_default(),
        file_name: row.file_name,
    })
}
