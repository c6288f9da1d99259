//! Signing in, in as many steps as the identity provider wants, and out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use seva_model::{AppError, CurrentUser, EmailAddress, Password, SignInChallenge, UserId};
use seva_store::{SessionKey, SignInEpoch, StoreError, end_session, users};

use super::{Account, Services};
use crate::{
    audited::{Action, USER},
    errors::{Reported, code_error, identity_error, mailed_code_error},
    ports::{ChallengeAnswer, IdentityError, PendingChallenge, ProviderTokens, SignInStep},
};

/// Nobody waits longer at the way out for an identity provider that does not answer.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

/// A sign-in that awaits one more answer; for the sealed session and nobody else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenSignIn {
    /// What the identity provider asks.
    pub challenge: PendingChallenge,
    /// A new password since then ends it.
    epoch: Option<SignInEpoch>,
}

/// What became of a sign-in that somebody ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// It is over here and at the identity provider.
    Everywhere,
    /// It is over here, and what the identity provider gave is forgotten; but the
    /// provider could not be told.
    HereAlone,
}

/// How far a sign-in has come.
#[derive(Clone, Debug)]
pub enum SignInOutcome {
    /// It is complete.
    SignedIn {
        /// Who it is.
        user: Box<CurrentUser>,
        /// For the sealed session and nobody else.
        tokens: Option<ProviderTokens>,
        /// Which one the session is of.
        epoch: SignInEpoch,
    },
    /// One more answer is awaited.
    Challenge(OpenSignIn),
}

impl SignInOutcome {
    /// Who it is, if the sign-in is complete.
    #[must_use]
    pub fn signed_in(self) -> Option<CurrentUser> {
        match self {
            Self::SignedIn { user, .. } => Some(*user),
            Self::Challenge(_) => None,
        }
    }
}

impl Services {
    /// Checks e-mail and password.
    ///
    /// The log tells the outcome of every attempt, and whose a successful one
    /// was by row id: never an e-mail address.
    ///
    /// # Errors
    /// `AUTHENTICATION_FAILED`, `EMAIL_NOT_CONFIRMED`, `PASSWORD_RESET_REQUIRED`,
    /// `RATE_LIMITED`, or a failure of a service.
    pub async fn sign_in(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInOutcome, AppError> {
        let epoch = self.epoch_of(email).await?;
        let step = self.ports().identity.authenticate(email, password).await;
        let step = step.map_err(|error| identity_error(&error));
        self.after_step(step, epoch).await
    }

    /// Answers what [`sign_in`](Self::sign_in), or an earlier answer, asked for.
    ///
    /// # Errors
    /// `CODE_MISMATCH`: the same challenge may be answered again.
    /// `NOT_SIGNED_IN`: it is over, at the provider, with its code, or by a new
    /// password. `VALIDATION_FAILED` for a password that the provider's rules
    /// refuse, `RATE_LIMITED`, or a failure of a service.
    pub async fn answer_challenge(
        &self,
        open: &OpenSignIn,
        answer: &ChallengeAnswer,
    ) -> Result<SignInOutcome, AppError> {
        let OpenSignIn { challenge, epoch } = open;
        if self.epoch_of(&challenge.email).await? != *epoch {
            return Err(AppError::sign_in_over());
        }
        let step = self.ports().identity.answer(challenge, answer).await;
        let step = step.map_err(|error| match challenge.kind {
            SignInChallenge::AuthenticatorCode => code_error(&error),
            SignInChallenge::EmailCode => mailed_code_error(&error),
            SignInChallenge::NewPassword => identity_error(&error),
        });
        self.after_step(step, *epoch).await
    }

    async fn epoch_of(&self, email: &EmailAddress) -> Result<Option<SignInEpoch>, AppError> {
        let epoch = users::sign_in_epoch(self.pool(), email).await;
        epoch.reported("read user")
    }

    async fn after_step(
        &self,
        step: Result<SignInStep, AppError>,
        epoch: Option<SignInEpoch>,
    ) -> Result<SignInOutcome, AppError> {
        let person = match step {
            Ok(SignInStep::Done(person)) => person,
            Ok(SignInStep::Challenge(challenge)) => {
                tracing::info!(outcome = ?challenge.kind, "sign-in attempt");
                return Ok(SignInOutcome::Challenge(OpenSignIn { challenge, epoch }));
            }
            Err(error) => {
                tracing::info!(outcome = ?error.code, "sign-in attempt");
                return Err(error);
            }
        };
        let user = self
            .remember_user(
                "user.sign_in",
                &person.subject,
                &person.email,
                &person.full_name,
            )
            .await?;
        // The first sign-in here, or the first one by a new address.
        let epoch = match epoch {
            Some(epoch) => epoch,
            None => self.epoch_of(&person.email).await?.unwrap_or_default(),
        };
        tracing::info!(user_id = %user.id, outcome = "SignedIn", "sign-in attempt");
        Ok(SignInOutcome::SignedIn {
            user: Box::new(user),
            tokens: person.tokens,
            epoch,
        })
    }

    /// Gets new tokens from the identity provider, before the old ones end.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN` when the provider has ended the sign-in; or a failure of a
    /// service.
    pub async fn refresh_tokens(
        &self,
        user_id: UserId,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, AppError> {
        let subject = match users::subject(self.pool(), user_id).await {
            Err(StoreError::NotFound) => return Err(AppError::not_signed_in()),
            other => other.reported("read user")?,
        };
        let renewed = self.ports().identity.refresh(&subject, tokens).await;
        if matches!(renewed, Err(IdentityError::SignInOver)) {
            self.audit_account(user_id, "user.sign_in_over").await?;
        }
        renewed.map_err(|error| identity_error(&error))
    }

    /// Ends the session, and then what the identity provider holds for the person:
    /// in this order, because nobody stays signed in for a failure elsewhere.
    ///
    /// # Errors
    /// A failure of the database: the session is as it was.
    pub async fn sign_out(
        &self,
        account: Account<'_>,
        session: Option<SessionKey>,
    ) -> Result<SignedOut, AppError> {
        let mut tx = self.begin().await?;
        if let Some(key) = session {
            end_session(&mut tx, key).await.reported("end session")?;
        }
        let user = account.user_id;
        let action = Action::of(user, "user.sign_out", USER, user.as_uuid());
        action.commit(tx).await.reported("end session")?;
        let revoked = tokio::time::timeout(REVOKED_WITHIN, self.revoke(account)).await;
        match revoked.unwrap_or_else(|_| Err(AppError::unavailable())) {
            Ok(()) => Ok(SignedOut::Everywhere),
            Err(error) => {
                tracing::warn!(outcome = ?error.code, "the identity provider keeps its sign-in");
                Ok(SignedOut::HereAlone)
            }
        }
    }

    async fn revoke(&self, account: Account<'_>) -> Result<(), AppError> {
        let names = self.names_of(account).await?;
        let identity = &self.ports().identity;
        let ended = identity.sign_out(names.signed_in(account)).await;
        match ended {
            // It was over before.
            Err(IdentityError::SignInOver) => Ok(()),
            ended => ended.map_err(|error| identity_error(&error)),
        }
    }
}
