//! A new password. Whoever may have known the old one is put out: sessions end. Where it
//! was forgotten, somebody else may have had the account: its access tokens are revoked, too.

use std::time::Duration;

use seva_model::{AppError, ConfirmationCode, EmailAddress, ErrorCode, Password, UserId};
use seva_store::{SessionKey, access_tokens, end_sessions};

use super::{Account, Services, silent_on_delivery};
use crate::{
    audited::{ACCESS_TOKEN, Action, USER},
    errors::{Reported, identity_error},
    ports::{IdentityError, Sessions},
};

/// Between the tries to end sessions: the password is another one already, and
/// nobody but this process knows that they have to end.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(200),
    Duration::from_millis(800),
];

/// Who is put out by a new password.
#[derive(Clone, Copy)]
enum PutOut {
    /// All sessions and all access tokens: it was forgotten.
    Everybody,
    /// All sessions, but for one.
    OtherSessions {
        /// The one in which it was changed.
        keep: Option<SessionKey>,
    },
}

impl PutOut {
    /// What the audit calls it.
    const fn action(self) -> &'static str {
        match self {
            Self::Everybody => "user.reset_password",
            Self::OtherSessions { .. } => "user.change_password",
        }
    }

    /// What to say where the password is another one and nobody could be put out.
    fn failed(self) -> AppError {
        let sentence = match self {
            Self::Everybody => {
                "Your password is changed, but SEVA could not sign out the browsers that are signed in, nor revoke the access tokens. Wait a few minutes and set a password once more, by a new code: that does both."
            }
            Self::OtherSessions { .. } => {
                "Your password is changed, but SEVA could not sign out the browsers that are signed in. Wait a few minutes and set a password once more: that signs them out."
            }
        };
        AppError::new(ErrorCode::ServiceUnavailable, sentence)
    }
}

impl Services {
    /// Mails a code for a new password. Says nothing of whether the address has
    /// an account.
    ///
    /// # Errors
    /// `RATE_LIMITED`, or a failure of a service.
    pub async fn forgot_password(&self, email: &EmailAddress) -> Result<(), AppError> {
        let sent = self.ports().identity.forgot_password(email).await;
        silent_on_delivery(sent).map_err(|error| identity_error(&error))?;
        match self.find_user(email).await? {
            Some(user) => self.audit_request(user, "user.forgot_password").await,
            None => Ok(()),
        }
    }

    /// Sets a new password by the mailed code, ends every session and every unfinished
    /// sign-in of the person, and revokes all access tokens.
    ///
    /// # Errors
    /// `CODE_MISMATCH`, `CODE_EXPIRED`, `RATE_LIMITED`, `VALIDATION_FAILED` for a
    /// password that the provider's rules refuse, or a failure of a service. The
    /// sentence says so when the password is changed and the sessions go on.
    pub async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<(), AppError> {
        let identity = &self.ports().identity;
        // Asked before, so that nothing but ending sessions can fail after it.
        let user = self.find_user(email).await?;
        let reset = identity.reset_password(email, code, password).await;
        let sessions = reset.map_err(|error| identity_error(&error))?;
        match user {
            Some(user) => {
                self.after_new_password(user, sessions, PutOut::Everybody)
                    .await
            }
            None => Ok(()),
        }
    }

    /// Sets a new password by the old one and ends the person's other sessions,
    /// all but `keep`, and every unfinished sign-in.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` when the old password is wrong, or the new one is
    /// refused by the provider's rules; `NOT_SIGNED_IN` when the provider has ended
    /// the sign-in; `RATE_LIMITED`, or a failure of a service. The sentence says so
    /// when the password is changed and the sessions go on.
    pub async fn change_password(
        &self,
        account: Account<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<(), AppError> {
        let names = self.names_of(account).await?;
        let identity = &self.ports().identity;
        let changed = identity
            .change_password(names.signed_in(account), old, new, keep)
            .await;
        let sessions = changed.map_err(|error| match error {
            IdentityError::Refused => wrong_password("old_password"),
            error => identity_error(&error),
        })?;
        let user = account.user_id;
        self.after_new_password(user, sessions, PutOut::OtherSessions { keep })
            .await
    }

    async fn after_new_password(
        &self,
        user: UserId,
        sessions: Sessions,
        who: PutOut,
    ) -> Result<(), AppError> {
        if sessions == Sessions::Ended {
            // It is done and the provider wrote it down; that this line is missing
            // beside the provider's is in the log.
            let audited = self.audit_account(user, who.action()).await;
            audited.unwrap_or_default();
            return Ok(());
        }
        for pause in PAUSES {
            if self.put_out(user, who).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
        }
        self.put_out(user, who).await.map_err(|_| who.failed())
    }

    async fn put_out(&self, user: UserId, who: PutOut) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        let keep = match who {
            PutOut::Everybody => None,
            PutOut::OtherSessions { keep } => keep,
        };
        let ended = end_sessions(&mut tx, user, keep).await;
        let ended = ended.reported("end sessions")?;
        if matches!(who, PutOut::Everybody) {
            let revoked = access_tokens::revoke_all(&mut tx, user).await;
            for token in revoked.reported("revoke access tokens")? {
                let id = token.as_uuid();
                let action = Action::of(user, "access_token.revoke", ACCESS_TOKEN, id);
                let written = action.write(&mut tx).await;
                written.reported("revoke access tokens")?;
            }
        }
        let action = Action::of(user, who.action(), USER, user.as_uuid());
        action.commit(tx).await.reported("end sessions")?;
        tracing::info!(user_id = %user, ended, "a password was replaced");
        Ok(())
    }
}

/// The password that proves who somebody is, in a form of somebody signed in.
pub(super) fn wrong_password(field: &str) -> AppError {
    AppError::field(field, "This is not your password. Type it again.")
}
