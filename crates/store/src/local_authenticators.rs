//! Authenticator apps of the embedded identity provider.

use std::time::Duration;

use seva_model::UserId;
use sqlx::{PgConnection, PgPool};

use crate::{
    Result,
    rows::{changed, interval},
};

/// What is kept of a person's authenticator, both secrets sealed. It has no
/// `Debug`: even sealed they stay out of logs.
pub struct StoredAuthenticator {
    /// Asked for at every sign-in; `None` until the first one is confirmed.
    pub secret: Option<Vec<u8>>,
    /// Awaits the first code that it shows.
    pub new_secret: Option<Vec<u8>>,
    /// Whether this try was one of the allowed ones.
    pub admitted: bool,
}

/// Keeps a secret that awaits its first code; an earlier one that still does is
/// void. The one that counts goes on to count.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn begin(connection: &mut PgConnection, user: UserId, new_secret: &[u8]) -> Result<()> {
    sqlx::query!(
        "INSERT INTO local_authenticators (user_id, new_secret) VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE SET new_secret = excluded.new_secret",
        user.as_uuid(),
        new_secret,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts one try of a code and gives the secrets to compare with. It commits at
/// once: a try counts even when what follows fails. More than `most` in a
/// `window` of time are not admitted. `None` when the person has no authenticator.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn take_try(
    pool: &PgPool,
    user: UserId,
    most: i32,
    window: Duration,
) -> Result<Option<StoredAuthenticator>> {
    Ok(sqlx::query_as!(
        StoredAuthenticator,
        r#"UPDATE local_authenticators
              SET tries = CASE WHEN tries_since <= now() - $3::interval THEN 1
                               ELSE LEAST(tries, $2) + 1 END,
                  tries_since = CASE WHEN tries_since <= now() - $3::interval THEN now()
                                     ELSE tries_since END
            WHERE user_id = $1
        RETURNING secret, new_secret, tries <= $2 AS "admitted!""#,
        user.as_uuid(),
        most,
        interval(window),
    )
    .fetch_optional(pool)
    .await?)
}

/// Uses a time step up and forgets the tries; `false` when it, or a later one,
/// was used before.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn use_step(connection: &mut PgConnection, user: UserId, step: i64) -> Result<bool> {
    let used = sqlx::query!(
        "UPDATE local_authenticators SET last_step = $2, tries = 0
          WHERE user_id = $1 AND last_step < $2",
        user.as_uuid(),
        step,
    )
    .execute(connection)
    .await?;
    Ok(used.rows_affected() == 1)
}

/// Lets a secret count whose code of `step` was entered, and uses that step up.
///
/// # Errors
/// [`StoreError::NotFound`](crate::StoreError::NotFound) when another secret took
/// its place meanwhile.
pub async fn confirm(
    connection: &mut PgConnection,
    user: UserId,
    new_secret: &[u8],
    step: i64,
) -> Result<()> {
    let confirmed = sqlx::query!(
        "UPDATE local_authenticators
            SET secret = new_secret, new_secret = NULL, last_step = $3, tries = 0
          WHERE user_id = $1 AND new_secret = $2",
        user.as_uuid(),
        new_secret,
        step,
    )
    .execute(connection)
    .await?;
    changed(&confirmed)
}

/// Forgets a person's authenticator, and says whether one was asked for at sign-ins.
/// It can be done twice.
///
/// # Errors
/// [`StoreError::Database`](crate::StoreError::Database).
pub async fn remove(connection: &mut PgConnection, user: UserId) -> Result<bool> {
    let was_on = sqlx::query_scalar!(
        r#"DELETE FROM local_authenticators WHERE user_id = $1
           RETURNING secret IS NOT NULL AS "was_on!""#,
        user.as_uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(was_on.unwrap_or_default())
}
