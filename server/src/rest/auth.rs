//! `/api/v1/auth`: accounts and signing in.

use app::server_fns::session::{OpenChallenge, TypedSession};
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use seva_model::{
    AppError, ConfirmationCode, CurrentUser, EmailAddress, ErrorCode, FullName, Password,
    Registration, SignInChallenge, ValueError,
};
use seva_services::{Services, SignInOutcome, SignedOut, ports::ChallengeAnswer};

use super::{Caller, CallerSession};
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
    let outcome = services
        .sign_in(&email, &Password::attempt(body.password))
        .await?;
    answer_outcome(&session, outcome).await
}

/// Signs in, or says what is asked for next. What the identity provider gave goes
/// into the session and nowhere else.
async fn answer_outcome(
    session: &TypedSession,
    outcome: SignInOutcome,
) -> Result<Response, ApiError> {
    let body = match outcome {
        SignInOutcome::SignedIn {
            user,
            tokens,
            epoch,
        } => {
            session.sign_in(user.id, tokens.as_ref(), epoch).await?;
            json!({
                "success": true,
                "message": "Login successful",
                "user": { "id": user.id, "email": user.email, "full_name": user.full_name },
            })
        }
        SignInOutcome::Challenge(pending) => {
            let kind = pending.challenge.kind;
            let open = OpenChallenge {
                pending,
                next: None,
            };
            session.set_challenge(Some(&open)).await?;
            json!({
                "success": true,
                "message": "One more answer is needed",
                "challenge": kind,
            })
        }
    };
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(crate) struct ChallengeBody {
    confirmation_code: Option<String>,
    password: Option<String>,
}

/// `POST /api/v1/auth/challenge`: the answer to what a login asked for, a code or
/// a password of one's own.
pub(crate) async fn challenge(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<ChallengeBody>,
) -> Result<Response, ApiError> {
    let open = session.challenge().await?;
    let open = open.ok_or_else(AppError::sign_in_over)?;
    let answer = match open.pending.challenge.kind {
        SignInChallenge::NewPassword => {
            ChallengeAnswer::NewPassword(Password::new(body.password.unwrap_or_default())?)
        }
        kind @ (SignInChallenge::AuthenticatorCode | SignInChallenge::EmailCode) => {
            let code = body.confirmation_code.unwrap_or_default();
            ChallengeAnswer::Code(kind.code(&code)?)
        }
    };
    match services.answer_challenge(&open.pending, &answer).await {
        Ok(outcome) => answer_outcome(&session, outcome).await,
        Err(error) => {
            if error.code == ErrorCode::NotSignedIn {
                session.set_challenge(None).await?;
            }
            Err(error.into())
        }
    }
}

/// `POST /api/v1/auth/logout`; it can be done twice. The session is over whatever
/// the identity provider says.
pub(crate) async fn logout(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Response, ApiError> {
    let message = match session.sign_out(&services).await? {
        SignedOut::Everywhere => "Logout successful",
        SignedOut::HereAlone => {
            "Logout successful here; the identity provider could not be told and ends its sign-in by itself"
        }
    };
    let body = json!({ "success": true, "message": message });
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(crate) struct AddressBody {
    #[serde(default)]
    pub(super) email: String,
}

/// `POST /api/v1/auth/resend`: the code that confirms an address, once more.
pub(crate) async fn resend(
    State(services): State<Services>,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Response, ApiError> {
    services.resend_code(&body.email.parse()?).await?;
    let body = json!({
        "success": true,
        "message": "If this address awaits its code, a new one is on its way",
    });
    Ok(Json(body).into_response())
}

/// `GET /api/v1/auth/me`: who is signed in.
pub(crate) async fn me(
    State(services): State<Services>,
    Caller(caller): Caller,
) -> Result<Json<CurrentUser>, ApiError> {
    Ok(Json(services.current_user(caller).await?))
}

/// The value, or `None` and a note of what is wrong with it.
pub(super) fn kept<T>(value: Result<T, ValueError>, wrong: &mut Vec<ValueError>) -> Option<T> {
    value.map_err(|error| wrong.push(error)).ok()
}
