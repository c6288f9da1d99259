//! The provider of these tests.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, Password, Registration, SignInChallenge};
use seva_services::{
    SessionKey,
    ports::{
        Authenticated, ChallengeAnswer, Identity, IdentityError, PendingChallenge, ProviderTokens,
        Registered, Secret, Sessions, SignInStep, SignedIn,
    },
};
use time::{Duration, OffsetDateTime};

/// Begins all tokens, and nothing else.
pub(super) const MARK: &str = "eyJ0b2tlbiI6";

/// The embedded provider, with the tokens of one in the cloud.
pub(super) struct HandsOutTokens {
    pub(super) inner: Arc<dyn Identity>,
    pub(super) refreshes: AtomicU32,
    /// Seconds that tokens are good for.
    pub(super) lifetime: AtomicU32,
    pub(super) over: AtomicBool,
    pub(super) signed_out: AtomicU32,
    /// It answers no sign-out.
    pub(super) down: AtomicBool,
    pub(super) asked: Mutex<Asked>,
}

/// What a pool in the cloud may ask for after the password, and of whom it did.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) kind: Option<SignInChallenge>,
    person: Option<Authenticated>,
}

/// More digits than the code of a registration has.
pub(super) const MAILED: &str = "12345678";
/// Its time is over.
const OLD: &str = "654321";
pub(super) const OWN: &str = "Own-Pass-2";

impl HandsOutTokens {
    fn tokens(&self) -> ProviderTokens {
        let turn = self.refreshes.load(Ordering::SeqCst);
        let lifetime = self.lifetime.load(Ordering::SeqCst);
        ProviderTokens {
            access: format!("{MARK}access{turn}"),
            id: format!("{MARK}id{turn}"),
            refresh: format!("{MARK}refresh"),
            expires_at: OffsetDateTime::now_utc() + Duration::seconds(lifetime.into()),
        }
    }

    fn with_tokens(&self, step: SignInStep) -> SignInStep {
        match step {
            SignInStep::Done(mut person) => {
                person.tokens = Some(self.tokens());
                SignInStep::Done(person)
            }
            challenge @ SignInStep::Challenge(_) => challenge,
        }
    }
}

#[async_trait]
impl Identity for HandsOutTokens {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        self.inner.register(registration).await
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.inner.confirm(email, code).await
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.inner.resend_code(email).await
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError> {
        let step = self.inner.authenticate(email, password).await?;
        let mut asked = self.asked.lock().unwrap();
        match (asked.kind, step) {
            (Some(kind), SignInStep::Done(person)) => {
                asked.person = Some(person);
                Ok(SignInStep::Challenge(PendingChallenge {
                    kind,
                    email: email.clone(),
                    state: format!("{MARK}thread"),
                }))
            }
            (_, step) => Ok(self.with_tokens(step)),
        }
    }

    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        match (challenge.kind, answer) {
            (SignInChallenge::EmailCode, ChallengeAnswer::Code(code)) => match code.as_str() {
                MAILED => {}
                OLD => return Err(IdentityError::CodeExpired),
                _ => return Err(IdentityError::CodeMismatch),
            },
            (SignInChallenge::NewPassword, ChallengeAnswer::NewPassword(password)) => {
                if password.expose() != OWN {
                    return Err(IdentityError::WeakPassword);
                }
            }
            _ => panic!("an answer to another question"),
        }
        let person = self.asked.lock().unwrap().person.take();
        Ok(self.with_tokens(SignInStep::Done(person.expect("somebody"))))
    }

    async fn refresh(
        &self,
        _subject: &str,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError> {
        assert!(tokens.refresh.starts_with(MARK));
        if self.over.load(Ordering::SeqCst) {
            return Err(IdentityError::SignInOver);
        }
        self.refreshes.fetch_add(1, Ordering::SeqCst);
        self.lifetime.store(3600, Ordering::SeqCst);
        Ok(self.tokens())
    }

    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.inner.forgot_password(email).await
    }

    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        self.inner.reset_password(email, code, password).await
    }

    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        self.inner.change_password(person, old, new, keep).await
    }

    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError> {
        assert!(person.tokens.is_some());
        self.inner.has_authenticator(person).await
    }

    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        self.inner.begin_authenticator(person).await
    }

    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.inner.confirm_authenticator(person, code).await
    }

    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        self.inner.remove_authenticator(person).await
    }

    async fn sign_out(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        let tokens = person.tokens.expect("what is to be ended");
        assert!(tokens.refresh.starts_with(MARK));
        if self.down.load(Ordering::SeqCst) {
            return Err(IdentityError::TooManyAttempts);
        }
        self.signed_out.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}
