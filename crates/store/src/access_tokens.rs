//! Access tokens: what a program shows instead of a person's session. What is kept of
//! the secret is its digest.

use std::time::Duration;

use seva_model::{AccessToken, AccessTokenId, NewAccessToken, Scopes, UserId};
use sqlx::{PgConnection, PgPool};
use time::OffsetDateTime;

use crate::{
    Result, StoreError,
    retry::retried,
    rows::{changed, interval},
};

/// How exactly the last use is known.
const USE_NOTED_EVERY: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a token is kept that is over: whoever still shows it is told why it is refused.
const KEPT: Duration = DAY.saturating_mul(90);

/// A token that somebody showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownToken {
    /// Row id.
    pub id: AccessTokenId,
    /// In whose name its holder acts.
    pub user_id: UserId,
    /// What it lets its holder do.
    pub scopes: Scopes,
    /// Whether it has ended by itself.
    pub expired: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// Whether its last use was noted lately.
    pub use_is_noted: bool,
}

struct Row {
    id: uuid::Uuid,
    name: String,
    scopes: Vec<String>,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
    last_used_at: Option<OffsetDateTime>,
    expired: bool,
}

impl TryFrom<Row> for AccessToken {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id.into(),
            name: row.name,
            scopes: known(row.scopes)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            expired: row.expired,
        })
    }
}

fn known(names: Vec<String>) -> Result<Scopes> {
    Scopes::parse(names).map_err(|_| StoreError::Corrupt("access_tokens.scopes"))
}

/// Keeps a token by the digest of its secret.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn insert(
    connection: &mut PgConnection,
    id: AccessTokenId,
    user: UserId,
    token_hash: &[u8; 32],
    new: &NewAccessToken,
) -> Result<AccessToken> {
    let scopes = new.scopes.names();
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO access_tokens (id, user_id, token_hash, name, scopes, expires_at)
           VALUES ($1, $2, $3, $4, $5, now() + $6::interval)
           RETURNING id, name, scopes, created_at, expires_at, last_used_at,
                     false AS "expired!""#,
        id.as_uuid(),
        user.as_uuid(),
        token_hash.as_slice(),
        new.name,
        &scopes[..],
        interval(DAY * u32::from(new.days)),
    )
    .fetch_one(connection)
    .await?;
    row.try_into()
}

/// The person's tokens that were neither revoked nor purged, newest first.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn list(pool: &PgPool, user: UserId) -> Result<Vec<AccessToken>> {
    let rows = retried("list access tokens", || {
        sqlx::query_as!(
            Row,
            r#"SELECT id, name, scopes, created_at, expires_at, last_used_at,
                      expires_at <= now() AS "expired!"
                 FROM access_tokens WHERE user_id = $1 AND revoked_at IS NULL
                ORDER BY created_at DESC, id DESC"#,
            user.as_uuid(),
        )
        .fetch_all(pool)
    })
    .await?;
    rows.into_iter().map(AccessToken::try_from).collect()
}

/// How many tokens of the person were not revoked. Whoever counts before it adds one
/// holds the person's row: two at once count one after the other.
///
/// # Errors
/// [`StoreError::NotFound`] when the account is gone.
pub async fn count(connection: &mut PgConnection, user: UserId) -> Result<i64> {
    sqlx::query_scalar!(
        "SELECT id FROM users WHERE id = $1 FOR NO KEY UPDATE",
        user.as_uuid()
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(StoreError::NotFound)?;
    Ok(sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM access_tokens
            WHERE user_id = $1 AND revoked_at IS NULL"#,
        user.as_uuid(),
    )
    .fetch_one(connection)
    .await?)
}

/// Lets a token of the person be good for nothing, from this commit on.
///
/// # Errors
/// [`StoreError::NotFound`] when the person has no such token, or revoked it before.
pub async fn revoke(connection: &mut PgConnection, user: UserId, id: AccessTokenId) -> Result<()> {
    let revoked = sqlx::query!(
        "UPDATE access_tokens SET revoked_at = now()
          WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(connection)
    .await?;
    changed(&revoked)
}

/// Lets all tokens of the person be good for nothing, from this commit on, and says which.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn revoke_all(connection: &mut PgConnection, user: UserId) -> Result<Vec<AccessTokenId>> {
    let ids = sqlx::query_scalar!(
        "UPDATE access_tokens SET revoked_at = now()
          WHERE user_id = $1 AND revoked_at IS NULL RETURNING id",
        user.as_uuid(),
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(AccessTokenId::from).collect())
}

/// Whether there is such a token, and it neither was revoked nor has expired.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn is_good(pool: &PgPool, id: AccessTokenId) -> Result<bool> {
    retried("look at access token", || {
        sqlx::query_scalar!(
            r#"SELECT EXISTS (SELECT FROM access_tokens
                WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()) AS "good!""#,
            id.as_uuid(),
        )
        .fetch_one(pool)
    })
    .await
}

/// The token of which somebody showed the secret, good or not; `None` when there never
/// was one.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn find(pool: &PgPool, token_hash: &[u8; 32]) -> Result<Option<ShownToken>> {
    let row = retried("find access token", || {
        sqlx::query!(
            r#"SELECT id, user_id, scopes,
                      expires_at <= now() AS "expired!",
                      revoked_at IS NOT NULL AS "revoked!",
                      COALESCE(last_used_at > now() - $2::interval, false) AS "use_is_noted!"
                 FROM access_tokens WHERE token_hash = $1"#,
            token_hash.as_slice(),
            interval(USE_NOTED_EVERY),
        )
        .fetch_optional(pool)
    })
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(ShownToken {
        id: row.id.into(),
        user_id: row.user_id.into(),
        scopes: known(row.scopes)?,
        expired: row.expired,
        revoked: row.revoked,
        use_is_noted: row.use_is_noted,
    }))
}

/// Notes that a token is in use, unless that was noted lately.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn note_use(pool: &PgPool, id: AccessTokenId) -> Result<()> {
    sqlx::query!(
        "UPDATE access_tokens SET last_used_at = now()
          WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= now() - $2::interval)",
        id.as_uuid(),
        interval(USE_NOTED_EVERY),
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Tokens of all people that were revoked, or had ended, more than 90 days ago; those
/// that have been over for longest first.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn purgeable(pool: &PgPool, limit: u32) -> Result<Vec<AccessTokenId>> {
    let ids = sqlx::query_scalar!(
        "SELECT id FROM access_tokens
          WHERE LEAST(revoked_at, expires_at) <= now() - $1::interval
          ORDER BY LEAST(revoked_at, expires_at) LIMIT $2",
        interval(KEPT),
        i64::from(limit),
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(AccessTokenId::from).collect())
}

/// Removes a token that is [`purgeable`].
///
/// # Errors
/// [`StoreError::NotFound`] when it is not.
pub async fn purge(connection: &mut PgConnection, id: AccessTokenId) -> Result<()> {
    let removed = sqlx::query!(
        "DELETE FROM access_tokens
          WHERE id = $1 AND LEAST(revoked_at, expires_at) <= now() - $2::interval",
        id.as_uuid(),
        interval(KEPT),
    )
    .execute(connection)
    .await?;
    changed(&removed)
}
