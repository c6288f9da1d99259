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

use crate::{config::BaseUrl, renewal::Renewal};

/// A session nobody used for so long is over.
const IDLE: Duration = Duration::hours(12);
/// How often use is written down: a row is not written for each request.
const RENEW_AFTER: Duration = Duration::minutes(10);
const USED_AT: &str = "used_at";

/// The store of sessions, sealed with `key`.
///
/// # Errors
/// `key` does not have 32 bytes.
pub(crate) fn store(pool: PgPool, key: &Secret) -> anyhow::Result<SealedSessionStore> {
    let key: &[u8; 32] = key.expose().try_into()?;
    Ok(SealedSessionStore::new(pool, key))
}

/// Reads and sets the cookie. The prefix `__Host-` makes browsers refuse it from
/// any other host and over an open connection; on this very machine there is no
/// https, and so neither prefix nor `Secure`.
pub(crate) fn layer(
    store: SealedSessionStore,
    base_url: &BaseUrl,
) -> SessionManagerLayer<SealedSessionStore> {
    let is_https = base_url.is_https();
    SessionManagerLayer::new(store)
        .with_name(if is_https { "__Host-seva" } else { "seva" })
        .with_secure(is_https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Lets the session of somebody who is at work live on, and renews what the
/// identity provider gave before it ends.
pub(crate) async fn keep_alive(
    State(renewal): State<Renewal>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    if let Err(error) = renewal.keep(&session).await {
        tracing::error!(%error, "the tokens of a session could not be renewed");
    }
    let response = next.run(request).await;
    if let Err(error) = note_use(&session).await {
        tracing::error!(%error, "the session could not be prolonged");
    }
    response
}

/// Notes that the session is in use. It is read anew for that: in the minutes that
/// an upload takes, another request may have renewed what it holds.
async fn note_use(session: &Session) -> Result<(), AppError> {
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
    if used_at.is_none_or(|at| now - at >= RENEW_AFTER.whole_seconds()) {
        session.load().await.map_err(unavailable)?;
        if typed.user_id().await?.is_none() {
            return Ok(());
        }
        session.insert(USED_AT, now).await.map_err(unavailable)?;
    }
    Ok(())
}
