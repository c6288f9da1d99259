//! Sessions, unreadable for whoever has the table alone: the payload is sealed,
//! and the id is a digest of what the cookie holds.

use std::{collections::HashMap, fmt, time::Duration};

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{Aead, Generate, KeyInit, Payload},
};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use seva_model::UserId;
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

use crate::{Result, StoreError, retry::retried, rows::interval};

/// Key in a session under which the signed-in person's id stands as text. It is
/// copied beside the sealed payload, so that all sessions of a person can be
/// ended.
pub const SESSION_USER_KEY: &str = "user_id";

/// Key in a session under which the [`SignInEpoch`] stands that its sign-in began
/// in. It is copied beside the sealed payload when the session is made, and from
/// then on what is beside it counts.
pub const SESSION_EPOCH_KEY: &str = "sign_in_epoch";

const NONCE_BYTES: usize = 12;

/// Counts the times at which all sign-ins of a person ended. A sign-in is of the
/// epoch in which it began: read it before the password is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignInEpoch(pub(crate) i64);

/// Names a session's row; it opens nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// The key of the session with this id.
    #[must_use]
    pub fn of(id: Id) -> Self {
        Self(digest(id))
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(hidden)")
    }
}

/// Ends the sessions of a person, but for the one to keep, and says how many. A
/// new [`SignInEpoch`] begins: a sign-in that is under way now makes no session.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such person.
pub async fn end_sessions(
    connection: &mut PgConnection,
    user: UserId,
    keep: Option<SessionKey>,
) -> Result<u64> {
    let keep = keep.map(|key| key.0);
    let keep = keep.as_ref().map(<[u8; 32]>::as_slice);
    let epoch = sqlx::query_scalar!(
        "UPDATE users SET sign_in_epoch = sign_in_epoch + 1 WHERE id = $1 RETURNING sign_in_epoch",
        user.as_uuid(),
    )
    .fetch_optional(&mut *connection)
    .await?
    .ok_or(StoreError::NotFound)?;
    sqlx::query!(
        "UPDATE sessions SET sign_in_epoch = $3 WHERE user_id = $1 AND id_hash = $2",
        user.as_uuid(),
        keep,
        epoch,
    )
    .execute(&mut *connection)
    .await?;
    Ok(sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND id_hash IS DISTINCT FROM $2",
        user.as_uuid(),
        keep,
    )
    .execute(connection)
    .await?
    .rows_affected())
}

/// Ends one session. It can be done twice.
///
/// # Errors
/// [`StoreError::Database`].
pub async fn end_session(connection: &mut PgConnection, key: SessionKey) -> Result<()> {
    sqlx::query!("DELETE FROM sessions WHERE id_hash = $1", &key.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps sessions in PostgreSQL, sealed with AES-256-GCM. Cheap to clone.
#[derive(Clone)]
pub struct SealedSessionStore {
    pool: PgPool,
    cipher: Aes256Gcm,
    longest: Option<Duration>,
}

impl fmt::Debug for SealedSessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSessionStore")
    }
}

impl SealedSessionStore {
    /// A store that seals with this key. Sessions sealed with another key do not
    /// exist for it.
    #[must_use]
    pub fn new(pool: PgPool, key: &[u8; 32]) -> Self {
        Self {
            pool,
            cipher: Aes256Gcm::new(key.into()),
            longest: None,
        }
    }

    /// The same; but a session is over so long after it was made, however much it is
    /// used. A sign-in makes a new one.
    #[must_use]
    pub fn ending_after(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Whether a session is still there and still this person's sign-in: neither ended,
    /// nor expired, nor too old, nor of an epoch that is over.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn is_open(&self, key: SessionKey, user: UserId) -> Result<bool> {
        retried("look at session", || {
            sqlx::query_scalar!(
                r#"SELECT EXISTS (
                       SELECT FROM sessions s JOIN users u ON u.id = s.user_id
                        WHERE s.id_hash = $1 AND s.user_id = $2 AND s.expires_at > now()
                          AND (s.created_at <= now() - $3::interval) IS NOT TRUE
                          AND s.sign_in_epoch >= u.sign_in_epoch) AS "open!""#,
                &key.0,
                user.as_uuid(),
                self.longest.map(interval),
            )
            .fetch_one(&self.pool)
        })
        .await
    }

    /// Removes the sessions that are over and says how many they were.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub async fn delete_expired(&self) -> Result<u64> {
        Ok(sqlx::query!(
            "DELETE FROM sessions WHERE expires_at <= now() OR created_at <= now() - $1::interval",
            self.longest.map(interval),
        )
        .execute(&self.pool)
        .await?
        .rows_affected())
    }

    /// Nonce and ciphertext. The digest of the id is authenticated with it: a
    /// payload moved to another row does not open.
    fn seal(&self, id_hash: &[u8], record: &Record) -> session_store::Result<Vec<u8>> {
        let plain = serde_json::to_vec(&record.data)
            .map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let nonce = Nonce::generate();
        let sealed = self
            .cipher
            .encrypt(
                &nonce,
                Payload {
                    msg: &plain,
                    aad: id_hash,
                },
            )
            .map_err(|_| session_store::Error::Encode("the payload can't be sealed".to_owned()))?;
        let mut payload = Vec::with_capacity(NONCE_BYTES + sealed.len());
        payload.extend_from_slice(&nonce);
        payload.extend_from_slice(&sealed);
        Ok(payload)
    }

    /// `None` for what was sealed with another key, for another row, or changed.
    fn open(&self, id_hash: &[u8], payload: &[u8]) -> Option<HashMap<String, Value>> {
        let (nonce, sealed) = payload.split_first_chunk::<NONCE_BYTES>()?;
        let plain = self
            .cipher
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: sealed,
                    aad: id_hash,
                },
            )
            .ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

fn digest(id: Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn user_of(record: &Record) -> Option<Uuid> {
    record.data.get(SESSION_USER_KEY)?.as_str()?.parse().ok()
}

fn epoch_of(record: &Record) -> i64 {
    let epoch = record.data.get(SESSION_EPOCH_KEY);
    epoch.and_then(Value::as_i64).unwrap_or_default()
}

fn backend(error: impl Into<StoreError>) -> session_store::Error {
    session_store::Error::Backend(error.into().to_string())
}

#[async_trait]
impl SessionStore for SealedSessionStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        loop {
            let id_hash = digest(record.id);
            let inserted = sqlx::query!(
                "INSERT INTO sessions (id_hash, user_id, payload, expires_at, sign_in_epoch)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id_hash) DO NOTHING",
                &id_hash,
                user_of(record),
                self.seal(&id_hash, record)?,
                record.expiry_date,
                epoch_of(record),
            )
            .execute(&self.pool)
            .await
            .map_err(backend)?;
            if inserted.rows_affected() == 1 {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    /// Changes a session that exists. One that was deleted meanwhile, by a
    /// sign-out in another tab, stays deleted.
    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let id_hash = digest(record.id);
        sqlx::query!(
            "UPDATE sessions SET user_id = $2, payload = $3, expires_at = $4 WHERE id_hash = $1",
            &id_hash,
            user_of(record),
            self.seal(&id_hash, record)?,
            record.expiry_date,
        )
        .execute(&self.pool)
        .await
        .map_err(backend)?;
        Ok(())
    }

    /// What is stored, unless it has expired, is too old, or is of an epoch that is
    /// over.
    async fn load(&self, session_id: &Id) -> session_store::Result<Option<Record>> {
        let id_hash = digest(*session_id);
        let read = || {
            sqlx::query!(
                "SELECT s.payload, s.expires_at
                   FROM sessions s LEFT JOIN users u ON u.id = s.user_id
                  WHERE s.id_hash = $1 AND s.expires_at > now()
                    AND (s.created_at <= now() - $2::interval) IS NOT TRUE
                    AND s.sign_in_epoch >= COALESCE(u.sign_in_epoch, 0)",
                &id_hash,
                self.longest.map(interval),
            )
            .fetch_optional(&self.pool)
        };
        let row = retried("read session", read).await.map_err(backend)?;
        Ok(row.and_then(|row| {
            let data = self.open(&id_hash, &row.payload);
            if data.is_none() {
                tracing::warn!("a stored session does not open with the session key");
            }
            Some(Record {
                id: *session_id,
                data: data?,
                expiry_date: row.expires_at,
            })
        }))
    }

    async fn delete(&self, session_id: &Id) -> session_store::Result<()> {
        sqlx::query!(
            "DELETE FROM sessions WHERE id_hash = $1",
            &digest(*session_id)
        )
        .execute(&self.pool)
        .await
        .map_err(backend)?;
        Ok(())
    }
}
