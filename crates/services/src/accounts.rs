//! Accounts: registration, signing in and out, passwords, authenticators and the
//! doctor's profile.

mod authenticator;
mod demo;
mod password;
mod sign_in;

pub use self::{
    authenticator::AuthenticatorSetup,
    demo::{DEMO_EMAIL, DEMO_PASSWORD},
    sign_in::{OpenSignIn, SignInOutcome, SignedOut},
};

use seva_model::{
    AppError, ConfirmationCode, CurrentUser, DoctorProfile, EmailAddress, FullName, Registration,
    UserId,
};
use seva_store::{StoreError, users};

use crate::{
    Services,
    audited::{Action, USER},
    errors::{Reported, identity_error, port_failed},
    ports::{IdentityError, ProviderTokens, SignedIn, StoredMail},
    wrong::Wrong,
};

/// An account that was just opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredAccount {
    /// Row id.
    pub user_id: UserId,
    /// Whether the code from the mail has to be entered first.
    pub confirmation_required: bool,
}

/// Somebody who is signed in, with what the identity provider gave them.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// Row id.
    pub user_id: UserId,
    /// What the session keeps of the provider's.
    pub tokens: Option<&'a ProviderTokens>,
}

/// The names that the identity provider knows somebody by.
struct Names {
    subject: String,
    email: EmailAddress,
}

impl Names {
    const fn signed_in<'a>(&'a self, account: Account<'a>) -> SignedIn<'a> {
        SignedIn {
            subject: self.subject.as_str(),
            email: &self.email,
            tokens: account.tokens,
        }
    }
}

impl Services {
    /// Opens an account; the identity provider mails a code.
    ///
    /// # Errors
    /// `ALREADY_REGISTERED`, `RATE_LIMITED`, or a failure of a service.
    pub async fn register(
        &self,
        registration: &Registration,
    ) -> Result<RegisteredAccount, AppError> {
        let registered = self
            .ports()
            .identity
            .register(registration)
            .await
            .map_err(|error| identity_error(&error))?;
        let user = self
            .remember_user(
                "user.register",
                &registered.subject,
                &registration.email,
                &registration.full_name,
            )
            .await?;
        tracing::info!(user_id = %user.id, "an account was opened");
        Ok(RegisteredAccount {
            user_id: user.id,
            confirmation_required: registered.confirmation_required,
        })
    }

    /// Confirms an e-mail address by the code that was mailed to it.
    ///
    /// # Errors
    /// `CODE_MISMATCH`, `CODE_EXPIRED`, `RATE_LIMITED`, or a failure of a service.
    pub async fn confirm_email(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), AppError> {
        let confirmed = self.ports().identity.confirm(email, code).await;
        confirmed.map_err(|error| identity_error(&error))?;
        match self.find_user(email).await? {
            Some(user) => self.audit_account(user, "user.confirm_email").await,
            None => Ok(()),
        }
    }

    /// Mails a new code. Says nothing of whether the address has an account.
    ///
    /// # Errors
    /// `RATE_LIMITED`, or a failure of a service.
    pub async fn resend_code(&self, email: &EmailAddress) -> Result<(), AppError> {
        let sent = self.ports().identity.resend_code(email).await;
        silent_on_delivery(sent).map_err(|error| identity_error(&error))
    }

    /// The person behind a session.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN` when the account is gone.
    pub async fn current_user(&self, user_id: UserId) -> Result<CurrentUser, AppError> {
        match users::get(self.pool(), user_id).await {
            Err(StoreError::NotFound) => Err(AppError::not_signed_in()),
            other => other.reported("read user"),
        }
    }

    /// Stores what a prescription's header says.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` with every field that is too long or holds control
    /// characters; `NOT_SIGNED_IN` when the account is gone.
    pub async fn update_profile(
        &self,
        user_id: UserId,
        full_name: &str,
        profile: DoctorProfile,
    ) -> Result<CurrentUser, AppError> {
        let (full_name, profile) = checked_profile(full_name, &profile)?;
        let mut tx = self.begin().await?;
        let user = match users::update_profile(&mut tx, user_id, &full_name, &profile).await {
            Err(StoreError::NotFound) => return Err(AppError::not_signed_in()),
            other => other.reported("update profile")?,
        };
        let action = Action::of(user_id, "user.update_profile", USER, user_id.as_uuid());
        action.commit(tx).await.reported("update profile")?;
        Ok(user)
    }

    /// Whether this profile has a mailbox to look into.
    #[must_use]
    pub fn has_mailbox(&self) -> bool {
        self.ports().mailbox.is_some()
    }

    /// All mail of the embedded profile, newest first.
    ///
    /// # Errors
    /// `NOT_FOUND` in every other profile.
    pub async fn mailbox(&self) -> Result<Vec<StoredMail>, AppError> {
        let mailbox = self.ports().mailbox.as_ref();
        let mailbox = mailbox.ok_or_else(|| AppError::not_found("page"))?;
        mailbox
            .messages()
            .await
            .map_err(|error| port_failed(&error))
    }

    /// # Errors
    /// `NOT_SIGNED_IN` when the account is gone.
    async fn names_of(&self, account: Account<'_>) -> Result<Names, AppError> {
        let user = self.current_user(account.user_id).await?;
        let subject = users::subject(self.pool(), account.user_id).await;
        Ok(Names {
            subject: subject.reported("read user")?,
            email: user.email.parse()?,
        })
    }

    async fn find_user(&self, email: &EmailAddress) -> Result<Option<UserId>, AppError> {
        let mut tx = self.begin().await?;
        let found = users::find_by_email(&mut tx, email).await;
        found.reported("find user")
    }

    /// Writes down what somebody did to their own account elsewhere.
    async fn audit_account(&self, user_id: UserId, action: &'static str) -> Result<(), AppError> {
        let tx = self.begin().await?;
        let action = Action::of(user_id, action, USER, user_id.as_uuid());
        action.commit(tx).await.reported("audit account")
    }

    /// Writes down what anybody may ask for in the name of somebody's account.
    async fn audit_request(&self, user_id: UserId, action: &'static str) -> Result<(), AppError> {
        let tx = self.begin().await?;
        let action = Action::of_system(action, USER, user_id.as_uuid());
        action.commit(tx).await.reported("audit account")
    }

    async fn remember_user(
        &self,
        action: &'static str,
        subject: &str,
        email: &EmailAddress,
        full_name: &FullName,
    ) -> Result<CurrentUser, AppError> {
        let mut tx = self.begin().await?;
        let person = users::IdentityUser {
            subject,
            email,
            full_name,
        };
        let user = match users::upsert_by_subject(&mut tx, &person).await {
            Err(StoreError::Taken) => {
                return Err(identity_error(&IdentityError::AlreadyRegistered));
            }
            other => other.reported("store user")?,
        };
        let action = Action::of(user.id, action, USER, user.id.as_uuid());
        action.commit(tx).await.reported("store user")?;
        Ok(user)
    }
}

/// That a code could not be delivered would tell that the address has an account.
fn silent_on_delivery(sent: Result<(), IdentityError>) -> Result<(), IdentityError> {
    match sent {
        Err(IdentityError::CodeNotDelivered) => {
            tracing::warn!("a code could not be delivered");
            Ok(())
        }
        other => other,
    }
}

/// Trims and checks all fields, and reports all that are wrong.
fn checked_profile(
    full_name: &str,
    profile: &DoctorProfile,
) -> Result<(FullName, DoctorProfile), AppError> {
    let mut wrong = Wrong::default();
    let mut line =
        |field: &str, what: &str, text: &str, max| wrong.tidy(field, what, text, max, false);
    let profile = DoctorProfile {
        qualification: line(
            "qualification",
            "the qualification",
            &profile.qualification,
            255,
        ),
        registration_number: line(
            "registration_number",
            "the registration number",
            &profile.registration_number,
            64,
        ),
        clinic_name: line(
            "clinic_name",
            "the name of the clinic",
            &profile.clinic_name,
            255,
        ),
        clinic_phone: line(
            "clinic_phone",
            "the telephone number",
            &profile.clinic_phone,
            64,
        ),
        clinic_address: wrong.tidy(
            "clinic_address",
            "the address",
            &profile.clinic_address,
            1000,
            true,
        ),
    };
    let full_name = full_name.parse::<FullName>();
    if let Err(error) = &full_name {
        wrong.note(error.field, error.message.as_str());
    }
    wrong.or(())?;
    Ok((full_name?, profile))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_profile_reports_every_wrong_field() {
        let profile = DoctorProfile {
            registration_number: "9".repeat(65),
            clinic_name: "A\u{7}".to_owned(),
            clinic_address: "One\r\nTwo".to_owned(),
            qualification: "MBBS \u{202E}DM".to_owned(),
            ..DoctorProfile::default()
        };
        let error = checked_profile(" ", &profile).unwrap_err();
        assert_eq!(
            error.fields.keys().collect::<Vec<_>>(),
            [
                "clinic_name",
                "full_name",
                "qualification",
                "registration_number"
            ]
        );
        let sentence = "Shorten the registration number to 64 characters.";
        assert_eq!(error.fields["registration_number"], sentence);
        assert_eq!(error.message, error.fields["clinic_name"]);
    }
}
