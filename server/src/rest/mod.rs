//! The API. A handler finds out who calls, calls one service function and gives
//! its answer a shape; the pages' server functions call the same ones.

pub(crate) mod audio;
pub(crate) mod auth;
pub(crate) mod credentials;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod forms;
pub(crate) mod health;
mod idempotency;
pub(crate) mod papers;
pub(crate) mod prescriptions;
pub(crate) mod transcriptions;
mod upload;
mod versions;

use app::server_fns::session::TypedSession;
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use seva_model::{AppError, UserId};

use crate::errors::ApiError;

/// Who calls; everybody else is refused.
#[derive(Clone, Copy)]
pub(crate) struct Caller(pub(crate) UserId);

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let session = session(parts, state).await?;
        Ok(Self(session.require_user().await?))
    }
}

/// The session of a request, signed in or not.
pub(crate) struct CallerSession(pub(crate) TypedSession);

impl<S: Send + Sync> FromRequestParts<S> for CallerSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        session(parts, state).await.map(Self)
    }
}

async fn session<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<TypedSession, ApiError> {
    let session = TypedSession::from_request_parts(parts, state).await;
    session.map_err(|(_, reason): (StatusCode, &str)| {
        tracing::error!(reason, "no session layer");
        AppError::internal().into()
    })
}
