//! What the worker that holds a job writes.

use std::time::Duration;

use seva_model::{Entity, Failure, Segment};
use sqlx::PgConnection;

use super::{Lease, UNDO_TIME, doctor::end_cancelled};
use crate::{
    Result, StoreError, entities, rows::interval, segments, speech_traces,
    speech_traces::STRAGGLERS,
};

/// Locks the job if the lease is still its own. Every write begins with it.
pub(crate) async fn hold(connection: &mut PgConnection, lease: &Lease) -> Result<()> {
    sqlx::query_scalar!(
        "SELECT transcription_id FROM jobs
          WHERE transcription_id = $1 AND lease_token = $2 FOR UPDATE",
        lease.transcription_id.as_uuid(),
        lease.token,
    )
    .fetch_optional(connection)
    .await?
    .map(|_| ())
    .ok_or(StoreError::LeaseLost)
}

/// Prolongs the lease to `duration` from now and says whether the worker shall
/// stop: the doctor cancelled, or deleted the dictation more than [`UNDO_TIME`]
/// ago.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn heartbeat(
    connection: &mut PgConnection,
    lease: &Lease,
    duration: Duration,
) -> Result<bool> {
    sqlx::query_scalar!(
        r#"UPDATE jobs j SET lease_until = clock_timestamp() + $3::interval
             FROM transcriptions t
            WHERE j.transcription_id = $1 AND j.lease_token = $2 AND t.id = j.transcription_id
           RETURNING (j.cancel_requested
               OR COALESCE(t.deleted_at < now() - $4::interval, false)) AS "stop!""#,
        lease.transcription_id.as_uuid(),
        lease.token,
        interval(duration),
        interval(UNDO_TIME),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::LeaseLost)
}

/// Counts that a service failed in this stage and tells how often that was, over
/// all workers that tried.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn count_failure(connection: &mut PgConnection, lease: &Lease) -> Result<i16> {
    sqlx::query_scalar!(
        "UPDATE jobs SET service_failures = service_failures + 1
          WHERE transcription_id = $1 AND lease_token = $2 RETURNING service_failures",
        lease.transcription_id.as_uuid(),
        lease.token,
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::LeaseLost)
}

/// Stores how far the stage is (0 to 100, it never falls) and the segments that
/// were decided since the last call, in order of their index. Gives the
/// dictation's new version.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn progress(
    connection: &mut PgConnection,
    lease: &Lease,
    progress: u8,
    new_segments: &[Segment],
) -> Result<i64> {
    hold(connection, lease).await?;
    let version = sqlx::query_scalar!(
        "UPDATE transcriptions
            SET progress = GREATEST(progress, $2), version = version + 1
          WHERE id = $1 RETURNING version",
        lease.transcription_id.as_uuid(),
        i16::from(progress.min(100)),
    )
    .fetch_one(&mut *connection)
    .await?;
    segments::append(
        connection,
        lease.user_id,
        lease.transcription_id,
        version,
        new_segments,
    )
    .await?;
    Ok(version)
}

/// Stores the transcript and begins extraction. The stored segments become
/// exactly these, and what the provider keeps is to be forgotten. Gives the
/// dictation's new version.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn finish_transcription(
    connection: &mut PgConnection,
    lease: &Lease,
    text: &str,
    all_segments: &[Segment],
) -> Result<i64> {
    hold(connection, lease).await?;
    let id = lease.transcription_id;
    let version = sqlx::query_scalar!(
        "UPDATE transcriptions
            SET stage = 'EXTRACTING', progress = 0, transcript_text = $2, extracting_at = now(),
                version = version + 1
          WHERE id = $1 RETURNING version",
        id.as_uuid(),
        text,
    )
    .fetch_one(&mut *connection)
    .await?;
    // The next stage has failures of its own to count.
    sqlx::query!(
        "UPDATE jobs SET service_failures = 0 WHERE transcription_id = $1",
        id.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    // News on the way may have been lost, or decided otherwise in the end.
    segments::settle(connection, lease.user_id, id, version, all_segments).await?;
    speech_traces::forget_after(connection, id, Duration::ZERO).await?;
    Ok(version)
}

/// Stores what was found, completes the dictation and ends the job; `None` says
/// that extraction failed while the transcript is good. Called again by the same
/// worker, because the answer to its commit was lost, it changes nothing and
/// gives `false`.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn finish_extraction(
    connection: &mut PgConnection,
    lease: &Lease,
    found: Option<&[Entity]>,
) -> Result<bool> {
    match hold(connection, lease).await {
        Ok(()) => {}
        Err(StoreError::LeaseLost) if is_complete(connection, lease).await? => return Ok(false),
        Err(error) => return Err(error),
    }
    let id = lease.transcription_id;
    entities::write(connection, lease.user_id, id, 0, found.unwrap_or_default()).await?;
    sqlx::query!(
        "UPDATE transcriptions
            SET status = 'COMPLETED', stage = 'DONE', progress = 100, extraction_failed = $2,
                completed_at = now(), version = version + 1
          WHERE id = $1",
        id.as_uuid(),
        found.is_none(),
    )
    .execute(&mut *connection)
    .await?;
    end_job(connection, lease).await?;
    Ok(true)
}

/// Whether the try of this lease, and not another, completed the dictation.
async fn is_complete(connection: &mut PgConnection, lease: &Lease) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM transcriptions
             WHERE id = $1 AND attempt = $2 AND status = 'COMPLETED') AS "complete!""#,
        lease.transcription_id.as_uuid(),
        lease.attempt,
    )
    .fetch_one(connection)
    .await?)
}

/// Ends the job with the reason that the doctor is told.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn fail(connection: &mut PgConnection, lease: &Lease, failure: &Failure) -> Result<()> {
    hold(connection, lease).await?;
    sqlx::query!(
        "UPDATE transcriptions
            SET status = 'FAILED', stage = 'DONE', failure_code = $2, failure_message = $3,
                failure_may_retry = $4, completed_at = now(), version = version + 1
          WHERE id = $1",
        lease.transcription_id.as_uuid(),
        failure.code,
        failure.message,
        failure.may_retry,
    )
    .execute(&mut *connection)
    .await?;
    end_job(connection, lease).await?;
    speech_traces::forget_after(connection, lease.transcription_id, STRAGGLERS).await
}

/// Ends the job because the doctor wished it.
///
/// # Errors
/// [`StoreError::LeaseLost`].
pub async fn cancelled(connection: &mut PgConnection, lease: &Lease) -> Result<()> {
    hold(connection, lease).await?;
    end_cancelled(connection, lease.transcription_id).await
}

async fn end_job(connection: &mut PgConnection, lease: &Lease) -> Result<()> {
    sqlx::query!(
        "DELETE FROM jobs WHERE transcription_id = $1",
        lease.transcription_id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
