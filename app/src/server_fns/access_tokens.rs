//! Access tokens of whoever is signed in.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use seva_model::{AccessToken, AccessTokenId};

use crate::UiError;

/// A person's tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnTokens {
    /// The one that was just made, to be copied now; nobody gets to see it again.
    pub made: Option<String>,
    /// Those that were not revoked, newest first.
    pub tokens: Vec<AccessToken>,
}

/// The caller's tokens. What was just made is told once.
#[server(prefix = "/fn", endpoint = "own_access_tokens")]
pub async fn own_access_tokens() -> Result<OwnTokens, UiError> {
    let session = super::session().await?;
    let caller = session.require_user().await?;
    let tokens = super::services()?.list_access_tokens(caller).await?;
    let made = session.take_made_token().await?;
    Ok(OwnTokens {
        made: made.map(|secret| String::from_utf8_lossy(secret.expose()).into_owned()),
        tokens,
    })
}

/// Makes a token, for the page that follows to show.
#[server(prefix = "/fn", endpoint = "create_access_token")]
pub async fn create_access_token(
    name: String,
    #[server(default)] scopes: Vec<String>,
    #[server(default)] expires_in_days: i64,
) -> Result<(), UiError> {
    use seva_model::{AppError, NewAccessToken};

    let session = super::session().await?;
    let caller = session.require_user().await?;
    let new = NewAccessToken::check(&name, &scopes, expires_in_days).map_err(AppError::fields)?;
    let made = super::services()?.create_access_token(caller, &new).await?;
    session.set_made_token(&made.secret).await?;
    leptos_axum::redirect("/profile/tokens?made=1");
    Ok(())
}

/// Revokes a token.
#[server(prefix = "/fn", endpoint = "revoke_access_token")]
pub async fn revoke_access_token(id: AccessTokenId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.revoke_access_token(caller, id).await?;
    leptos_axum::redirect("/profile/tokens?revoked=1");
    Ok(())
}
