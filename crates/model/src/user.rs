use serde::{Deserialize, Serialize};

use crate::{ConfirmationCode, EmailAddress, FullName, Password, UserId, ValueError, names::names};

names! {
    /// What an identity provider asks for after the password.
    SignInChallenge {
        /// The six digits that an authenticator app shows now (RFC 6238).
        AuthenticatorCode = "AUTHENTICATOR_CODE",
        /// Six to eight digits that were mailed just now.
        EmailCode = "EMAIL_CODE",
        /// A password of one's own, instead of the one the account was made with.
        NewPassword = "NEW_PASSWORD",
    }
}

impl SignInChallenge {
    /// Reads the code that answers it.
    ///
    /// # Errors
    /// It is not as long as such a code, or no number.
    pub fn code(self, text: &str) -> Result<ConfirmationCode, ValueError> {
        match self {
            Self::EmailCode => ConfirmationCode::mailed_at_sign_in(text),
            Self::AuthenticatorCode | Self::NewPassword => text.parse(),
        }
    }
}

/// What it takes to open an account. All parts are valid.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Name of the account.
    pub email: EmailAddress,
    /// A new password.
    pub password: Password,
    /// The doctor's name.
    pub full_name: FullName,
}

/// Who is signed in, as pages need to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrentUser {
    /// Row id.
    pub id: UserId,
    /// Name of the account.
    pub email: String,
    /// The doctor's name.
    pub full_name: String,
    /// What a prescription's header says.
    pub profile: DoctorProfile,
}

/// The header of a prescription. Every part may be empty until the doctor
/// fills it in; a prescription can't be signed without a registration number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoctorProfile {
    /// For example "MBBS, MD (Medicine)".
    #[serde(default)]
    pub qualification: String,
    /// Medical council registration number.
    #[serde(default)]
    pub registration_number: String,
    /// Name of the clinic or hospital.
    #[serde(default)]
    pub clinic_name: String,
    /// Address, lines apart.
    #[serde(default)]
    pub clinic_address: String,
    /// Telephone.
    #[serde(default)]
    pub clinic_phone: String,
}
