//! How often something is tried in somebody's name or from somewhere: one count for
//! all processes.
//!
//! Whoever counts gives a keyed digest of the name. Neither e-mail addresses nor
//! addresses of machines get here.

use std::time::Duration;

use sqlx::PgPool;

use crate::{Result, rows::interval};

/// What a name may do: so often within a window that begins with the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInLimit {
    /// Times that are admitted within a window.
    pub most: u32,
    /// How long a window lasts.
    pub window: Duration,
}

/// Counts one more. `None` when it is admitted, else how long the window still lasts.
///
/// Counting goes on for whoever is refused, and does not prolong the window.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn admit(
    pool: &PgPool,
    name_hash: &[u8; 32],
    limit: SignInLimit,
) -> Result<Option<Duration>> {
    let most = i32::try_from(limit.most).unwrap_or(i32::MAX - 1);
    let counted = sqlx::query!(
        r#"INSERT INTO sign_in_limits AS l (name_hash, times, ends_at)
           VALUES ($1, 1, now() + $2::interval)
           ON CONFLICT (name_hash) DO UPDATE
              SET times = CASE WHEN l.ends_at <= now() THEN 1
                               ELSE LEAST(l.times, $3::integer) + 1 END,
                  ends_at = CASE WHEN l.ends_at <= now() THEN excluded.ends_at
                                 ELSE l.ends_at END
           RETURNING times > $3::integer AS "refused!",
                     GREATEST(extract(epoch FROM ends_at - now()), 0)::float8 AS "seconds_left!""#,
        name_hash.as_slice(),
        interval(limit.window),
        most,
    )
    .fetch_one(pool)
    .await?;
    let left = Duration::try_from_secs_f64(counted.seconds_left).unwrap_or(limit.window);
    Ok(counted.refused.then_some(left))
}

/// Forgets what was counted for a name.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn clear(pool: &PgPool, name_hash: &[u8; 32]) -> Result<()> {
    sqlx::query!(
        "DELETE FROM sign_in_limits WHERE name_hash = $1",
        name_hash.as_slice()
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Removes the counts whose window is over and says how many they were.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn delete_expired(pool: &PgPool) -> Result<u64> {
    Ok(
        sqlx::query!("DELETE FROM sign_in_limits WHERE ends_at <= now()")
            .execute(pool)
            .await?
            .rows_affected(),
    )
}
