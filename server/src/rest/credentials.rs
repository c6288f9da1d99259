//! `/api/v1/auth`: passwords and authenticator apps.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use seva_model::{AppError, ConfirmationCode, EmailAddress, Password};
use seva_services::Services;
use utoipa::ToSchema;

use super::{
    access::CallerSession,
    auth::{AddressBody, kept},
    bodies::{SaidBody, Success, said},
    openapi::refusals,
};
use crate::errors::{ApiError, JsonBody};

/// Mail a code for a new password.
///
/// The answer is the same whether there is such an account or not.
#[utoipa::path(
    post,
    path = "/api/v1/auth/forgot",
    operation_id = "forgotPassword",
    tag = "Signing in",
    request_body = AddressBody,
    responses((status = 200, description = "A code is on its way, if there is an account.", body = SaidBody), refusals::Plain),
    security(()),
)]
pub(crate) async fn forgot(
    State(services): State<Services>,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Json<SaidBody>, ApiError> {
    services.forgot_password(&body.email.parse()?).await?;
    Ok(said("If this address has an account, a code is on its way"))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ResetBody {
    #[serde(default)]
    #[schema(required)]
    email: String,
    #[serde(default)]
    #[schema(required)]
    confirmation_code: String,
    #[serde(default)]
    #[schema(required)]
    password: String,
}

/// Set a new password by a mailed code.
///
/// It ends all sessions, and revokes all access tokens.
#[utoipa::path(
    post,
    path = "/api/v1/auth/reset",
    operation_id = "resetPassword",
    tag = "Signing in",
    request_body = ResetBody,
    responses((status = 200, description = "The new password counts.", body = SaidBody), refusals::Confirming),
    security(()),
)]
pub(crate) async fn reset(
    State(services): State<Services>,
    JsonBody(body): JsonBody<ResetBody>,
) -> Result<Json<SaidBody>, ApiError> {
    let mut wrong = Vec::new();
    let email = kept(body.email.parse::<EmailAddress>(), &mut wrong);
    let code = kept(
        body.confirmation_code.parse::<ConfirmationCode>(),
        &mut wrong,
    );
    let password = kept(Password::new(body.password), &mut wrong);
    let (Some(email), Some(code), Some(password)) = (email, code, password) else {
        return Err(AppError::fields(wrong).into());
    };
    services.reset_password(&email, &code, &password).await?;
    Ok(said("Password changed; sign in with the new one"))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct PasswordBody {
    #[serde(default)]
    #[schema(required)]
    old_password: String,
    #[serde(default)]
    #[schema(required)]
    password: String,
}

/// Set a new password by the old one.
///
/// It ends the other sessions, and revokes no access token.
#[utoipa::path(
    post,
    path = "/api/v1/auth/password",
    operation_id = "changePassword",
    tag = "Signing in",
    request_body = PasswordBody,
    responses((status = 200, description = "The new password counts.", body = SaidBody), refusals::WithPassword),
    security(("session" = [])),
)]
pub(crate) async fn change_password(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<Json<SaidBody>, ApiError> {
    let signed_in = session.account().await?;
    let new = Password::new(body.password)?;
    let old = Password::attempt(body.old_password);
    services
        .change_password(signed_in.as_account(), &old, &new, session.key())
        .await?;
    Ok(said("Password changed; other sessions are over"))
}

/// Whether signing in asks for the code of an authenticator app.
#[utoipa::path(
    get,
    path = "/api/v1/auth/authenticator",
    operation_id = "getAuthenticator",
    tag = "Signing in",
    responses((status = 200, description = "Whether it does.", body = AuthenticatorBody), refusals::WithPassword),
    security(("session" = [])),
)]
pub(crate) async fn authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<AuthenticatorBody>, ApiError> {
    let signed_in = session.account().await?;
    let on = services.has_authenticator(signed_in.as_account()).await?;
    Ok(Json(AuthenticatorBody {
        success: Success,
        on,
    }))
}

/// Whether signing in asks for the code of an app.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthenticatorBody {
    #[schema(inline)]
    success: Success,
    on: bool,
}

/// What an authenticator app is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuthenticatorSetupBody {
    #[schema(inline)]
    success: Success,
    /// To be typed: base32.
    secret: String,
    /// To be scanned: `otpauth://`.
    uri: String,
}

/// Begin to set an authenticator app up.
///
/// Its secret counts once a code that it shows was confirmed.
#[utoipa::path(
    post,
    path = "/api/v1/auth/authenticator",
    operation_id = "beginAuthenticator",
    tag = "Signing in",
    responses((status = 200, description = "The secret.", body = AuthenticatorSetupBody), refusals::WithPassword),
    security(("session" = [])),
)]
pub(crate) async fn begin_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<AuthenticatorSetupBody>, ApiError> {
    let signed_in = session.account().await?;
    let account = signed_in.as_account();
    let secret = services.begin_authenticator(account).await?;
    let setup = services.authenticator_setup(account, &secret).await?;
    Ok(Json(AuthenticatorSetupBody {
        success: Success,
        secret: setup.secret,
        uri: setup.uri,
    }))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ConfirmBody {
    #[serde(default)]
    #[schema(required)]
    current_password: String,
    #[serde(default)]
    #[schema(required)]
    confirmation_code: String,
}

/// Turn the authenticator app on, by a code it shows. It takes the
/// password.
#[utoipa::path(
    post,
    path = "/api/v1/auth/authenticator/confirm",
    operation_id = "confirmAuthenticator",
    tag = "Signing in",
    request_body = ConfirmBody,
    responses((status = 200, description = "Signing in asks for its code.", body = SaidBody), refusals::Confirming),
    security(("session" = [])),
)]
pub(crate) async fn confirm_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<ConfirmBody>,
) -> Result<Json<SaidBody>, ApiError> {
    let signed_in = session.account().await?;
    let code = body.confirmation_code.parse()?;
    let password = Password::attempt(body.current_password);
    services
        .confirm_authenticator(signed_in.as_account(), &password, &code)
        .await?;
    session.set_authenticator_secret(None).await?;
    Ok(said("Authenticator on"))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct RemoveBody {
    #[serde(default)]
    #[schema(required)]
    current_password: String,
}

/// Turn the authenticator app off.
///
/// It takes the password.
#[utoipa::path(
    post,
    path = "/api/v1/auth/authenticator/remove",
    operation_id = "removeAuthenticator",
    tag = "Signing in",
    request_body = RemoveBody,
    responses((status = 200, description = "Signing in takes the password alone.", body = SaidBody), refusals::WithPassword),
    security(("session" = [])),
)]
pub(crate) async fn remove_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<RemoveBody>,
) -> Result<Json<SaidBody>, ApiError> {
    let signed_in = session.account().await?;
    let password = Password::attempt(body.current_password);
    services
        .remove_authenticator(signed_in.as_account(), &password)
        .await?;
    Ok(said("Authenticator off"))
}
