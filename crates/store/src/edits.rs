//! The doctor's versions of a transcript. What the engine heard is version 0
//! and is kept.

use seva_model::{TranscriptionId, UserId};
use sqlx::{PgConnection, PgPool};

use crate::{Result, StoreError, retry::retried};

/// Stores a new version of the text and gives its number. Entities of the new
/// text come from [`crate::entities::replace`], in the same transaction.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] unless the dictation is
/// complete; [`StoreError::StaleVersion`] when `expected_version` is not the
/// current one.
pub async fn insert(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
    expected_version: i32,
    text: &str,
) -> Result<i32> {
    if lock_current_version(connection, user, id).await? != expected_version {
        return Err(StoreError::StaleVersion);
    }
    let version = expected_version + 1;
    sqlx::query!(
        "INSERT INTO transcript_edits (transcription_id, user_id, version, text)
         VALUES ($1, $2, $3, $4)",
        id.as_uuid(),
        user.as_uuid(),
        version,
        text,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "UPDATE transcriptions SET version = version + 1 WHERE id = $1 AND user_id = $2",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(version)
}

/// What the engine heard, whatever was edited since.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::WrongState`] when it has not heard it
/// all yet.
pub async fn original(pool: &PgPool, user: UserId, id: TranscriptionId) -> Result<String> {
    retried("read transcript", || {
        sqlx::query_scalar!(
            "SELECT transcript_text FROM transcriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL",
            id.as_uuid(),
            user.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await?
    .ok_or(StoreError::WrongState)
}

/// Number of the current text of a complete dictation. Nobody else can change
/// it until the transaction ends.
pub(crate) async fn lock_current_version(
    connection: &mut PgConnection,
    user: UserId,
    id: TranscriptionId,
) -> Result<i32> {
    let status = sqlx::query_scalar!(
        "SELECT status FROM transcriptions
          WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL FOR UPDATE",
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(&mut *connection)
    .await?;
    if status != "COMPLETED" {
        return Err(StoreError::WrongState);
    }
    Ok(sqlx::query_scalar!(
        r#"SELECT COALESCE(max(version), 0) AS "version!" FROM transcript_edits
            WHERE transcription_id = $1 AND user_id = $2"#,
        id.as_uuid(),
        user.as_uuid(),
    )
    .fetch_one(connection)
    .await?)
}
