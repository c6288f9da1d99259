//! Accounts: opening one, signing in and out, the profile.

use leptos::prelude::*;
use seva_model::CurrentUser;

use crate::UiError;

/// Opens an account and sends its code; then shows the page that asks for it.
#[server(prefix = "/fn", endpoint = "register")]
pub async fn register(full_name: String, email: String, password: String) -> Result<(), UiError> {
    use seva_model::{AppError, EmailAddress, ErrorCode, FullName, Password, Registration};

    let parts = (
        full_name.parse::<FullName>(),
        email.parse::<EmailAddress>(),
        Password::new(password),
    );
    let (Ok(full_name), Ok(email), Ok(password)) = parts else {
        let wrong = [parts.0.err(), parts.1.err(), parts.2.err()];
        return Err(AppError::fields(wrong.into_iter().flatten()).into());
    };
    let registration = Registration {
        email,
        password,
        full_name,
    };
    let session = super::session().await?;
    let email = Some(&registration.email);
    match super::services()?.register(&registration).await {
        Ok(account) if account.confirmation_required => {
            session.set_pending_email(email).await?;
            leptos_axum::redirect("/confirm");
            Ok(())
        }
        Ok(_) => {
            leptos_axum::redirect("/sign-in?confirmed=1");
            Ok(())
        }
        Err(error) => {
            // The ways on from there ask for the address.
            if error.code == ErrorCode::AlreadyRegistered {
                session.set_pending_email(email).await?;
            }
            Err(error.into())
        }
    }
}

/// Confirms an address with the code from the mail.
#[server(prefix = "/fn", endpoint = "confirm_email")]
pub async fn confirm_email(email: String, confirmation_code: String) -> Result<(), UiError> {
    use seva_model::{AppError, ConfirmationCode, EmailAddress};

    let parts = (
        email.parse::<EmailAddress>(),
        confirmation_code.parse::<ConfirmationCode>(),
    );
    let (Ok(email), Ok(code)) = parts else {
        let wrong = [parts.0.err(), parts.1.err()];
        return Err(AppError::fields(wrong.into_iter().flatten()).into());
    };
    super::services()?.confirm_email(&email, &code).await?;
    super::session().await?.set_pending_email(None).await?;
    leptos_axum::redirect("/sign-in?confirmed=1");
    Ok(())
}

/// Sends a new code.
#[server(prefix = "/fn", endpoint = "resend_code")]
pub async fn resend_code(email: String) -> Result<(), UiError> {
    let email: seva_model::EmailAddress = email.parse()?;
    super::services()?.resend_code(&email).await?;
    super::session()
        .await?
        .set_pending_email(Some(&email))
        .await?;
    leptos_axum::redirect("/confirm?sent=1");
    Ok(())
}

/// The address that awaits its code in this session; empty when none does.
#[server(prefix = "/fn", endpoint = "pending_email")]
pub async fn pending_email() -> Result<String, UiError> {
    let email = super::session().await?.pending_email().await?;
    Ok(email.map(String::from).unwrap_or_default())
}

/// Signs in, then opens `next`, a path of this site, or Today. Where one more
/// answer is needed, the page that asks for it comes first.
#[server(prefix = "/fn", endpoint = "sign_in")]
pub async fn sign_in(email: String, password: String, next: Option<String>) -> Result<(), UiError> {
    use seva_model::{EmailAddress, ErrorCode, Password};

    let email: EmailAddress = email.parse()?;
    let session = super::session().await?;
    let outcome = super::services()?
        .sign_in(&email, &Password::attempt(password))
        .await;
    match outcome {
        Ok(outcome) => Ok(super::sign_in::go_on(&session, outcome, next.as_deref()).await?),
        Err(error) => {
            if matches!(
                error.code,
                ErrorCode::EmailNotConfirmed | ErrorCode::PasswordResetRequired
            ) {
                session.set_pending_email(Some(&email)).await?;
            }
            Err(error.into())
        }
    }
}

/// Signs out. It can be done twice.
#[server(prefix = "/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), UiError> {
    use seva_services::SignedOut;

    let session = super::session().await?;
    leptos_axum::redirect(match session.sign_out(&super::services()?).await? {
        SignedOut::Everywhere => "/sign-in",
        SignedOut::HereAlone => "/sign-in?out=here",
    });
    Ok(())
}

/// Who is signed in.
#[server(prefix = "/fn", endpoint = "signed_in_user")]
pub async fn signed_in_user() -> Result<CurrentUser, UiError> {
    let caller = super::caller().await?;
    Ok(super::services()?.current_user(caller).await?)
}

/// Saves what the header of a prescription says.
#[server(prefix = "/fn", endpoint = "update_profile")]
pub async fn update_profile(
    full_name: String,
    #[server(default)] qualification: String,
    #[server(default)] registration_number: String,
    #[server(default)] clinic_name: String,
    #[server(default)] clinic_address: String,
    #[server(default)] clinic_phone: String,
) -> Result<(), UiError> {
    let caller = super::caller().await?;
    let profile = seva_model::DoctorProfile {
        qualification,
        registration_number,
        clinic_name,
        clinic_address,
        clinic_phone,
    };
    super::services()?
        .update_profile(caller, &full_name, profile)
        .await?;
    leptos_axum::redirect("/profile?saved=1");
    Ok(())
}

/// Light, dark, or as the system says; a cookie, so that the very first byte
/// of the next page knows it.
#[server(prefix = "/fn", endpoint = "set_theme")]
pub async fn set_theme(theme: String) -> Result<(), UiError> {
    use crate::components::theme::Theme;

    let theme = Theme::from_name(&theme);
    if let (Some(response), Ok(cookie)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        axum::http::HeaderValue::from_str(&theme.cookie()),
    ) {
        response.append_header(axum::http::header::SET_COOKIE, cookie);
    }
    leptos_axum::redirect("/profile");
    Ok(())
}
