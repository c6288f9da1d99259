//! Requests that are to be carried out once, however often they are sent.
//!
//! [`remember`] writes a line in the transaction that makes the row. A second request
//! with the same key waits there until the first has committed, and then finds its
//! line, or has broken off, and then takes its place.

use std::time::Duration;

use seva_model::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{Result, StoreError, retry::retried, rows::interval};

/// How long a key is known.
pub const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A request with a key, and the answer that it is going to get.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Digest of the key.
    pub key_hash: &'a [u8; 32],
    /// Digest of what is asked for.
    pub fingerprint: &'a [u8; 32],
    /// HTTP status of the answer, 200 to 299.
    pub status: u16,
    /// The row that the answer names.
    pub entity_id: Uuid,
}

/// The answer that the first request with a key got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Digest of what it asked for.
    pub fingerprint: Vec<u8>,
    /// HTTP status.
    pub status: u16,
    /// The row that it named.
    pub entity_id: Uuid,
}

/// What was answered to the person's request with this key, within [`KEPT`].
///
/// # Errors
/// [`StoreError::Database`].
pub async fn find(pool: &PgPool, user: UserId, key_hash: &[u8; 32]) -> Result<Option<Answered>> {
    let row = retried("read idempotency key", || {
        sqlx::query!(
            "SELECT fingerprint, status, entity_id FROM idempotency_keys
              WHERE user_id = $1 AND key_hash = $2 AND created_at > now() - $3::interval",
            user.as_uuid(),
            key_hash.as_slice(),
            interval(KEPT),
        )
        .fetch_optional(pool)
    })
    .await?;
    Ok(row.map(|row| Answered {
        fingerprint: row.fingerprint,
        status: status(row.status),
        entity_id: row.entity_id,
    }))
}

/// Remembers a request in the transaction that makes what it asks for. Gives what was
/// answered before when it was not the first: then nothing is to be made.
///
/// # Errors
/// [`StoreError::WrongState`] when the first one was forgotten at this very moment.
pub async fn remember(
    connection: &mut PgConnection,
    user: UserId,
    request: &Request<'_>,
) -> Result<Option<Answered>> {
    sqlx::query!(
        "DELETE FROM idempotency_keys
          WHERE user_id = $1 AND key_hash = $2 AND created_at <= now() - $3::interval",
        user.as_uuid(),
        request.key_hash.as_slice(),
        interval(KEPT),
    )
    .execute(&mut *connection)
    .await?;
    let written = sqlx::query!(
        "INSERT INTO idempotency_keys (user_id, key_hash, fingerprint, status, entity_id)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, key_hash) DO NOTHING",
        user.as_uuid(),
        request.key_hash.as_slice(),
        request.fingerprint.as_slice(),
        // One beyond the range is refused by the schema.
        i16::try_from(request.status).unwrap_or(i16::MAX),
        request.entity_id,
    )
    .execute(&mut *connection)
    .await?;
    if written.rows_affected() == 1 {
        return Ok(None);
    }
    // A statement of its own: it sees what was committed while the one above waited.
    let row = sqlx::query!(
        "SELECT fingerprint, status, entity_id FROM idempotency_keys
          WHERE user_id = $1 AND key_hash = $2",
        user.as_uuid(),
        request.key_hash.as_slice(),
    )
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::WrongState)?;
    Ok(Some(Answered {
        fingerprint: row.fingerprint,
        status: status(row.status),
        entity_id: row.entity_id,
    }))
}

/// Forgets keys of all people that are older than [`KEPT`], oldest first; gives how
/// many.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn purge(pool: &PgPool, limit: u32) -> Result<u64> {
    let gone = sqlx::query!(
        "DELETE FROM idempotency_keys
          WHERE (user_id, key_hash) IN (
                SELECT user_id, key_hash FROM idempotency_keys
                 WHERE created_at <= now() - $1::interval ORDER BY created_at LIMIT $2)",
        interval(KEPT),
        i64::from(limit),
    )
    .execute(pool)
    .await?;
    Ok(gone.rows_affected())
}

/// The schema keeps it within 200 and 299.
fn status(stored: i16) -> u16 {
    u16::try_from(stored).unwrap_or_default()
}
