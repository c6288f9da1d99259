//! The session: a cookie that holds nothing but a random id.

use app::server_fns::session::TypedSession;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use seva_model::AppError;
use seva_services::ports::Secret;
use seva_store::{PgPool, SealedSessionStore};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite};

use crate::{
    config::{BaseUrl, SessionConfig},
    renewal::Renewal,
};

/// How often use is written down, at most: a row is not written for each request.
const RENEW_AFTER: Duration = Duration::minutes(10);
const USED_AT: &str = "used_at";

/// Where sessions are, and how long they last. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sessions {
    /// Sealed, and over so long after their sign-in.
    pub(crate) store: SealedSessionStore,
    /// A session nobody used for so long is over.
    idle: Duration,
}

impl Sessions {
    /// Sessions as configured, sealed with `key`.
    ///
    /// # Errors
    /// `key` does not have 32 bytes.
    pub(crate) fn new(config: &SessionConfig, pool: PgPool, key: &Secret) -> anyhow::Result<Self> {
        let key: &[u8; 32] = key.expose().try_into()?;
        Ok(Self {
            store: SealedSessionStore::new(pool, key).ending_after(config.longest),
            idle: config.idle.try_into()?,
        })
    }
}

/// Reads and sets the cookie. The prefix `__Host-` makes browsers refuse it from
/// any other host and over an open connection; on this very machine there is no
/// https, and so neither prefix nor `Secure`.
pub(crate) fn layer(
    sessions: &Sessions,
    base_url: &BaseUrl,
) -> SessionManagerLayer<SealedSessionStore> {
    let is_https = base_url.is_https();
    SessionManagerLayer::new(sessions.store.clone())
        .with_name(if is_https { "__Host-seva" } else { "seva" })
        .with_secure(is_https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(sessions.idle))
}

/// What lets sessions live on. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KeepAlive {
    renewal: Renewal,
    renew_after: Duration,
}

impl KeepAlive {
    pub(crate) fn new(renewal: Renewal, sessions: &Sessions) -> Self {
        Self {
            renewal,
            // So that whoever is at work is never taken for somebody who left.
            renew_after: RENEW_AFTER.min(sessions.idle / 4),
        }
    }
}

/// Lets the session of somebody who is at work live on, and renews what the
/// identity provider gave before it ends.
pub(crate) async fn keep_alive(
    State(keep_alive): State<KeepAlive>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    if let Err(error) = keep_alive.renewal.keep(&session).await {
        tracing::error!(%error, "the tokens of a session could not be renewed");
    }
    let response = next.run(request).await;
    if let Err(error) = note_use(&session, keep_alive.renew_after).await {
        tracing::error!(%error, "the session could not be prolonged");
    }
    response
}

/// Notes that the session is in use. It is read anew for that: in the minutes that
/// an upload takes, another request may have renewed what it holds.
async fn note_use(session: &Session, renew_after: Duration) -> Result<(), AppError> {
    // Then it is written anyway.
    if session.is_modified() {
        return Ok(());
    }
    let typed = TypedSession::new(session.clone());
    if typed.user_id().await?.is_none() {
        return Ok(());
    }
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let unavailable = |_| AppError::unavailable();
    let used_at: Option<i64> = session.get(USED_AT).await.map_err(unavailable)?;
    let is_due = used_at.is_none_or(|at| now - at >= renew_after.whole_seconds());
    if is_due || typed.has_old_token().await? {
        session.load().await.map_err(unavailable)?;
        if typed.user_id().await?.is_none() {
            return Ok(());
        }
        typed.forget_old_token().await?;
        session.insert(USED_AT, now).await.map_err(unavailable)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use serde_json::json;
    use seva_testkit::TestDatabase;

    use super::*;

    #[tokio::test]
    async fn a_made_token_is_told_once_and_within_five_minutes() {
        let database = TestDatabase::new().await;
        let store = SealedSessionStore::new(database.pool().clone(), &[7; 32]);
        let session = Session::new(None, Arc::new(store), None);
        let typed = TypedSession::new(session.clone());
        let secret = Secret::new(b"seva_pat_0".to_vec());
        typed.set_made_token(&secret).await.unwrap();
        assert!(!typed.has_old_token().await.unwrap());
        typed.forget_old_token().await.unwrap();
        let told = typed.take_made_token().await.unwrap().unwrap();
        assert_eq!(told.expose(), secret.expose());
        assert!(typed.take_made_token().await.unwrap().is_none());

        let old = OffsetDateTime::now_utc() - Duration::minutes(5);
        let old = json!({ "secret": "seva_pat_0", "at": old.unix_timestamp() });
        session.insert("made_token", &old).await.unwrap();
        assert!(typed.has_old_token().await.unwrap());
        typed.forget_old_token().await.unwrap();
        let kept = session.get_value("made_token").await.unwrap();
        assert!(kept.is_none(), "no page asked for it");
        session.insert("made_token", &old).await.unwrap();
        assert!(typed.take_made_token().await.unwrap().is_none());
    }
}
