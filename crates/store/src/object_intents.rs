//! Objects that were announced and belong to no row yet.
//!
//! An object store takes part in no transaction. So the key is announced first,
//! then the object is stored, and the transaction that stores the owning row
//! [`settle`]s the announcement. Whatever stays announced for long was left by a
//! process that died.

use std::time::Duration;

use seva_model::UserId;
use sqlx::{PgConnection, PgPool};

use crate::{
    Result,
    rows::{changed, interval},
};

/// What became of an announced object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// It was settled or announced anew, or somebody else took it.
    Gone,
    /// A row owns the object.
    Owned,
    /// No row owns it, and none will as long as the transaction lasts.
    Unowned {
        /// Who announced it.
        user_id: UserId,
    },
}

/// Announces an object that is about to be stored, and commits at once. The same
/// key may be announced again; its time begins anew.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn announce(pool: &PgPool, user: UserId, key: &str) -> Result<()> {
    sqlx::query!(
        "INSERT INTO object_intents (key, user_id) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE
            SET user_id = excluded.user_id, created_at = excluded.created_at",
        key,
        user.as_uuid(),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Ends an announcement in the transaction that stores the owning row.
///
/// # Errors
/// [`crate::StoreError::NotFound`] when it was given up meanwhile: the object may be
/// gone, so the row must not be stored.
pub async fn settle(connection: &mut PgConnection, key: &str) -> Result<()> {
    let settled = sqlx::query!("DELETE FROM object_intents WHERE key = $1", key)
        .execute(connection)
        .await?;
    changed(&settled)
}

/// Keys of all doctors that were announced at least `age` ago, oldest first.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn abandoned(pool: &PgPool, age: Duration, limit: u32) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        "SELECT key FROM object_intents
          WHERE created_at <= now() - $1::interval ORDER BY created_at LIMIT $2",
        interval(age),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?)
}

/// Gives up an announcement that is at least `age` old. Until the transaction
/// ends, whoever wants to settle it waits, and fails if this commits.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn give_up(connection: &mut PgConnection, key: &str, age: Duration) -> Result<Announced> {
    let Some(user) = sqlx::query_scalar!(
        "DELETE FROM object_intents
          WHERE key = $1 AND created_at <= now() - $2::interval RETURNING user_id",
        key,
        interval(age),
    )
    .fetch_optional(&mut *connection)
    .await?
    else {
        return Ok(Announced::Gone);
    };
    // A statement of its own: it sees what was committed while the one above waited.
    let owned = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM transcriptions WHERE audio_key = $1)
               OR EXISTS (SELECT FROM prescriptions WHERE pdf_key = $1) AS "owned!""#,
        key,
    )
    .fetch_one(connection)
    .await?;
    Ok(if owned {
        Announced::Owned
    } else {
        Announced::Unowned {
            user_id: user.into(),
        }
    })
}
