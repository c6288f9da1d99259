//! What a doctor does to the queue.

use seva_model::{TranscriptionId, UserId};
use sqlx::PgConnection;

use super::{
    CancelOutcome,
    queue::{lock_queue, tell_those_behind, why_not},
};
use crate::{Result, rows::changed, speech_traces, speech_traces::STRAGGLERS};

/// Puts a dictation at the end of the queue, in the transaction that takes it in.
///
/// # Errors
/// [`crate::StoreError::NotFound`]; [`crate::StoreError::Taken`] when it is queued already.
pub async fn enqueue(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
) -> Result<()> {
    let queued = sqlx::query!(
        "INSERT INTO jobs (transcription_id, user_id)
         SELECT id, user_id FROM transcriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(connection)
    .await?;
    changed(&queued)
}

/// Cancels a dictation that waits, or asks the worker that has it to stop.
///
/// # Errors
/// [`crate::StoreError::NotFound`]; [`crate::StoreError::WrongState`] when it came to its end
/// before.
pub async fn request_cancel(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
) -> Result<CancelOutcome> {
    lock_queue(connection).await?;
    let held = sqlx::query_scalar!(
        r#"SELECT COALESCE(j.lease_until >= clock_timestamp(), false) AS "held!"
             FROM jobs j JOIN transcriptions t ON t.id = j.transcription_id
            WHERE j.transcription_id = $1 AND j.user_id = $2 AND t.deleted_at IS NULL
              FOR UPDATE OF j"#,
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_optional(&mut *connection)
    .await?;
    match held {
        None => Err(why_not(connection, user, id).await?),
        Some(true) => {
            sqlx::query!(
                "UPDATE jobs SET cancel_requested = true WHERE transcription_id = $1",
                id.as_uuid(),
            )
            .execute(&mut *connection)
            .await?;
            // A new version wakes the worker, which may be in another process.
            sqlx::query!(
                "UPDATE transcriptions SET version = version + 1 WHERE id = $1",
                id.as_uuid(),
            )
            .execute(connection)
            .await?;
            Ok(CancelOutcome::Requested)
        }
        Some(false) => {
            tell_those_behind(connection, id).await?;
            end_cancelled(connection, id).await?;
            Ok(CancelOutcome::Cancelled)
        }
    }
}

/// Removes the job and marks the dictation as cancelled. What a provider keeps of it
/// is to be forgotten.
pub(super) async fn end_cancelled(
    connection: &mut PgConnection,
    id: TranscriptionId,
) -> Result<()> {
    sqlx::query!("DELETE FROM jobs WHERE transcription_id = $1", id.as_uuid())
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "UPDATE transcriptions
            SET status = 'CANCELLED', stage = 'DONE', completed_at = now(), version = version + 1
          WHERE id = $1",
        id.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    speech_traces::forget_after(connection, id, STRAGGLERS).await
}

/// Queues a dictation again that failed or was cancelled. A stored transcript is
/// kept; only what is missing is done. What a provider still has of an unheard one
/// is kept for the new try.
///
/// # Errors
/// [`crate::StoreError::NotFound`]; [`crate::StoreError::WrongState`] for any other status.
pub async fn retry(connection: &mut PgConnection, user: UserId, id: TranscriptionId) -> Result<()> {
    let changed = sqlx::query!(
        "UPDATE transcriptions
            SET status = 'PENDING', stage = 'QUEUED', progress = 0, version = version + 1,
                failure_code = NULL, failure_message = NULL, failure_may_retry = false,
                completed_at = NULL
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL
            AND status IN ('FAILED', 'CANCELLED')",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(why_not(connection, user, id).await?);
    }
    enqueue(&mut *connection, user, id).await?;
    speech_traces::take_back(connection, id).await
}
