//! The doctor of the demonstration.

use seva_model::{
    AppError, ConfirmationCode, CurrentUser, DoctorProfile, EmailAddress, Password, Registration,
};

use crate::{Services, errors::identity_error, ports::IdentityError};

/// The doctor of the demonstration.
pub const DEMO_EMAIL: &str = "doctor@demo.seva";
/// Fit for a demonstration on one's own machine and for nothing else.
pub const DEMO_PASSWORD: &str = "Demo-Doctor-1";

impl Services {
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
        let outcome = self
            .sign_in(&registration.email, &registration.password)
            .await?;
        let Some(user) = outcome.signed_in() else {
            // Whoever demonstrates has turned an authenticator on.
            let user = self.find_user(&registration.email).await?;
            let user = user.ok_or_else(AppError::not_signed_in)?;
            return self.current_user(user).await;
        };
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_demonstration_is_valid() {
        demo_registration().unwrap();
        let (_, profile) =
            super::super::checked_profile("Dr. Meera Joshi", &demo_profile()).unwrap();
        assert_eq!(profile, demo_profile());
    }

    #[test]
    fn a_code_is_six_digits_alone() {
        let code = six_digits("Call 9876543210. Your code is 004217.").unwrap();
        assert_eq!(code.as_str(), "004217");
        assert!(six_digits("Your code is 12345.").is_none());
    }
}
