use serde::{Deserialize, Serialize};

use crate::{EmailAddress, FullName, Password, UserId};

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
