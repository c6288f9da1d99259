//! The session, with its keys hidden: what it may hold is what has a method.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, Serialize};
use seva_model::{AppError, EmailAddress, UserId};
use seva_services::{
    Account, OpenSignIn, Services, SessionKey, SignInEpoch, SignedOut,
    ports::{ProviderTokens, Secret},
};
use time::{Duration, OffsetDateTime};
use tower_sessions::{Session, session};

const USER_ID: &str = "user_id";
const EPOCH: &str = "sign_in_epoch";
const TOKENS: &str = "tokens";
const CHALLENGE: &str = "challenge";
const AUTHENTICATOR: &str = "authenticator";
const SIGN_IN_OVER: &str = "sign_in_over";
const PENDING_EMAIL: &str = "pending_email";
const UPLOAD_ERROR: &str = "upload_error";
const SEARCH: &str = "search";
const MADE_TOKEN: &str = "made_token";

/// How long an access token that was just made waits for the page that shows it.
const MADE_TOKEN_WAITS: Duration = Duration::minutes(5);

/// The caller's session. Cheap to clone.
#[derive(Clone)]
pub struct TypedSession(Session);

impl std::fmt::Debug for TypedSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TypedSession")
    }
}

/// Who is signed in, with what the identity provider gave them.
#[derive(Clone, Debug)]
pub struct SignedInAccount {
    /// Row id.
    pub user_id: UserId,
    /// Shown to the provider, and to nobody else.
    pub tokens: Option<ProviderTokens>,
}

impl SignedInAccount {
    /// As the services want to be told.
    #[must_use]
    pub const fn as_account(&self) -> Account<'_> {
        Account {
            user_id: self.user_id,
            tokens: self.tokens.as_ref(),
        }
    }
}

/// A sign-in that awaits one more answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenChallenge {
    /// What the identity provider asks.
    pub pending: OpenSignIn,
    /// The path of this site to open after it.
    pub next: Option<String>,
}

/// An access token on its way to the page that shows it.
#[derive(Serialize, Deserialize)]
struct MadeToken {
    secret: String,
    /// When it was made, in seconds since 1970.
    at: i64,
}

impl MadeToken {
    fn is_old(&self) -> bool {
        let age = OffsetDateTime::now_utc().unix_timestamp() - self.at;
        age >= MADE_TOKEN_WAITS.whole_seconds()
    }
}

impl TypedSession {
    /// Wraps the session of a request.
    #[must_use]
    pub const fn new(session: Session) -> Self {
        Self(session)
    }

    /// Who is signed in, if anybody.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn user_id(&self) -> Result<Option<UserId>, AppError> {
        self.0.get(USER_ID).await.map_err(unavailable)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// `NotSignedIn`; `ServiceUnavailable` if the session can't be read now.
    pub async fn require_user(&self) -> Result<UserId, AppError> {
        self.user_id().await?.ok_or_else(AppError::not_signed_in)
    }

    /// Who is signed in, with what the identity provider gave them.
    ///
    /// # Errors
    /// `NotSignedIn`; `ServiceUnavailable` if the session can't be read now.
    pub async fn account(&self) -> Result<SignedInAccount, AppError> {
        Ok(SignedInAccount {
            user_id: self.require_user().await?,
            tokens: self.tokens().await?,
        })
    }

    /// Signs a user in under a new session id, so that an id planted before
    /// the sign-in is worth nothing after it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn sign_in(
        &self,
        user_id: UserId,
        tokens: Option<&ProviderTokens>,
        epoch: SignInEpoch,
    ) -> Result<(), AppError> {
        self.0.clear().await;
        self.0.cycle_id().await.map_err(unavailable)?;
        self.put(EPOCH, Some(&epoch)).await?;
        if let Some(tokens) = tokens {
            self.set_tokens(tokens).await?;
        }
        self.put(USER_ID, Some(&user_id)).await
    }

    /// What the identity provider gave at the sign-in, or since.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn tokens(&self) -> Result<Option<ProviderTokens>, AppError> {
        self.0.get(TOKENS).await.map_err(unavailable)
    }

    /// Keeps what the identity provider gave.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_tokens(&self, tokens: &ProviderTokens) -> Result<(), AppError> {
        self.put(TOKENS, Some(tokens)).await
    }

    /// Which row the session is, to be spared when the others end; `None` before
    /// it has one.
    #[must_use]
    pub fn key(&self) -> Option<SessionKey> {
        self.0.id().map(SessionKey::of)
    }

    /// Ends the sign-in because the identity provider has ended its own, and
    /// keeps that for the page which asks to sign in again.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn end_sign_in(&self) -> Result<(), AppError> {
        self.0.clear().await;
        self.0.cycle_id().await.map_err(unavailable)?;
        self.put(SIGN_IN_OVER, Some(&true)).await
    }

    /// Whether the identity provider ended the sign-in; asking once forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn take_sign_in_over(&self) -> Result<bool, AppError> {
        let over = self.0.remove::<bool>(SIGN_IN_OVER).await;
        Ok(over.map_err(unavailable)?.unwrap_or_default())
    }

    /// What the identity provider still asks of somebody who signs in. What another
    /// version of this program kept, and this one can't read, is nothing.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn challenge(&self) -> Result<Option<OpenChallenge>, AppError> {
        match self.0.get(CHALLENGE).await {
            Err(session::Error::SerdeJson(_)) => Ok(None),
            other => other.map_err(unavailable),
        }
    }

    /// Keeps what the identity provider still asks; `None` forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_challenge(&self, challenge: Option<&OpenChallenge>) -> Result<(), AppError> {
        self.put(CHALLENGE, challenge).await
    }

    /// The secret of an authenticator that awaits its first code.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn authenticator_secret(&self) -> Result<Option<Secret>, AppError> {
        let secret: Option<String> = self.0.get(AUTHENTICATOR).await.map_err(unavailable)?;
        Ok(secret.map(|secret| Secret::new(secret.into_bytes())))
    }

    /// Keeps the secret of an authenticator, in base32, until its first code;
    /// `None` forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_authenticator_secret(&self, secret: Option<&Secret>) -> Result<(), AppError> {
        let text = secret.map(|secret| String::from_utf8_lossy(secret.expose()));
        self.put(AUTHENTICATOR, text.as_ref()).await
    }

    /// Signs out whoever is signed in, forgets everything and removes the session
    /// from the store. It can be done twice.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be removed now.
    pub async fn sign_out(&self, services: &Services) -> Result<SignedOut, AppError> {
        let signed_out = match self.user_id().await? {
            Some(_) => {
                let signed_in = self.account().await?;
                services.sign_out(signed_in.as_account(), self.key()).await
            }
            None => Ok(SignedOut::Everywhere),
        };
        self.0.flush().await.map_err(unavailable)?;
        signed_out
    }

    /// The address that awaits its code, kept here because an address has no
    /// place in a URL.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn pending_email(&self) -> Result<Option<EmailAddress>, AppError> {
        self.0.get(PENDING_EMAIL).await.map_err(unavailable)
    }

    /// Remembers the address that awaits its code; `None` forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_pending_email(&self, email: Option<&EmailAddress>) -> Result<(), AppError> {
        self.put(PENDING_EMAIL, email).await
    }

    /// Keeps why a form posted without script was refused, for the page it is
    /// sent back to.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_upload_error(&self, error: &AppError) -> Result<(), AppError> {
        self.put(UPLOAD_ERROR, Some(error)).await
    }

    /// Why the last upload was refused; asking once forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn take_upload_error(&self) -> Result<Option<AppError>, AppError> {
        self.0.remove(UPLOAD_ERROR).await.map_err(unavailable)
    }

    /// Keeps a new access token for the page that shows it, for five minutes.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_made_token(&self, secret: &Secret) -> Result<(), AppError> {
        let made = MadeToken {
            secret: String::from_utf8_lossy(secret.expose()).into_owned(),
            at: OffsetDateTime::now_utc().unix_timestamp(),
        };
        self.put(MADE_TOKEN, Some(&made)).await
    }

    /// Whether an access token is kept that no page has asked for in its time.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn has_old_token(&self) -> Result<bool, AppError> {
        match self.0.get::<MadeToken>(MADE_TOKEN).await {
            // Another version of this program kept it.
            Err(session::Error::SerdeJson(_)) => Ok(true),
            made => Ok(made.map_err(unavailable)?.is_some_and(|made| made.is_old())),
        }
    }

    /// Forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn forget_old_token(&self) -> Result<(), AppError> {
        if self.has_old_token().await? {
            self.put(MADE_TOKEN, None::<&MadeToken>).await?;
        }
        Ok(())
    }

    /// The access token that was made in the last five minutes; asking once forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn take_made_token(&self) -> Result<Option<Secret>, AppError> {
        let made: Option<MadeToken> = self.0.remove(MADE_TOKEN).await.map_err(unavailable)?;
        let made = made.filter(|made| !made.is_old());
        Ok(made.map(|made| Secret::new(made.secret.into_bytes())))
    }

    /// What a form without script searches for; empty for everything.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be read now.
    pub async fn search(&self) -> Result<String, AppError> {
        let words = self.0.get(SEARCH).await.map_err(unavailable)?;
        Ok(words.unwrap_or_default())
    }

    /// Remembers what is searched for; nothing forgets it.
    ///
    /// # Errors
    /// `ServiceUnavailable` if the session can't be written now.
    pub async fn set_search(&self, words: &str) -> Result<(), AppError> {
        self.put(SEARCH, Some(words).filter(|words| !words.is_empty()))
            .await
    }

    async fn put(&self, key: &str, value: Option<impl Serialize>) -> Result<(), AppError> {
        match value {
            Some(value) => self.0.insert(key, value).await,
            None => self.0.remove_value(key).await.map(|_| ()),
        }
        .map_err(unavailable)
    }
}

fn unavailable(error: session::Error) -> AppError {
    tracing::error!(%error, "the session store does not answer");
    AppError::unavailable()
}

impl<S: Send + Sync> FromRequestParts<S> for TypedSession {
    type Rejection = <Session as FromRequestParts<S>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Session::from_request_parts(parts, state).await.map(Self)
    }
}
