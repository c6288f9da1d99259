//! `/api/v1/auth`: passwords and authenticator apps.

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};
use seva_model::{AppError, ConfirmationCode, EmailAddress, Password};
use seva_services::Services;

use super::{
    CallerSession,
    auth::{AddressBody, kept},
};
use crate::errors::{ApiError, JsonBody};

fn done(message: &str) -> Json<Value> {
    Json(json!({ "success": true, "message": message }))
}

/// `POST /api/v1/auth/forgot`: mails a code for a new password.
pub(crate) async fn forgot(
    State(services): State<Services>,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Json<Value>, ApiError> {
    services.forgot_password(&body.email.parse()?).await?;
    Ok(done("If this address has an account, a code is on its way"))
}

#[derive(Deserialize)]
pub(crate) struct ResetBody {
    #[serde(default)]
    email: String,
    #[serde(default)]
    confirmation_code: String,
    #[serde(default)]
    password: String,
}

/// `POST /api/v1/auth/reset`: sets a new password by the mailed code, and ends all
/// sessions.
pub(crate) async fn reset(
    State(services): State<Services>,
    JsonBody(body): JsonBody<ResetBody>,
) -> Result<Json<Value>, ApiError> {
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
    Ok(done("Password changed; sign in with the new one"))
}

#[derive(Deserialize)]
pub(crate) struct PasswordBody {
    #[serde(default)]
    old_password: String,
    #[serde(default)]
    password: String,
}

/// `POST /api/v1/auth/password`: sets a new password by the old one, and ends the
/// other sessions.
pub(crate) async fn change_password(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<PasswordBody>,
) -> Result<Json<Value>, ApiError> {
    let signed_in = session.account().await?;
    let new = Password::new(body.password)?;
    let old = Password::attempt(body.old_password);
    services
        .change_password(signed_in.as_account(), &old, &new, session.key())
        .await?;
    Ok(done("Password changed; other sessions are over"))
}

/// `GET /api/v1/auth/authenticator`: whether signing in asks for its code.
pub(crate) async fn authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<Value>, ApiError> {
    let signed_in = session.account().await?;
    let on = services.has_authenticator(signed_in.as_account()).await?;
    Ok(Json(json!({ "success": true, "on": on })))
}

/// `POST /api/v1/auth/authenticator`: makes the secret of one. It counts when a
/// code of it was confirmed.
pub(crate) async fn begin_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<Value>, ApiError> {
    let signed_in = session.account().await?;
    let account = signed_in.as_account();
    let secret = services.begin_authenticator(account).await?;
    let setup = services.authenticator_setup(account, &secret).await?;
    let body = json!({ "success": true, "secret": setup.secret, "uri": setup.uri });
    Ok(Json(body))
}

#[derive(Deserialize)]
pub(crate) struct ConfirmBody {
    #[serde(default)]
    current_password: String,
    #[serde(default)]
    confirmation_code: String,
}

/// `POST /api/v1/auth/authenticator/confirm`: turns it on by a code it shows; it
/// takes the password.
pub(crate) async fn confirm_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<ConfirmBody>,
) -> Result<Json<Value>, ApiError> {
    let signed_in = session.account().await?;
    let code = body.confirmation_code.parse()?;
    let password = Password::attempt(body.current_password);
    services
        .confirm_authenticator(signed_in.as_account(), &password, &code)
        .await?;
    session.set_authenticator_secret(None).await?;
    Ok(done("Authenticator on"))
}

#[derive(Deserialize)]
pub(crate) struct RemoveBody {
    #[serde(default)]
    current_password: String,
}

/// `POST /api/v1/auth/authenticator/remove`: turns it off; it takes the password.
pub(crate) async fn remove_authenticator(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<RemoveBody>,
) -> Result<Json<Value>, ApiError> {
    let signed_in = session.account().await?;
    let password = Password::attempt(body.current_password);
    services
        .remove_authenticator(signed_in.as_account(), &password)
        .await?;
    Ok(done("Authenticator off"))
}
