//! The session, with its keys hidden: what it may hold is what has a method.

use axum::{extract::FromRequestParts, http::request::Parts};
use seva_model::{AppError, EmailAddress, UserId};
use tower_sessions::{Session, session};

const USER_ID: &str = "user_id";
const PENDING_EMAIL: &str = "pending_email";
const UPLOAD_ERROR: &str = "upload_error";
const SEARCH: &str = "search";

/// The caller's session. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TypedSession(Session);

impl TypedSession {
    /// Wraps the session of a request.
    #[must_use]
    pub const fn new(session: Session) -> Self {
        Self(session)
    }

    /// Who is signed in, if anybody.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn user_id(&self) -> Result<Option<UserId>, AppError> {
        self.0.get(USER_ID).await.map_err(unavailable)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// `NotSignedIn`; `ServiceUnavailable` if the session can't be read now.
    pub async fn require_user(&self) -> Result<UserId, AppError> {
        self.user_id().await?.ok_or_else(AppError::not_signed_in)
    }

    /// Signs a user in under a new session id, so that an id planted before
    /// the sign-in is worth nothing after it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn sign_in(&self, user_id: UserId) -> Result<(), AppError> {
        self.0.clear().await;
        self.0.cycle_id().await.map_err(unavailable)?;
        self.0.insert(USER_ID, user_id).await.map_err(unavailable)
    }

    /// Forgets everything and removes the session from the store.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be removed now.
    pub async fn sign_out(&self) -> Result<(), AppError> {
        self.0.flush().await.map_err(unavailable)
    }

    /// The address that awaits its code, kept here because an address has no
    /// place in a URL.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn pending_email(&self) -> Result<Option<EmailAddress>, AppError> {
        self.0.get(PENDING_EMAIL).await.map_err(unavailable)
    }

    /// Remembers the address that awaits its code; `None` forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_pending_email(&self, email: Option<&EmailAddress>) -> Result<(), AppError> {
        match email {
            Some(email) => self.0.insert(PENDING_EMAIL, email).await,
            None => self
                .0
                .remove::<EmailAddress>(PENDING_EMAIL)
                .await
                .map(|_| ()),
        }
        .map_err(unavailable)
    }

    /// Keeps why a form posted without script was refused, for the page it is
    /// sent back to.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_upload_error(&self, error: &AppError) -> Result<(), AppError> {
        self.0
            .insert(UPLOAD_ERROR, error)
            .await
            .map_err(unavailable)
    }

    /// Why the last upload was refused; asking once forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn take_upload_error(&self) -> Result<Option<AppError>, AppError> {
        self.0.remove(UPLOAD_ERROR).await.map_err(unavailable)
    }

    /// What a form without script searches for; empty for everything.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn search(&self) -> Result<String, AppError> {
        let words = self.0.get(SEARCH).await.map_err(unavailable)?;
        Ok(words.unwrap_or_default())
    }

    /// Remembers what is searched for; nothing forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_search(&self, words: &str) -> Result<(), AppError> {
        if words.is_empty() {
            self.0.remove::<String>(SEARCH).await.map(|_| ())
        } else {
            self.0.insert(SEARCH, words).await
        }
        .map_err(unavailable)
    }
}

fn unavailable(error: session::Error) -> AppError {
    tracing::error!(%error, "the session store does not answer");
    AppError::unavailable()
}

impl<S: Send + Sync> FromRequestParts<S> for TypedSession {
    type Rejection = <Session as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Session::from_request_parts(parts, state).await.map(Self)
    }
}
