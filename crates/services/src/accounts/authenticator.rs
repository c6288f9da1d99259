//! Authenticator apps: an account that asks for one's code at every sign-in.

use seva_model::{AppError, ConfirmationCode, ErrorCode, Password};

use super::{Account, Names, Services, password::wrong_password};
use crate::{
    errors::{code_error, identity_error},
    ports::{IdentityError, PortError, PortFailure, Secret, percent_encoded},
};

/// As authenticator apps show it beside the code.
const ISSUER: &str = "SEVA Arogya";

/// What an authenticator app has to be told. It has no `Debug` and no `Display`:
/// whoever reads it can make the codes.
#[derive(Clone)]
pub struct AuthenticatorSetup {
    /// The secret in base32, to be typed.
    pub secret: String,
    /// `otpauth://totp/...`, to be shown as a QR code.
    pub uri: String,
}

impl Services {
    /// Whether signing in asks for an authenticator's code.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN` when the provider has ended the sign-in; or a failure of a
    /// service.
    pub async fn has_authenticator(&self, account: Account<'_>) -> Result<bool, AppError> {
        let names = self.names_of(account).await?;
        let identity = &self.ports().identity;
        let has = identity.has_authenticator(names.signed_in(account)).await;
        has.map_err(|error| identity_error(&error))
    }

    /// Makes the secret of an authenticator. It counts from
    /// [`confirm_authenticator`](Self::confirm_authenticator) on.
    ///
    /// # Errors
    /// `CONFLICT` when one is on; `NOT_SIGNED_IN` when the provider has ended the
    /// sign-in; or a failure of a service.
    pub async fn begin_authenticator(&self, account: Account<'_>) -> Result<Secret, AppError> {
        if self.has_authenticator(account).await? {
            return Err(AppError::new(
                ErrorCode::Conflict,
                "An authenticator app is on already. Turn it off first.",
            ));
        }
        let names = self.names_of(account).await?;
        let identity = &self.ports().identity;
        let secret = identity.begin_authenticator(names.signed_in(account)).await;
        let secret = secret.map_err(|error| identity_error(&error))?;
        self.audit_account(account.user_id, "user.begin_authenticator")
            .await?;
        Ok(secret)
    }

    /// What the app has to be told of a secret that was begun.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN` when the account is gone.
    pub async fn authenticator_setup(
        &self,
        account: Account<'_>,
        secret: &Secret,
    ) -> Result<AuthenticatorSetup, AppError> {
        let names = self.names_of(account).await?;
        let secret = std::str::from_utf8(secret.expose()).map_err(|error| {
            let failure = PortFailure::Broken;
            let error = PortError::new("identity", "begin an authenticator", failure, error);
            identity_error(&error.into())
        })?;
        Ok(AuthenticatorSetup {
            uri: otpauth(names.email.as_str(), secret),
            secret: secret.to_owned(),
        })
    }

    /// Turns the authenticator on, proven by a code it shows. It takes the password,
    /// so that nobody locks a doctor out from a page left open.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` when the password is wrong; `CODE_MISMATCH`,
    /// `RATE_LIMITED`, `NOT_SIGNED_IN` when the provider has ended the sign-in; or a
    /// failure of a service.
    pub async fn confirm_authenticator(
        &self,
        account: Account<'_>,
        password: &Password,
        code: &ConfirmationCode,
    ) -> Result<(), AppError> {
        let names = self.names_of(account).await?;
        self.prove_password(&names, password).await?;
        let identity = &self.ports().identity;
        let confirmed = identity
            .confirm_authenticator(names.signed_in(account), code)
            .await;
        confirmed.map_err(|error| code_error(&error))?;
        self.audit_account(account.user_id, "user.confirm_authenticator")
            .await
    }

    /// Turns the authenticator off. It takes the password, so that a page left
    /// open does not suffice.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` when the password is wrong; `RATE_LIMITED`,
    /// `NOT_SIGNED_IN` when the provider has ended the sign-in; or a failure of a
    /// service.
    pub async fn remove_authenticator(
        &self,
        account: Account<'_>,
        password: &Password,
    ) -> Result<(), AppError> {
        let names = self.names_of(account).await?;
        self.prove_password(&names, password).await?;
        let identity = &self.ports().identity;
        let removed = identity
            .remove_authenticator(names.signed_in(account))
            .await;
        removed.map_err(|error| identity_error(&error))?;
        self.audit_account(account.user_id, "user.remove_authenticator")
            .await
    }

    /// With an authenticator on, a right password leads to its challenge and opens
    /// nothing. Without one, a provider may hand out tokens: they are dropped here,
    /// and nobody has them.
    async fn prove_password(&self, names: &Names, password: &Password) -> Result<(), AppError> {
        let identity = &self.ports().identity;
        match identity.authenticate(&names.email, password).await {
            Ok(_) => Ok(()),
            Err(IdentityError::Refused) => Err(wrong_password("current_password")),
            Err(error) => Err(identity_error(&error)),
        }
    }
}

/// The key URI that authenticator apps read.
fn otpauth(email: &str, secret: &str) -> String {
    let issuer = percent_encoded(ISSUER);
    let label = percent_encoded(email);
    format!(
        "otpauth://totp/{issuer}:{label}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_names_issuer_account_and_secret() {
        assert_eq!(
            otpauth("asha+1@clinic.example", "GEZDGNBV"),
            "otpauth://totp/SEVA%20Arogya:asha%2B1%40clinic.example?secret=GEZDGNBV\
             &issuer=SEVA%20Arogya&algorithm=SHA1&digits=6&period=30"
        );
    }
}
