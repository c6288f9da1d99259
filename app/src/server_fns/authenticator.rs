//! The authenticator app of whoever is signed in.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{UiError, qr::QrCode};

/// How far somebody is with an authenticator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticatorState {
    /// Signing in takes the password alone.
    Off,
    /// An app is to be told this, and has to prove that it was.
    Setup {
        /// To be typed, in groups of four.
        secret: String,
        /// To be scanned; without one there is the secret to type.
        code: Option<QrCode>,
    },
    /// Signing in takes a code too.
    On,
}

/// How far the caller is.
#[server(prefix = "/fn", endpoint = "own_authenticator")]
pub async fn own_authenticator() -> Result<AuthenticatorState, UiError> {
    let session = super::session().await?;
    let signed_in = session.account().await?;
    let services = super::services()?;
    let account = signed_in.as_account();
    if services.has_authenticator(account).await? {
        return Ok(AuthenticatorState::On);
    }
    let Some(secret) = session.authenticator_secret().await? else {
        return Ok(AuthenticatorState::Off);
    };
    let setup = services.authenticator_setup(account, &secret).await?;
    Ok(AuthenticatorState::Setup {
        code: QrCode::of(&setup.uri),
        secret: in_fours(&setup.secret),
    })
}

/// Makes a secret to set an app up with.
#[server(prefix = "/fn", endpoint = "begin_authenticator")]
pub async fn begin_authenticator() -> Result<(), UiError> {
    let session = super::session().await?;
    let signed_in = session.account().await?;
    let secret = super::services()?
        .begin_authenticator(signed_in.as_account())
        .await?;
    session.set_authenticator_secret(Some(&secret)).await?;
    leptos_axum::redirect("/profile#authenticator");
    Ok(())
}

/// Forgets the secret that no code was entered of yet.
#[server(prefix = "/fn", endpoint = "cancel_authenticator")]
pub async fn cancel_authenticator() -> Result<(), UiError> {
    let session = super::session().await?;
    session.require_user().await?;
    session.set_authenticator_secret(None).await?;
    leptos_axum::redirect("/profile#authenticator");
    Ok(())
}

/// Turns the authenticator on by a code it shows; it takes the password.
#[server(prefix = "/fn", endpoint = "confirm_authenticator")]
pub async fn confirm_authenticator(
    current_password: String,
    confirmation_code: String,
) -> Result<(), UiError> {
    let session = super::session().await?;
    let signed_in = session.account().await?;
    let code = confirmation_code.parse()?;
    let password = seva_model::Password::attempt(current_password);
    super::services()?
        .confirm_authenticator(signed_in.as_account(), &password, &code)
        .await?;
    session.set_authenticator_secret(None).await?;
    leptos_axum::redirect("/profile?authenticator=on#authenticator");
    Ok(())
}

/// Turns the authenticator off; it takes the password.
#[server(prefix = "/fn", endpoint = "remove_authenticator")]
pub async fn remove_authenticator(current_password: String) -> Result<(), UiError> {
    let session = super::session().await?;
    let signed_in = session.account().await?;
    let password = seva_model::Password::attempt(current_password);
    super::services()?
        .remove_authenticator(signed_in.as_account(), &password)
        .await?;
    leptos_axum::redirect("/profile?authenticator=off#authenticator");
    Ok(())
}

/// As people copy it without losing their place.
#[cfg(feature = "ssr")]
fn in_fours(secret: &str) -> String {
    let mut grouped = String::with_capacity(secret.len() + secret.len() / 4);
    for (at, c) in secret.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(c);
    }
    grouped
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_in_fours() {
        assert_eq!(in_fours("GEZDGNBVGY"), "GEZD GNBV GY");
        assert_eq!(in_fours(""), "");
    }
}
