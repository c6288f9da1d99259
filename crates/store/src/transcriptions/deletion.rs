//! Deleting a dictation: taken back for a moment, gone for good later.

use std::time::Duration;

use seva_model::{TranscriptionId, UserId};
use sqlx::{PgConnection, PgPool};

use crate::{
    Result, jobs,
    rows::{changed, interval},
    speech_traces,
    speech_traces::STRAGGLERS,
};

/// A deleted dictation whose recording is still stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purgeable {
    /// Row id.
    pub transcription_id: TranscriptionId,
    /// Key in the object store.
    pub audio_key: String,
}

/// Deletes a dictation so that it can be brought back for a moment. While it
/// waits, no worker takes it; if it runs, the worker is asked to stop once
/// [`jobs::UNDO_TIME`] has passed, so that an undo brings everything back.
///
/// # Errors
/// [`crate::StoreError::NotFound`].
pub async fn soft_delete(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
) -> Result<()> {
    jobs::lock_queue(connection).await?;
    let done = sqlx::query!(
        "UPDATE transcriptions SET deleted_at = now(), version = version + 1
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    changed(&done)?;
    jobs::tell_those_behind(connection, id).await
}

/// Brings a dictation back that was deleted within [`jobs::UNDO_TIME`].
///
/// # Errors
/// [`crate::StoreError::NotFound`] when it is not deleted, or for too long.
pub async fn undelete(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
) -> Result<()> {
    jobs::lock_queue(connection).await?;
    let done = sqlx::query!(
        "UPDATE transcriptions SET deleted_at = NULL, version = version + 1
          WHERE id = $1 AND user_id = $2 AND deleted_at > now() - $3::interval",
        id.as_uuid(),
        user.as_uuid(),
        interval(jobs::UNDO_TIME),
    )
    .execute(&mut *connection)
    .await?;
    changed(&done)?;
    jobs::tell_those_behind(connection, id).await
}

/// Dictations of all doctors that were deleted at least `age` ago, oldest first.
/// None of them can be brought back any more: an age under twice
/// [`jobs::UNDO_TIME`] counts as that.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn purgeable(pool: &PgPool, age: Duration, limit: u32) -> Result<Vec<Purgeable>> {
    Ok(sqlx::query!(
        "SELECT id, audio_key FROM transcriptions
          WHERE deleted_at <= now() - $1::interval ORDER BY deleted_at LIMIT $2",
        interval(age.max(2 * jobs::UNDO_TIME)),
        i64::from(limit),
    )
    .map(|row| Purgeable {
        transcription_id: row.id.into(),
        audio_key: row.audio_key,
    })
    .fetch_all(pool)
    .await?)
}

/// Removes a deleted dictation and all that was heard and found in it. Its
/// prescriptions stay, and what a provider of speech keeps is to be forgotten. The
/// recording has to be gone from the object store first.
///
/// # Errors
/// [`crate::StoreError::NotFound`] when it is not deleted.
pub async fn purge(connection: &mut PgConnection, id: TranscriptionId) -> Result<()> {
    sqlx::query!(
        "DELETE FROM jobs j USING transcriptions t
          WHERE j.transcription_id = $1 AND t.id = $1 AND t.deleted_at IS NOT NULL",
        id.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    let removed = sqlx::query!(
        "DELETE FROM transcriptions WHERE id = $1 AND deleted_at IS NOT NULL",
        id.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    changed(&removed)?;
    speech_traces::forget_after(connection, id, STRAGGLERS).await
}
