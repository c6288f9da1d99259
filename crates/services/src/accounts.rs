//! Accounts: registration, sign-in and the doctor's profile.

use seva_model::{
    AppError, ConfirmationCode, CurrentUser, DoctorProfile, EmailAddress, ErrorCode, FullName,
    Password, Registration, UserId,
};
use seva_store::{StoreError, users};

use crate::{
    Services,
    audited::{Action, USER},
    errors::{Reported, identity_error, port_failed},
    ports::{IdentityError, StoredMail},
};

/// The doctor of the demonstration.
pub const DEMO_EMAIL: &str = "doctor@demo.seva";
/// Fit for a demonstration on one's own machine and for nothing else.
pub const DEMO_PASSWORD: &str = "Demo-Doctor-1";

/// An account that was just opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisteredAccount {
    /// Row id.
    pub user_id: UserId,
    /// Whether the code from the mail has to be entered first.
    pub confirmation_required: bool,
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
        confirmed.map_err(|error| identity_error(&error))
    }

    /// Mails a new code. Says nothing of whether the address has an account.
    ///
    /// # Errors
    /// `RATE_LIMITED`, or a failure of a service.
    pub async fn resend_code(&self, email: &EmailAddress) -> Result<(), AppError> {
        let sent = self.ports().identity.resend_code(email).await;
        sent.map_err(|error| identity_error(&error))
    }

    /// Checks e-mail and password.
    ///
    /// The log tells the outcome of every attempt, and whose a successful one
    /// was by row id: never an e-mail address.
    ///
    /// # Errors
    /// `AUTHENTICATION_FAILED`, `EMAIL_NOT_CONFIRMED`, `RATE_LIMITED`, or a
    /// failure of a service.
    pub async fn sign_in(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<CurrentUser, AppError> {
        let person = match self.ports().identity.authenticate(email, password).await {
            Ok(person) => person,
            Err(error) => {
                let error = identity_error(&error);
                tracing::info!(outcome = ?error.code, "sign-in attempt");
                return Err(error);
            }
        };
        let user = self
            .remember_user(
                "user.sign_in",
                &person.subject,
                &person.email,
                &person.full_name,
            )
            .await?;
        tracing::info!(user_id = %user.id, outcome = "SignedIn", "sign-in attempt");
        Ok(user)
    }

    /// Ends what the identity provider holds for the person. The session itself
    /// is the web server's to end.
    ///
    /// # Errors
    /// A failure of a service.
    pub async fn sign_out(&self, user_id: UserId) -> Result<(), AppError> {
        let subject = match users::subject(self.pool(), user_id).await {
            Err(StoreError::NotFound) => return Ok(()),
            other => other.reported("read user")?,
        };
        let ended = self.ports().identity.sign_out(&subject).await;
        ended.map_err(|error| identity_error(&error))?;
        let tx = self.begin().await?;
        let action = Action::of(user_id, "user.sign_out", USER, user_id.as_uuid());
        action.commit(tx).await.reported("sign out")
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
        let (full_name, profile) = checked_profile(full_name, profile)?;
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

    /// Makes sure that the demonstration's doctor exists, is confirmed and has a
    /// profile. The code is read from the embedded mailbox, as a person would.
    ///
    /// # Errors
    /// `NOT_FOUND` where there is no mailbox; `CONFLICT` when the account exists
    /// with another password.
    pub async fn ensure_demo_user(&self) -> Result<CurrentUser, AppError> {
        let registration = demo_registration()?;
        let identity = &self.ports().identity;
        let signed_in = identity
            .authenticate(&registration.email, &registration.password)
            .await;
        match signed_in {
            Ok(_) => {}
            Err(IdentityError::NotConfirmed) => {
                self.resend_code(&registration.email).await?;
                self.confirm_from_mailbox(&registration.email).await?;
            }
            Err(IdentityError::Refused) => {
                let account = self.register(&registration).await?;
                if account.confirmation_required {
                    self.confirm_from_mailbox(&registration.email).await?;
                }
            }
            Err(error) => return Err(identity_error(&error)),
        }
        let user = self
            .sign_in(&registration.email, &registration.password)
            .await?;
        if user.profile.registration_number.is_empty() {
            let name = user.full_name.clone();
            return self.update_profile(user.id, &name, demo_profile()).await;
        }
        Ok(user)
    }

    async fn confirm_from_mailbox(&self, email: &EmailAddress) -> Result<(), AppError> {
        let mails = self.mailbox().await?;
        let code = mails
            .iter()
            .filter(|mail| mail.to == email.as_str())
            .find_map(|mail| six_digits(&mail.text))
            .ok_or_else(|| AppError::not_found("code"))?;
        self.confirm_email(email, &code).await
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

fn demo_registration() -> Result<Registration, AppError> {
    Ok(Registration {
        email: DEMO_EMAIL.parse()?,
        password: Password::new(DEMO_PASSWORD.to_owned())?,
        full_name: "Dr. Meera Joshi".parse()?,
    })
}

fn demo_profile() -> DoctorProfile {
    DoctorProfile {
        qualification: "MBBS, MD (Medicine)".to_owned(),
        registration_number: "DEMO-2026-0001".to_owned(),
        clinic_name: "Demo Clinic".to_owned(),
        clinic_address: "12 Station Road\nPune 411001".to_owned(),
        clinic_phone: "+91 20 5550 0100".to_owned(),
    }
}

/// The first run of exactly six digits.
fn six_digits(text: &str) -> Option<ConfirmationCode> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|digits| digits.len() == 6)?
        .parse()
        .ok()
}

/// Trims and checks all fields, and reports all that are wrong.
fn checked_profile(
    full_name: &str,
    profile: DoctorProfile,
) -> Result<(FullName, DoctorProfile), AppError> {
    let mut wrong = std::collections::BTreeMap::new();
    let mut check = |field: &str, text: String, max: usize, lines: bool| {
        let text = text.replace("\r\n", "\n").trim().to_owned();
        if text.chars().count() > max {
            wrong.insert(
                field.to_owned(),
                format!("Shorten this to {max} characters."),
            );
        } else if text
            .chars()
            .any(|c| c.is_control() && !(lines && c == '\n'))
        {
            wrong.insert(
                field.to_owned(),
                "Remove the invisible characters.".to_owned(),
            );
        }
        text
    };
    let profile = DoctorProfile {
        qualification: check("qualification", profile.qualification, 255, false),
        registration_number: check(
            "registration_number",
            profile.registration_number,
            64,
            false,
        ),
        clinic_name: check("clinic_name", profile.clinic_name, 255, false),
        clinic_address: check("clinic_address", profile.clinic_address, 1000, true),
        clinic_phone: check("clinic_phone", profile.clinic_phone, 64, false),
    };
    let full_name = full_name.parse::<FullName>();
    if let Err(error) = &full_name {
        wrong.insert(error.field.to_owned(), error.message.clone());
    }
    match full_name {
        Ok(full_name) if wrong.is_empty() => Ok((full_name, profile)),
        _ => Err(AppError {
            code: ErrorCode::ValidationFailed,
            message: "Check the marked fields.".to_owned(),
            fields: wrong,
        }),
    }
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
            ..DoctorProfile::default()
        };
        let error = checked_profile(" ", profile).unwrap_err();
        assert_eq!(
            error.fields.keys().collect::<Vec<_>>(),
            ["clinic_name", "full_name", "registration_number"]
        );
    }

    #[test]
    fn the_demonstration_is_valid() {
        demo_registration().unwrap();
        let (_, profile) = checked_profile("Dr. Meera Joshi", demo_profile()).unwrap();
        assert_eq!(profile, demo_profile());
    }

    #[test]
    fn a_code_is_six_digits_alone() {
        let code = six_digits("Call 9876543210. Your code is 004217.").unwrap();
        assert_eq!(code.as_str(), "004217");
        assert!(six_digits("Your code is 12345.").is_none());
    }
}
