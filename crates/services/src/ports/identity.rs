//! Accounts: who somebody is.

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, FullName, Password, Registration};

use super::PortError;

/// Why an identity provider says no.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown e-mail or wrong password; never told apart.
    #[error("e-mail or password is wrong")]
    Refused,
    /// The account awaits its code.
    #[error("the account is not confirmed")]
    NotConfirmed,
    /// The e-mail address is taken.
    #[error("the e-mail address has an account")]
    AlreadyRegistered,
    /// Wrong code, or none was asked for.
    #[error("the code is wrong")]
    CodeMismatch,
    /// The code is too old, or was tried too often.
    #[error("the code has expired")]
    CodeExpired,
    /// Slow down.
    #[error("too many attempts")]
    TooManyAttempts,
    /// The provider itself failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// An identity provider's answer to a successful sign-in.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Name of the account.
    pub email: EmailAddress,
    /// The doctor's name.
    pub full_name: FullName,
}

/// The answer to a registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Whether a code was sent that has to be entered first.
    pub confirmation_required: bool,
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
    ) -> Result<Authenticated, IdentityError>;

    /// Ends what the provider holds for this person's sign-in, if it holds
    /// anything.
    async fn sign_out(&self, subject: &str) -> Result<(), IdentityError>;
}
