//! Accounts of the embedded profile, in the product's own database.

mod attempts;
mod authenticator;
mod challenge;
mod code;
mod letter;
mod password;
mod recovery;
mod registration;
mod second_factor;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::{AccessTokenId, ConfirmationCode, EmailAddress, Password, Registration, UserId};
use seva_services::ports::{
    Authenticated, ChallengeAnswer, Identity, IdentityError, Mailer, PendingChallenge, PortError,
    ProviderTokens, Registered, Secret, Sessions, SignInStep, SignedIn,
};
use seva_store::{
    PgConnection, PgPool, SessionKey, StoreError, audit,
    local_credentials::{self as accounts, CodePurpose, LocalAccount},
};
use sha2::Sha256;

use self::{
    attempts::Attempts,
    authenticator::Authenticators,
    challenge::Challenges,
    code::{CodeFor, Codes},
    password::Passwords,
};
use crate::failure::Service;

const SERVICE: Service = Service("identity");

const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
const CODE_TRIES: i16 = 5;

/// Mailed codes of one purpose that may be tried for one account in a day, however
/// many are sent: one of a million is right. A sign-in clears the count.
const MOST_GUESSES: i32 = 25;
const GUESSES_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// The embedded identity provider: Argon2id, six-digit codes by mail, and
/// authenticator apps. It keeps no sign-in of its own: the session is all there is.
pub struct LocalIdentity {
    pool: PgPool,
    mailer: Arc<dyn Mailer>,
    codes: Codes,
    challenges: Challenges,
    authenticators: Authenticators,
    passwords: Passwords,
    attempts: Attempts,
}

impl LocalIdentity {
    /// Keeps accounts in `pool` and sends codes through `mailer`. `key` goes into
    /// the digests of the codes; what else needs a key has one derived from it.
    #[must_use]
    pub fn new(pool: PgPool, mailer: Arc<dyn Mailer>, key: &Secret) -> Self {
        Self {
            attempts: Attempts::new(pool.clone(), derived(key, "attempts")),
            pool,
            mailer,
            codes: Codes::new(key),
            challenges: Challenges::new(Secret::new(derived(key, "challenge").to_vec())),
            authenticators: Authenticators::new(&derived(key, "authenticator")),
            passwords: Passwords::new(),
        }
    }

    async fn find(&self, email: &EmailAddress) -> Result<Option<LocalAccount>, PortError> {
        accounts::find_by_email(&self.pool, email)
            .await
            .map_err(store("find an account"))
    }

    /// Whether a mailed code may be tried, and whether it is the right one. The try
    /// counts.
    async fn try_code(
        &self,
        what: CodeFor<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let (most, window) = (MOST_GUESSES, GUESSES_WINDOW);
        let sent = accounts::take_try(&self.pool, what.user, what.purpose, most, window)
            .await
            .map_err(store("try a code"))?
            .ok_or(IdentityError::CodeMismatch)?;
        if !sent.admitted {
            return Err(IdentityError::TooManyCodes);
        }
        if !sent.usable {
            return Err(IdentityError::CodeExpired);
        }
        if !self.codes.matches(what, code, &sent.code_hash) {
            return Err(IdentityError::CodeMismatch);
        }
        Ok(())
    }

    /// Counts a code that is about to be sent, or would be if there were an account.
    async fn admit_code(
        &self,
        purpose: CodePurpose,
        email: &EmailAddress,
    ) -> Result<(), IdentityError> {
        match self.attempts.admit_code(purpose, email).await? {
            true => Ok(()),
            false => Err(IdentityError::TooManyAttempts),
        }
    }

    /// Counts a password that is about to be looked at.
    async fn admit_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        match self.attempts.admit_password(email).await? {
            true => Ok(()),
            false => Err(IdentityError::TooManyAttempts),
        }
    }

    /// The account of somebody who is signed in.
    async fn account_of(&self, person: SignedIn<'_>) -> Result<LocalAccount, IdentityError> {
        let account = self.find(person.email).await?;
        let account = account.filter(|account| account.subject == person.subject);
        account.ok_or(IdentityError::SignInOver)
    }

    /// The account of this address and password, confirmed. Wrong passwords are
    /// counted.
    async fn account_of_password(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<LocalAccount, IdentityError> {
        self.admit_password(email).await?;
        let account = self.find(email).await?;
        let hash = account
            .as_ref()
            .map(|account| account.password_hash.as_str());
        let is_right = self.passwords.verify(password, hash).await?;
        let account = account.filter(|_| is_right).ok_or(IdentityError::Refused)?;
        self.attempts.clear_passwords(email).await;
        if !account.confirmed {
            return Err(IdentityError::NotConfirmed);
        }
        Ok(account)
    }
}

#[async_trait]
impl Identity for LocalIdentity {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        self.register_person(registration).await
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.confirm_by_code(email, code).await
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.resend(email).await
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError> {
        let account = self.account_of_password(email, password).await?;
        self.after_password(&account).await
    }

    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        self.answer_code(challenge, answer).await
    }

    /// There are none to renew.
    async fn refresh(
        &self,
        _subject: &str,
        _tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError> {
        Err(IdentityError::SignInOver)
    }

    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.mail_reset_code(email).await
    }

    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        self.reset_by_code(email, code, password).await
    }

    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        self.change_by_password(person, old, new, keep).await
    }

    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError> {
        Ok(self.account_of(person).await?.has_authenticator)
    }

    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        self.begin_setup(person).await
    }

    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.confirm_setup(person, code).await
    }

    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        self.remove_setup(person).await
    }

    /// Nothing is held beyond the session, which is not this port's.
    async fn sign_out(&self, _person: SignedIn<'_>) -> Result<(), IdentityError> {
        Ok(())
    }
}

/// A key for one more use.
fn derived(key: &Secret, label: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose())
        .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
    mac.update(label.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The person of an account.
fn authenticated(account: &LocalAccount) -> Result<Authenticated, PortError> {
    let corrupt = |column| move |_| SERVICE.lasting("read an account", StoreError::Corrupt(column));
    Ok(Authenticated {
        subject: account.subject.clone(),
        email: account.email.parse().map_err(corrupt("email"))?,
        full_name: account.full_name.parse().map_err(corrupt("full_name"))?,
        tokens: None,
    })
}

/// Something a person did to their own account.
async fn record(
    connection: &mut PgConnection,
    user: UserId,
    action: &str,
) -> Result<(), StoreError> {
    audit::record(connection, Some(user), action, "user", user.as_uuid()).await
}

/// That an access token went with the password that was forgotten.
async fn record_revoked(
    connection: &mut PgConnection,
    user: UserId,
    token: AccessTokenId,
) -> Result<(), StoreError> {
    let (action, entity) = ("access_token.revoke", "access_token");
    audit::record(connection, Some(user), action, entity, token.as_uuid()).await
}

/// Something that anybody may ask for in the name of an account.
async fn record_request(
    connection: &mut PgConnection,
    user: UserId,
    action: &str,
) -> Result<(), StoreError> {
    audit::record(connection, None, action, "user", user.as_uuid()).await
}

fn store(operation: &'static str) -> impl Fn(StoreError) -> PortError {
    move |error| {
        if error.may_retry() {
            SERVICE.passing(operation, error)
        } else {
            SERVICE.lasting(operation, error)
        }
    }
}
