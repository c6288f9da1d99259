//! `/api/v1/auth/tokens`: access tokens. Only a person makes and revokes them: a token
//! can't make itself more, or last longer.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use seva_model::{AccessToken, AccessTokenId, AppError, NewAccessToken, Scope};
use seva_services::Services;
use utoipa::ToSchema;

use super::{
    access::CallerSession,
    bodies::{DoneBody, Success, done},
    openapi::{params, refusals},
};
use crate::errors::{ApiError, JsonBody, UrlPath};

/// What a token is to be.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewTokenBody {
    /// What you call it, 1 to 100 characters.
    #[serde(default)]
    #[schema(required)]
    name: String,
    /// What it may do, at least one thing.
    #[serde(default)]
    #[schema(required, value_type = Vec<Scope>)]
    scopes: Vec<String>,
    /// Days until it ends, 1 to 365.
    #[serde(default)]
    #[schema(required)]
    expires_in_days: i64,
}

/// A token that was just made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeTokenBody {
    #[schema(inline)]
    success: Success,
    /// The token itself, `seva_pat_` and 64 figures. It is not shown again.
    secret: String,
    /// As it is listed.
    token: AccessToken,
}

/// Tokens that were not revoked.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensBody {
    #[schema(inline)]
    success: Success,
    /// Newest first.
    tokens: Vec<AccessToken>,
}

/// Make an access token.
///
/// For a program that acts in your name. It is shown in this answer and never again.
#[utoipa::path(
    post,
    path = "/api/v1/auth/tokens",
    operation_id = "createAccessToken",
    tag = "Access tokens",
    request_body = NewTokenBody,
    responses((status = 201, description = "The token.", body = MadeTokenBody), refusals::Limited),
    security(("session" = [])),
)]
pub(crate) async fn create(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<NewTokenBody>,
) -> Result<(StatusCode, Json<MadeTokenBody>), ApiError> {
    let user = session.require_user().await?;
    let new = NewAccessToken::check(&body.name, &body.scopes, body.expires_in_days)
        .map_err(AppError::fields)?;
    let made = services.create_access_token(user, &new).await?;
    let body = MadeTokenBody {
        success: Success,
        secret: String::from_utf8_lossy(made.secret.expose()).into_owned(),
        token: made.token,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// List your access tokens.
///
/// Those that were not revoked, newest first, without their secrets.
#[utoipa::path(
    get,
    path = "/api/v1/auth/tokens",
    operation_id = "listAccessTokens",
    tag = "Access tokens",
    responses((status = 200, description = "The tokens.", body = TokensBody), refusals::Plain),
    security(("session" = [])),
)]
pub(crate) async fn list(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<TokensBody>, ApiError> {
    let user = session.require_user().await?;
    Ok(Json(TokensBody {
        success: Success,
        tokens: services.list_access_tokens(user).await?,
    }))
}

/// Revoke an access token.
///
/// From the next request on it is refused.
#[utoipa::path(
    delete,
    path = "/api/v1/auth/tokens/{id}",
    operation_id = "revokeAccessToken",
    tag = "Access tokens",
    params(params::Id),
    responses((status = 200, description = "It is good for nothing.", body = DoneBody), refusals::Reading),
    security(("session" = [])),
)]
pub(crate) async fn revoke(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    UrlPath(id): UrlPath<AccessTokenId>,
) -> Result<Json<DoneBody>, ApiError> {
    let user = session.require_user().await?;
    services.revoke_access_token(user, id).await?;
    Ok(done())
}
