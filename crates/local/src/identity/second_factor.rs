//! Authenticator apps: set up, asked for, turned off.

use std::time::Duration;

use seva_model::{ConfirmationCode, SignInChallenge};
use seva_services::ports::{
    ChallengeAnswer, IdentityError, PendingChallenge, Secret, SignInStep, SignedIn,
};
use seva_store::{
    StoreError,
    local_authenticators::{self as authenticators, StoredAuthenticator},
    local_credentials::{self as accounts, LocalAccount},
};
use time::OffsetDateTime;

use super::{
    LocalIdentity, SERVICE, authenticated,
    authenticator::{Authenticators, in_base32, matching_step},
    letter, record, store,
};

/// Codes that may be tried for one account, however often somebody who knows the
/// password signs in: three of a million are right at a time.
const MOST_TRIES: i32 = 5;
const TRIES_WINDOW: Duration = Duration::from_secs(15 * 60);

impl LocalIdentity {
    /// Done, or the question for the authenticator's code.
    pub(super) async fn after_password(
        &self,
        account: &LocalAccount,
    ) -> Result<SignInStep, IdentityError> {
        if !account.has_authenticator {
            return self.done(account).await;
        }
        Ok(SignInStep::Challenge(PendingChallenge {
            kind: SignInChallenge::AuthenticatorCode,
            email: authenticated(account)?.email,
            state: self.challenges.begin(account, OffsetDateTime::now_utc()),
        }))
    }

    /// Whoever comes this far may enter mailed codes again, too.
    async fn done(&self, account: &LocalAccount) -> Result<SignInStep, IdentityError> {
        accounts::forget_tries(&self.pool, account.user_id)
            .await
            .map_err(store("sign in"))?;
        Ok(SignInStep::Done(authenticated(account)?))
    }

    pub(super) async fn answer_code(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        let now = OffsetDateTime::now_utc();
        let account = self.find(&challenge.email).await?;
        let account = account
            .filter(|account| self.challenges.is_open(account, &challenge.state, now))
            .ok_or(IdentityError::SignInOver)?;
        let ChallengeAnswer::Code(code) = answer else {
            return Err(IdentityError::CodeMismatch);
        };
        let tried = self.take_try(&account).await?;
        let secret = tried.and_then(|tried| tried.secret);
        // Somebody turned it off meanwhile: the password opens the account again.
        let secret = secret.ok_or(IdentityError::SignInOver)?;
        let step = self.step_of(&account, &secret, code)?;
        let used = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let is_first = authenticators::use_step(&mut tx, account.user_id, step).await?;
            seva_store::commit(tx).await?;
            Ok(is_first)
        };
        if !used.await.map_err(store("use a code"))? {
            return Err(IdentityError::CodeMismatch);
        }
        self.done(&account).await
    }

    pub(super) async fn begin_setup(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        let user = self.account_of(person).await?.user_id;
        let secret = Authenticators::make();
        let sealed = self
            .authenticators
            .seal(user, &secret)
            .map_err(|error| SERVICE.lasting("seal a secret", error))?;
        let begun = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            authenticators::begin(&mut tx, user, &sealed).await?;
            record(&mut tx, user, "identity.begin_authenticator").await?;
            seva_store::commit(tx).await
        };
        begun.await.map_err(store("begin an authenticator"))?;
        Ok(in_base32(&secret))
    }

    pub(super) async fn confirm_setup(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let account = self.account_of(person).await?;
        let tried = self.take_try(&account).await?;
        let sealed = tried.and_then(|tried| tried.new_secret);
        let sealed = sealed.ok_or(IdentityError::CodeMismatch)?;
        let step = self.step_of(&account, &sealed, code)?;
        let user = account.user_id;
        let confirmed = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            authenticators::confirm(&mut tx, user, &sealed, step).await?;
            record(&mut tx, user, "identity.confirm_authenticator").await?;
            seva_store::commit(tx).await
        };
        match confirmed.await {
            // Another secret was begun since this one was read.
            Err(StoreError::NotFound) => Err(IdentityError::CodeMismatch),
            other => Ok(other.map_err(store("confirm an authenticator"))?),
        }?;
        self.tell(
            person,
            "Your SEVA Arogya account asks for an authenticator app",
            "An authenticator app was turned on for your account: from now on signing in asks for \
             its code too. If it was not you, tell whoever runs your SEVA at once: they can turn \
             it off. A new password alone does not.",
        )
        .await;
        Ok(())
    }

    pub(super) async fn remove_setup(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        let user = self.account_of(person).await?.user_id;
        let removed = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let was_on = authenticators::remove(&mut tx, user).await?;
            record(&mut tx, user, "identity.remove_authenticator").await?;
            seva_store::commit(tx).await?;
            Ok(was_on)
        };
        if removed.await.map_err(store("remove an authenticator"))? {
            self.tell(
                person,
                "Your SEVA Arogya account asks for no authenticator app any more",
                "The authenticator app was turned off for your account: from now on your password \
                 alone opens it. If it was not you, choose a new password at once, with \
                 \"Forgot your password?\" where you sign in: that signs everybody else out.",
            )
            .await;
        }
        Ok(())
    }

    /// Mails a person what was changed. It is done by then, with or without a letter.
    async fn tell(&self, person: SignedIn<'_>, subject: &str, what: &str) {
        let mail = letter::of_change(person.email, subject, what);
        if let Err(error) = self.mailer.send(&mail).await {
            tracing::error!(%error, "nobody was told of a change of their authenticator");
        }
    }

    /// Counts a try; `None` when the account has no authenticator at all.
    async fn take_try(
        &self,
        account: &LocalAccount,
    ) -> Result<Option<StoredAuthenticator>, IdentityError> {
        let user = account.user_id;
        let tried = authenticators::take_try(&self.pool, user, MOST_TRIES, TRIES_WINDOW)
            .await
            .map_err(store("try a code"))?;
        if tried.as_ref().is_some_and(|tried| !tried.admitted) {
            return Err(IdentityError::TooManyAttempts);
        }
        Ok(tried)
    }

    fn step_of(
        &self,
        account: &LocalAccount,
        sealed: &[u8],
        code: &ConfirmationCode,
    ) -> Result<i64, IdentityError> {
        let secret = self
            .authenticators
            .open(account.user_id, sealed)
            .map_err(|error| SERVICE.lasting("open a secret", error))?;
        matching_step(&secret, code, OffsetDateTime::now_utc()).ok_or(IdentityError::CodeMismatch)
    }
}
