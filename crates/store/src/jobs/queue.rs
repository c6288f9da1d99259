//! What moves the queue: a job leaves it or comes back into it.

use std::time::Duration;

use seva_model::{Stage, TranscriptionId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ClaimedJob, Lease, worker};
use crate::{
    Result, StoreError,
    rows::{interval, parse},
};

/// Names the queue among PostgreSQL's advisory locks.
const QUEUE_LOCK: i64 = 0x5345_5641_0001;

/// Whoever moves the queue does it alone until the transaction ends: each mover
/// also changes the rows of those behind, and two of them would wait for each
/// other.
pub(crate) async fn lock_queue(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock($1)", QUEUE_LOCK)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives the dictations that wait behind this one a new version, so that their
/// doctors see the new place. Nothing happens without a job.
pub(crate) async fn tell_those_behind(
    connection: &mut PgConnection,
    id: TranscriptionId,
) -> Result<()> {
    sqlx::query!(
        "UPDATE transcriptions t SET version = t.version + 1
           FROM jobs j, jobs moved
          WHERE moved.transcription_id = $1 AND j.transcription_id = t.id
            AND (j.enqueued_at, j.transcription_id) > (moved.enqueued_at, moved.transcription_id)
            AND t.status = 'PENDING' AND t.deleted_at IS NULL",
        id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the job that has waited longest, or one whose worker did not come back,
/// and holds it for `lease`. `None` when there is nothing to do. One that is to be
/// heard is left alone while its provider is told to forget an earlier try.
///
/// A try that starts to transcribe forgets what an earlier one heard; one whose
/// transcript is stored goes on with extraction.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn claim(connection: &mut PgConnection, lease: Duration) -> Result<Option<ClaimedJob>> {
    lock_queue(connection).await?;
    let Some(job) = sqlx::query!(
        r#"SELECT j.transcription_id, j.user_id, j.cancel_requested,
                  t.transcript_text IS NULL AS "unheard!"
             FROM jobs j JOIN transcriptions t ON t.id = j.transcription_id
            WHERE j.run_after <= clock_timestamp()
              AND (j.lease_until IS NULL OR j.lease_until < clock_timestamp())
              AND t.deleted_at IS NULL
              AND NOT (t.transcript_text IS NULL AND EXISTS (
                  SELECT FROM speech_traces s
                   WHERE s.transcription_id = t.id AND s.lease_until >= clock_timestamp()))
            ORDER BY j.enqueued_at, j.transcription_id
            LIMIT 1 FOR UPDATE OF j SKIP LOCKED"#
    )
    .fetch_optional(&mut *connection)
    .await?
    else {
        return Ok(None);
    };
    let id = TranscriptionId::from_uuid(job.transcription_id);
    let stage = if job.unheard {
        Stage::Transcribing
    } else {
        Stage::Extracting
    };
    let token = Uuid::now_v7();
    let crashes = take(connection, id, token, lease).await?;
    let dictation = sqlx::query!(
        "UPDATE transcriptions
            SET status = 'IN_PROGRESS', stage = $2, progress = 0, attempt = attempt + 1,
                version = version + 1, completed_at = NULL,
                transcribing_at = CASE WHEN $3 THEN now() ELSE transcribing_at END,
                extracting_at = CASE WHEN $3 THEN NULL ELSE now() END
          WHERE id = $1
         RETURNING attempt, version, audio_key, specialty, language_code, duration_seconds,
                   transcript_text",
        id.as_uuid(),
        stage.as_str(),
        job.unheard,
    )
    .fetch_one(&mut *connection)
    .await?;
    renew_segments(connection, id, job.unheard, dictation.version).await?;
    tell_those_behind(connection, id).await?;
    Ok(Some(ClaimedJob {
        lease: Lease {
            transcription_id: id,
            user_id: job.user_id.into(),
            token,
            attempt: dictation.attempt,
        },
        stage,
        audio_key: dictation.audio_key,
        specialty: parse(&dictation.specialty, "specialty")?,
        language_code: dictation.language_code,
        duration_seconds: dictation.duration_seconds,
        transcript_text: dictation.transcript_text,
        crashes,
        cancel_requested: job.cancel_requested,
    }))
}

/// Writes the new lease and gives the number of workers that did not come back.
async fn take(
    connection: &mut PgConnection,
    id: TranscriptionId,
    token: Uuid,
    lease: Duration,
) -> Result<i16> {
    Ok(sqlx::query_scalar!(
        "UPDATE jobs
            SET crashes = crashes + (lease_token IS NOT NULL)::integer,
                lease_token = $2, lease_until = clock_timestamp() + $3::interval
          WHERE transcription_id = $1 RETURNING crashes",
        id.as_uuid(),
        token,
        interval(lease),
    )
    .fetch_one(connection)
    .await?)
}

/// A new try makes those who watch throw away what they have of an earlier one.
/// Segments that stay valid therefore count as news of this change.
async fn renew_segments(
    connection: &mut PgConnection,
    id: TranscriptionId,
    unheard: bool,
    version: i64,
) -> Result<()> {
    if unheard {
        return crate::segments::clear(connection, id).await;
    }
    sqlx::query!(
        "UPDATE transcript_segments SET version = $2 WHERE transcription_id = $1",
        id.as_uuid(),
        version,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a job back to the queue at its old place, to be taken after `delay`: at
/// once when the process shuts down, later when something outside is down. It
/// does not count as a crash.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn release(connection: &mut PgConnection, lease: &Lease, delay: Duration) -> Result<()> {
    lock_queue(connection).await?;
    worker::hold(connection, lease).await?;
    sqlx::query!(
        "UPDATE jobs SET lease_token = NULL, lease_until = NULL,
                run_after = clock_timestamp() + $2::interval
          WHERE transcription_id = $1",
        lease.transcription_id.as_uuid(),
        interval(delay),
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE transcriptions
            SET status = 'PENDING', stage = 'QUEUED', progress = 0, version = version + 1
          WHERE id = $1",
        lease.transcription_id.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    tell_those_behind(connection, lease.transcription_id).await
}

/// The status column says no; or there is no such dictation for this doctor.
pub(super) async fn why_not(
    connection: &mut PgConnection,
    user: seva_model::UserId,
    id: TranscriptionId,
) -> Result<StoreError> {
    let known = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM transcriptions
             WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL) AS "known!""#,
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(connection)
    .await?;
    Ok(if known {
        StoreError::WrongState
    } else {
        StoreError::NotFound
    })
}
