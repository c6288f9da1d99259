//! Accounts: who somebody is.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use seva_model::{
    ConfirmationCode, EmailAddress, FullName, Password, Registration, SignInChallenge,
};
use seva_store::SessionKey;
use time::OffsetDateTime;

use super::{PortError, Secret};

/// Why an identity provider says no.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown e-mail or wrong password; never told apart.
    #[error("e-mail or password is wrong")]
    Refused,
    /// The account awaits its code.
    #[error("the account is not confirmed")]
    NotConfirmed,
    /// The account has to choose a new password by a mailed code first.
    #[error("the password has to be reset")]
    PasswordResetRequired,
    /// The e-mail address is taken.
    #[error("the e-mail address has an account")]
    AlreadyRegistered,
    /// The provider's rules want another password.
    #[error("the password is too weak")]
    WeakPassword,
    /// Wrong code, or none was asked for.
    #[error("the code is wrong")]
    CodeMismatch,
    /// The code is too old, or was tried too often.
    #[error("the code has expired")]
    CodeExpired,
    /// The code could not be sent to the address.
    #[error("the code could not be delivered")]
    CodeNotDelivered,
    /// Slow down.
    #[error("too many attempts")]
    TooManyAttempts,
    /// No mailed code is taken any more today.
    #[error("too many wrong codes")]
    TooManyCodes,
    /// What the provider held of this sign-in is over: sign in again.
    #[error("the sign-in is over")]
    SignInOver,
    /// The provider itself failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What a provider hands out at a sign-in, to be shown to it again. It lives in
/// the encrypted session and goes nowhere else; its debug output hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTokens {
    /// Opens the person's own account at the provider.
    pub access: String,
    /// Says who the person is, signed by the provider.
    pub id: String,
    /// Gets new ones of the other two.
    pub refresh: String,
    /// When the other two end.
    #[serde(with = "time::serde::timestamp")]
    pub expires_at: OffsetDateTime,
}

impl std::fmt::Debug for ProviderTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderTokens")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// A person whose sign-in is complete.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Name of the account.
    pub email: EmailAddress,
    /// The doctor's name.
    pub full_name: FullName,
    /// Where the provider keeps a sign-in of its own.
    pub tokens: Option<ProviderTokens>,
}

/// How far a sign-in has come.
#[derive(Clone, Debug)]
pub enum SignInStep {
    /// It is complete.
    Done(Authenticated),
    /// The provider asks for one more thing.
    Challenge(PendingChallenge),
}

/// A question that is open between the provider and somebody who is not signed
/// in yet. Kept in the encrypted session until it is answered.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingChallenge {
    /// What is asked for.
    pub kind: SignInChallenge,
    /// Name of the account.
    pub email: EmailAddress,
    /// The provider's thread of this sign-in.
    pub state: String,
}

impl std::fmt::Debug for PendingChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingChallenge")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What somebody answers to a challenge.
#[derive(Clone)]
pub enum ChallengeAnswer {
    /// From an authenticator or a mail, as [`SignInChallenge::code`] reads it.
    Code(ConfirmationCode),
    /// The password that replaces the one the account was made with.
    NewPassword(Password),
}

/// The answer to a registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Whether a code was sent that has to be entered first.
    pub confirmation_required: bool,
}

/// What a new password did to the sessions of its person; and, if it was forgotten and set
/// by a mailed code, to the access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// They ended in the transaction that set it, and a new epoch of sign-ins began. The
    /// tokens were revoked in it.
    Ended,
    /// The provider knows nothing of them: they are to be ended now, and revoked.
    Open,
}

/// Somebody who is signed in, as the provider knows them.
#[derive(Clone, Copy)]
pub struct SignedIn<'a> {
    /// The provider's own, lasting name for the person.
    pub subject: &'a str,
    /// Name of the account.
    pub email: &'a EmailAddress,
    /// What [`Authenticated::tokens`] held, or a later refresh gave.
    pub tokens: Option<&'a ProviderTokens>,
}

/// Accounts: who somebody is.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Opens an account and sends a code.
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError>;

    /// Confirms the e-mail address by the code.
    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError>;

    /// Sends a new code. An unknown or confirmed address is a silent success, so
    /// that nobody learns who has an account.
    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError>;

    /// Checks e-mail and password.
    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<SignInStep, IdentityError>;

    /// Answers what [`authenticate`](Self::authenticate), or an earlier answer,
    /// asked for. A wrong code is [`IdentityError::CodeMismatch`], and the same
    /// challenge may be answered again; one that is over is
    /// [`IdentityError::SignInOver`].
    async fn answer(
        &self,
        challenge: &PendingChallenge,
        answer: &ChallengeAnswer,
    ) -> Result<SignInStep, IdentityError>;

    /// New tokens for old ones, before they end. [`IdentityError::SignInOver`]
    /// when the provider has ended the sign-in.
    async fn refresh(
        &self,
        subject: &str,
        tokens: &ProviderTokens,
    ) -> Result<ProviderTokens, IdentityError>;

    /// Mails a code for a new password. An unknown address is a silent success.
    async fn forgot_password(&self, email: &EmailAddress) -> Result<(), IdentityError>;

    /// Sets a new password by the mailed code. A provider may let the code prove
    /// the address too, where nobody has confirmed it yet.
    async fn reset_password(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError>;

    /// Sets a new password by the old one. Of the person's sessions, one is to be
    /// kept.
    async fn change_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError>;

    /// Whether signing in asks for an authenticator's code (RFC 6238).
    async fn has_authenticator(&self, person: SignedIn<'_>) -> Result<bool, IdentityError>;

    /// A new secret for an authenticator, in base32; it counts from
    /// [`confirm_authenticator`](Self::confirm_authenticator) on.
    async fn begin_authenticator(&self, person: SignedIn<'_>) -> Result<Secret, IdentityError>;

    /// Turns the authenticator on, proven by a code it shows. A provider that sends
    /// mail of this product's tells the person so, and likewise of the end of it.
    async fn confirm_authenticator(
        &self,
        person: SignedIn<'_>,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError>;

    /// Turns the authenticator off.
    async fn remove_authenticator(&self, person: SignedIn<'_>) -> Result<(), IdentityError>;

    /// Ends what the provider holds for this person's sign-in, if it holds
    /// anything. It can be done twice.
    async fn sign_out(&self, person: SignedIn<'_>) -> Result<(), IdentityError>;
}
