//! `/api/v1/auth`: accounts and signing in.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use seva_model::{
    AppError, ConfirmationCode, EmailAddress, FullName, Password, Registration, ValueError,
};
use seva_services::Services;

use super::CallerSession;
use crate::errors::{ApiError, JsonBody};

#[derive(Deserialize)]
pub(crate) struct RegisterBody {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    full_name: String,
}

/// `POST /api/v1/auth/register`
pub(crate) async fn register(
    State(services): State<Services>,
    JsonBody(body): JsonBody<RegisterBody>,
) -> Result<Response, ApiError> {
    let registration = body.check()?;
    let account = services.register(&registration).await?;
    let message = if account.confirmation_required {
        "Registration successful. Please check your email for verification code."
    } else {
        "Registration successful."
    };
    let body = json!({ "success": true, "message": message, "user_id": account.user_id });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

impl RegisterBody {
    fn check(self) -> Result<Registration, AppError> {
        let mut wrong = Vec::new();
        let email = kept(self.email.parse::<EmailAddress>(), &mut wrong);
        let password = kept(Password::new(self.password), &mut wrong);
        let full_name = kept(self.full_name.parse::<FullName>(), &mut wrong);
        match (email, password, full_name) {
            (Some(email), Some(password), Some(full_name)) => Ok(Registration {
                email,
                password,
                full_name,
            }),
            _ => Err(AppError::fields(wrong)),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct ConfirmBody {
    #[serde(default)]
    email: String,
    #[serde(default)]
    confirmation_code: String,
}

/// `POST /api/v1/auth/confirm`
pub(crate) async fn confirm(
    State(services): State<Services>,
    JsonBody(body): JsonBody<ConfirmBody>,
) -> Result<Response, ApiError> {
    let mut wrong = Vec::new();
    let email = kept(body.email.parse::<EmailAddress>(), &mut wrong);
    let code = kept(
        body.confirmation_code.parse::<ConfirmationCode>(),
        &mut wrong,
    );
    let (Some(email), Some(code)) = (email, code) else {
        return Err(AppError::fields(wrong).into());
    };
    services.confirm_email(&email, &code).await?;
    let body = json!({ "success": true, "message": "Email verified successfully" });
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(crate) struct LoginBody {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

/// `POST /api/v1/auth/login`
pub(crate) async fn login(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Response, ApiError> {
    let email: EmailAddress = body.email.parse()?;
    let user = services
        .sign_in(&email, &Password::attempt(body.password))
        .await?;
    session.sign_in(user.id).await?;
    let body = json!({
        "success": true,
        "message": "Login successful",
        "user": { "id": user.id, "email": user.email, "full_name": user.full_name },
    });
    Ok(Json(body).into_response())
}

/// `POST /api/v1/auth/logout`; it can be done twice.
pub(crate) async fn logout(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Response, ApiError> {
    if let Some(user_id) = session.user_id().await? {
        services.sign_out(user_id).await?;
    }
    session.sign_out().await?;
    let body = json!({ "success": true, "message": "Logout successful" });
    Ok(Json(body).into_response())
}

/// The value, or `None` and a note of what is wrong with it.
fn kept<T>(value: Result<T, ValueError>, wrong: &mut Vec<ValueError>) -> Option<T> {
    value.map_err(|error| wrong.push(error)).ok()
}
