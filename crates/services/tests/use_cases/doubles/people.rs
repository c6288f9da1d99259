//! Accounts and their mail, in memory.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, Password, Registration, SignInChallenge};
use seva_services::SessionKey;
use seva_services::ports::{
    Authenticated, ChallengeAnswer, Identity, IdentityError, Mailbox, PendingChallenge, PortError,
    ProviderTokens, Registered, Secret, Sessions, SignInStep, SignedIn, StoredMail,
};
use time::{Duration, OffsetDateTime};

/// Accounts and their mail, in memory. The provider hands out tokens, as one in
/// the cloud does.
#[derive(Default)]
pub(crate) struct People {
    accounts: Mutex<HashMap<String, Account>>,
    mails: Mutex<Vec<StoredMail>>,
    sign_ins_over: AtomicBool,
    throttles: AtomicBool,
}

struct Account {
    registration: Registration,
    confirmed: bool,
    authenticator: Authenticator,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Authenticator {
    Off,
    Begun,
    On,
}

/// In every mail.
const CODE: &str = "004217";
/// On every authenticator.
const SHOWN: &str = "135790";

impl People {
    /// The provider ends the sign-ins it holds.
    pub(crate) fn end_sign_ins(&self) {
        self.sign_ins_over.store(true, Ordering::SeqCst);
    }

    /// The provider has no time to end a sign-in.
    pub(crate) fn throttle_sign_outs(&self) {
        self.throttles.store(true, Ordering::SeqCst);
    }

    fn mail(&self, to: &EmailAddress) {
        let mail = StoredMail {
            to: to.as_str().to_owned(),
            subject: "Your code".to_owned(),
            text: format!("Your code is {CODE}."),
            sent_at: OffsetDateTime::now_utc(),
        };
        self.mails.lock().unwrap().insert(0, mail);
    }

    fn with<T>(
        &self,
        email: &EmailAddress,
        missing: IdentityError,
        work: impl FnOnce(&mut Account) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        let mut accounts = self.accounts.lock().unwrap();
        work(accounts.get_mut(email.as_str()).ok_or(missing)?)
    }

    fn signed_in<T>(
        &self,
        person: SignedIn<'_>,
        work: impl FnOnce(&mut Account) -> Result<T, IdentityError>,
    ) -> Result<T, IdentityError> {
        assert_eq!(person.subject, subject(person.email));
        assert!(
            person.tokens.is_some(),
            "the provider is shown what it gave"
        );
        if self.sign_ins_over.load(Ordering::SeqCst) {
            return Err(IdentityError::SignInOver);
        }
        self.with(person.email, IdentityError::SignInOver, work)
    }
}

fn subject(email: &EmailAddress) -> String {
    format!("subject of {}", email.as_str())
}

fn tokens(turn: u32) -> ProviderTokens {
    ProviderTokens {
        access: format!("access-{turn}"),
        id: format!("id-{turn}"),
        refresh: format!("refresh-{turn}"),
        expires_at: OffsetDateTime::now_utc() + Duration::hours(1),
    }
}

fn done(email: &EmailAddress, account: &Account) -> SignInStep {
    SignInStep::Done(Authenticated {
        subject: subject(email),
        email: email.clone(),
        full_name: account.registration.full_name.clone(),
        tokens: Some(tokens(1)),
    })
}

fn checked(code: &ConfirmationCode, right: &str) -> Result<(), IdentityError> {
    if code.as_str() == right {
        Ok(())
    } else {
        Err(IdentityError::CodeMismatch)
    }
}

#[async_trait]
impl Identity for People {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        let email = registration.email.as_str().to_owned();
        let mut accounts = self.accounts.lock().unwrap();
        if accounts.contains_key(&email) {
            return Err(IdentityError::AlreadyRegistered);
        }
        self.mail(&registration.email);
        let account = Account {
            registration: registration.clone(),
            confirmed: false,
            authenticator: Authenticator::Off,
        };
        accounts.insert(email, account);
        Ok(Registered {
            subject: subject(&registration.email),
            confirmation_required: true,
        })
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.with(email, IdentityError::CodeMismatch, |account| {
            checked(code, CODE)?;
            account.confirmed = true;
            Ok(())
        })
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.mail(email);
        Ok(())
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError> {
        self.with(email, IdentityError::Refused, |account| {
            if account.registration.password != *password {
                return Err(IdentityError::Refused);
            }
            if !account.confirmed {
                return Err(IdentityError::NotConfirmed);
            }
            if account.authenticator != Authenticator::On {
                return Ok(done(email, account));
            }
            Ok(SignInStep::Challenge(PendingChallenge {
                kind: SignInChallenge::AuthenticatorCode,
                email: email.clone(),
                state: "thread-1".to_owned(),
            }))
        })
    }

    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError> {
        if challenge.state != "thread-1" {
            return Err(IdentityError::SignInOver);
        }
        let ChallengeAnswer::Code(code) = answer else {
            return Err(IdentityError::CodeMismatch);
        };
        self.with(&challenge.email, IdentityError::SignInOver, |account| {
            checked(code, SHOWN)?;
            Ok(done(&challenge.email, account))
        })
    }

    async fn refresh(
        &self,
        subject: &str,
        old: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError> {
        assert!(subject.starts_with("subject of "));
        if self.sign_ins_over.load(Ordering::SeqCst) || *old.refresh != *"refresh-1" {
            return Err(IdentityError::SignInOver);
        }
        Ok(tokens(2))
    }

    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        if self.accounts.lock().unwrap().contains_key(email.as_str()) {
            self.mail(email);
        }
        Ok(())
    }

    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        self.with(email, IdentityError::CodeMismatch, |account| {
            checked(code, CODE)?;
            account.registration.password = password.clone();
            Ok(Sessions::Open)
        })
    }

    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        _keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        self.signed_in(person, |account| {
            if account.registration.password != *old {
                return Err(IdentityError::Refused);
            }
            account.registration.password = new.clone();
            Ok(Sessions::Open)
        })
    }

    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError> {
        self.signed_in(person, |account| {
            Ok(account.authenticator == Authenticator::On)
        })
    }

    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError> {
        self.signed_in(person, |account| {
            account.authenticator = Authenticator::Begun;
            Ok(Secret::new(b"GEZDGNBVGY3TQOJQ".to_vec()))
        })
    }

    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        self.signed_in(person, |account| {
            checked(code, SHOWN)?;
            account.authenticator = Authenticator::On;
            Ok(())
        })
    }

    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        self.signed_in(person, |account| {
            account.authenticator = Authenticator::Off;
            Ok(())
        })
    }

    async fn sign_out(&self, person: SignedIn<'_>) -> Result<(), IdentityError> {
        if self.throttles.load(Ordering::SeqCst) {
            return Err(IdentityError::TooManyAttempts);
        }
        self.signed_in(person, |_| Ok(()))
    }
}

#[async_trait]
impl Mailbox for People {
    async fn messages(&self) -> Result<Vec<StoredMail>, PortError> {
        Ok(self.mails.lock().unwrap().clone())
    }
}
