use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use seva_model::EmailAddress;
use seva_services::ports::PortError;
use seva_store::{
    PgPool,
    local_credentials::CodePurpose,
    sign_in_limits::{self, SignInLimit},
};
use sha2::Sha256;

use super::{CODE_LIFETIME, store};

/// Passwords tried for one address.
const PASSWORDS: SignInLimit = SignInLimit {
    most: 10,
    window: Duration::from_secs(15 * 60),
};

/// Codes of one purpose sent to one address, asked for by anybody.
const CODES: SignInLimit = SignInLimit {
    most: 5,
    window: Duration::from_secs(60 * 60),
};

/// When they are used up one more is sent each time that the last one grows old:
/// whoever asks in a stranger's name keeps no code from its owner, and sends them nine
/// mails in an hour and 216 in a day.
const FURTHER_CODES: SignInLimit = SignInLimit {
    most: 1,
    window: CODE_LIFETIME,
};

/// Counts what is tried in the name of an address, in the database: whichever process
/// is asked, and whatever was restarted meanwhile. An address is counted whether or
/// not it has an account, and stands there as a keyed digest.
pub(super) struct Attempts {
    pool: PgPool,
    key: [u8; 32],
}

impl Attempts {
    pub(super) const fn new(pool: PgPool, key: [u8; 32]) -> Self {
        Self { pool, key }
    }

    /// Counts a password; `false` when that is one too many.
    pub(super) async fn admit_password(&self, email: &EmailAddress) -> Result<bool, PortError> {
        self.admit("password", email, PASSWORDS).await
    }

    /// Forgets the passwords that were tried. That it could not be done keeps nobody
    /// out who is in by now.
    pub(super) async fn clear_passwords(&self, email: &EmailAddress) {
        let name = self.digest("password", email);
        if let Err(error) = sign_in_limits::clear(&self.pool, &name).await {
            tracing::warn!(%error, "tries of a password could not be forgotten");
        }
    }

    /// Counts a code that somebody asks for; `false` when that is one too many.
    pub(super) async fn admit_code(
        &self,
        purpose: CodePurpose,
        email: &EmailAddress,
    ) -> Result<bool, PortError> {
        let (first, further) = match purpose {
            CodePurpose::ConfirmEmail => ("confirm", "confirm further"),
            CodePurpose::ResetPassword => ("reset", "reset further"),
        };
        Ok(self.admit(first, email, CODES).await?
            || self.admit(further, email, FURTHER_CODES).await?)
    }

    async fn admit(
        &self,
        what: &str,
        email: &EmailAddress,
        limit: SignInLimit,
    ) -> Result<bool, PortError> {
        let name = self.digest(what, email);
        let refused = sign_in_limits::admit(&self.pool, &name, limit)
            .await
            .map_err(store("count a try"))?;
        Ok(refused.is_none())
    }

    /// No `what` holds the byte between the parts, so no two names run together.
    fn digest(&self, what: &str, email: &EmailAddress) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key)
            .unwrap_or_else(|_| unreachable!("HMAC takes a key of any length"));
        mac.update(what.as_bytes());
        mac.update(b"\0");
        mac.update(email.as_str().as_bytes());
        mac.finalize().into_bytes().into()
    }
}
