//! Passwords that are forgotten, reset or changed.

use leptos::prelude::*;

use crate::UiError;

/// Mails a code for a new password; then shows the page that asks for it.
#[server(prefix = "/fn", endpoint = "forgot_password")]
pub async fn forgot_password(email: String) -> Result<(), UiError> {
    let email: seva_model::EmailAddress = email.parse()?;
    super::services()?.forgot_password(&email).await?;
    super::session()
        .await?
        .set_pending_email(Some(&email))
        .await?;
    leptos_axum::redirect("/reset-password?sent=1");
    Ok(())
}

/// Sets a new password by the code from the mail.
#[server(prefix = "/fn", endpoint = "reset_password")]
pub async fn reset_password(
    email: String,
    confirmation_code: String,
    password: String,
) -> Result<(), UiError> {
    use seva_model::{AppError, ConfirmationCode, EmailAddress, Password};

    let parts = (
        email.parse::<EmailAddress>(),
        confirmation_code.parse::<ConfirmationCode>(),
        Password::new(password),
    );
    let (Ok(email), Ok(code), Ok(password)) = parts else {
        let wrong = [parts.0.err(), parts.1.err(), parts.2.err()];
        return Err(AppError::fields(wrong.into_iter().flatten()).into());
    };
    let services = super::services()?;
    services.reset_password(&email, &code, &password).await?;
    // Whoever was signed in here, it was with what is void now or as somebody else.
    super::session().await?.sign_out(&services).await?;
    leptos_axum::redirect("/sign-in?reset=1");
    Ok(())
}

/// Sets a new password by the old one.
#[server(prefix = "/fn", endpoint = "change_password")]
pub async fn change_password(old_password: String, password: String) -> Result<(), UiError> {
    use seva_model::Password;

    let session = super::session().await?;
    let signed_in = session.account().await?;
    let new = Password::new(password)?;
    let old = Password::attempt(old_password);
    super::services()?
        .change_password(signed_in.as_account(), &old, &new, session.key())
        .await?;
    leptos_axum::redirect("/profile?changed=1#password");
    Ok(())
}
