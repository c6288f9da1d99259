//! `/api/v1/auth`: accounts and signing in.

use app::server_fns::session::{OpenChallenge, TypedSession};
use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use seva_model::{
    AppError, ConfirmationCode, CurrentUser, EmailAddress, ErrorCode, FullName, Password,
    Registration, SignInChallenge, UserId, ValueError,
};
use seva_services::{Services, SignInOutcome, SignedOut, ports::ChallengeAnswer};
use utoipa::ToSchema;

use super::{
    access::{Caller, CallerSession},
    bodies::{SaidBody, Success, said},
    openapi::refusals,
};
use crate::errors::{ApiError, JsonBody};

#[derive(Deserialize, ToSchema)]
pub(crate) struct RegisterBody {
    #[serde(default)]
    #[schema(required)]
    email: String,
    #[serde(default)]
    #[schema(required)]
    password: String,
    #[serde(default)]
    #[schema(required)]
    full_name: String,
}

/// Open an account.
///
/// A password has 8 to 256 characters with an upper-case letter, a lower-case letter, a
/// digit and a symbol.
#[utoipa::path(
    post,
    path = "/api/v1/auth/register",
    operation_id = "register",
    tag = "Signing in",
    request_body = RegisterBody,
    responses((status = 201, description = "The account is there.", body = RegisteredBody), refusals::Registering),
    security(()),
)]
pub(crate) async fn register(
    State(services): State<Services>,
    JsonBody(body): JsonBody<RegisterBody>,
) -> Result<(StatusCode, Json<RegisteredBody>), ApiError> {
    let registration = body.check()?;
    let account = services.register(&registration).await?;
    let message = if account.confirmation_required {
        "Registration successful. Please check your email for verification code."
    } else {
        "Registration successful."
    };
    let body = RegisteredBody {
        success: Success,
        message,
        user_id: account.user_id,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

/// An account that was just opened.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegisteredBody {
    #[schema(inline)]
    success: Success,
    /// A sentence for people; it may change.
    message: &'static str,
    user_id: UserId,
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

#[derive(Deserialize, ToSchema)]
pub(crate) struct ConfirmBody {
    #[serde(default)]
    #[schema(required)]
    email: String,
    #[serde(default)]
    #[schema(required)]
    confirmation_code: String,
}

/// Confirm an e-mail address by its code.
#[utoipa::path(
    post,
    path = "/api/v1/auth/confirm",
    operation_id = "confirmEmail",
    tag = "Signing in",
    request_body = ConfirmBody,
    responses((status = 200, description = "The account is open.", body = SaidBody), refusals::Confirming),
    security(()),
)]
pub(crate) async fn confirm(
    State(services): State<Services>,
    JsonBody(body): JsonBody<ConfirmBody>,
) -> Result<Json<SaidBody>, ApiError> {
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
    Ok(said("Email verified successfully"))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct LoginBody {
    #[serde(default)]
    #[schema(required)]
    email: String,
    #[serde(default)]
    #[schema(required)]
    password: String,
}

/// Sign in.
///
/// The answer sets the cookie of the session. Where `challenge` is in it, the sign-in
/// waits for one more answer, at `/api/v1/auth/challenge`.
#[utoipa::path(
    post,
    path = "/api/v1/auth/login",
    operation_id = "signIn",
    tag = "Signing in",
    request_body = LoginBody,
    responses(
        (status = 200, description = "Signed in, or what is asked for next.", body = SignedInBody,
            headers(("Set-Cookie" = String, description = "The session."))),
        refusals::SigningIn,
    ),
    security(()),
)]
pub(crate) async fn login(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<LoginBody>,
) -> Result<Json<SignedInBody>, ApiError> {
    let email: EmailAddress = body.email.parse()?;
    let outcome = services
        .sign_in(&email, &Password::attempt(body.password))
        .await?;
    answer_outcome(&session, outcome).await
}

/// Somebody who is signed in, or what is asked for next.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedInBody {
    #[schema(inline)]
    success: Success,
    /// A sentence for people; it may change.
    message: &'static str,
    /// Who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserBody>,
    /// What is asked for next.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<SignInChallenge>,
}

/// Somebody with an account.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    id: UserId,
    email: String,
    full_name: String,
}

/// Signs in, or says what is asked for next. What the identity provider gave goes
/// into the session and nowhere else.
async fn answer_outcome(
    session: &TypedSession,
    outcome: SignInOutcome,
) -> Result<Json<SignedInBody>, ApiError> {
    let body = match outcome {
        SignInOutcome::SignedIn {
            user,
            tokens,
            epoch,
        } => {
            session.sign_in(user.id, tokens.as_ref(), epoch).await?;
            SignedInBody {
                success: Success,
                message: "Login successful",
                user: Some(UserBody {
                    id: user.id,
                    email: user.email,
                    full_name: user.full_name,
                }),
                challenge: None,
            }
        }
        SignInOutcome::Challenge(pending) => {
            let kind = pending.challenge.kind;
            let open = OpenChallenge {
                pending,
                next: None,
            };
            session.set_challenge(Some(&open)).await?;
            SignedInBody {
                success: Success,
                message: "One more answer is needed",
                user: None,
                challenge: Some(kind),
            }
        }
    };
    Ok(Json(body))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct ChallengeBody {
    /// For `AUTHENTICATOR_CODE` and `EMAIL_CODE`.
    confirmation_code: Option<String>,
    /// For `NEW_PASSWORD`: one of your own.
    password: Option<String>,
}

/// Answer what a sign-in asks for.
///
/// A code, or a password of one's own.
#[utoipa::path(
    post,
    path = "/api/v1/auth/challenge",
    operation_id = "answerChallenge",
    tag = "Signing in",
    request_body = ChallengeBody,
    responses((status = 200, description = "Signed in, or what is asked for next.", body = SignedInBody), refusals::SigningIn),
    security(()),
)]
pub(crate) async fn challenge(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    JsonBody(body): JsonBody<ChallengeBody>,
) -> Result<Json<SignedInBody>, ApiError> {
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

/// Sign out.
///
/// It can be done twice. The session is over whatever the identity provider says.
#[utoipa::path(
    post,
    path = "/api/v1/auth/logout",
    operation_id = "signOut",
    tag = "Signing in",
    responses((status = 200, description = "The session is over.", body = SaidBody), refusals::Plain),
    security((), ("session" = [])),
)]
pub(crate) async fn logout(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
) -> Result<Json<SaidBody>, ApiError> {
    let message = match session.sign_out(&services).await? {
        SignedOut::Everywhere => "Logout successful",
        SignedOut::HereAlone => {
            "Logout successful here; the identity provider could not be told and ends its sign-in by itself"
        }
    };
    Ok(said(message))
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct AddressBody {
    #[serde(default)]
    #[schema(required)]
    pub(super) email: String,
}

/// Mail the code that confirms an address once more.
///
/// The answer is the same whether there is such an account or not.
#[utoipa::path(
    post,
    path = "/api/v1/auth/resend",
    operation_id = "resendCode",
    tag = "Signing in",
    request_body = AddressBody,
    responses((status = 200, description = "A code is on its way, if the account awaits one.", body = SaidBody), refusals::Plain),
    security(()),
)]
pub(crate) async fn resend(
    State(services): State<Services>,
    JsonBody(body): JsonBody<AddressBody>,
) -> Result<Json<SaidBody>, ApiError> {
    services.resend_code(&body.email.parse()?).await?;
    Ok(said(
        "If this address awaits its code, a new one is on its way",
    ))
}

/// Who is signed in, or whose token it is.
#[utoipa::path(
    get,
    path = "/api/v1/auth/me",
    operation_id = "whoAmI",
    tag = "Signing in",
    responses((status = 200, description = "The person.", body = CurrentUser), refusals::Plain),
    security(("session" = []), ("token" = [])),
)]
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
