//! What a prescription says, as plain text and dates.
//!
//! Every string is taken literally: no markup, no escapes. Layout, and not the caller, decides
//! where a line breaks. An optional field that is `None`, empty or blank is left out of the page,
//! or shown as a dash where the reader would look for it.

use time::{Date, OffsetDateTime};

/// One prescription, ready to be laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrescriptionDocument {
    /// The letterhead.
    pub clinic: Clinic,
    /// Who prescribes and signs.
    pub doctor: Doctor,
    /// Whom it is for.
    pub patient: Patient,
    /// The date of the prescription, years 1 to 9999.
    pub date: Date,
    /// Shown in this order, above the medicines.
    pub diagnoses: Vec<Diagnosis>,
    /// Shown and numbered in this order.
    pub medicines: Vec<MedicineLine>,
    /// One item a line.
    pub advice: Vec<String>,
    /// When to come again.
    pub follow_up: Option<String>,
    /// Printed on a signed prescription only: a draft has nothing to verify.
    pub verification: Verification,
    /// When it was signed, printed in the offset it carries. `None` gives a draft, marked so on
    /// every page.
    pub signed_at: Option<OffsetDateTime>,
    /// Printed in the footer of every page and, with `version`, the identity of the PDF.
    pub prescription_id: String,
    /// Counts the changes of one prescription, from 1.
    pub version: u32,
}

/// The clinic as it stands in the letterhead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clinic {
    /// Name of the clinic or hospital.
    pub name: String,
    /// Postal address, a line each.
    pub address_lines: Vec<String>,
    /// Telephone number as it should be read.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// The prescribing doctor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doctor {
    /// Full name with title, such as "Dr. Kavita Deshpande".
    pub name: String,
    /// Degrees, such as "MBBS, MD (Medicine)".
    pub qualification: Option<String>,
    /// Number in the medical council's register. A pharmacist looks for it, so its absence shows.
    pub registration_number: Option<String>,
    /// Such as "General medicine".
    pub specialty: Option<String>,
}

/// The patient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Patient {
    /// Full name.
    pub name: String,
    /// Age with its unit, such as "45 years" or "8 months".
    pub age: Option<String>,
    /// As the doctor writes it.
    pub gender: Option<String>,
    /// Number in the clinic's own register.
    pub identifier: Option<String>,
}

/// One diagnosis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnosis {
    /// In words.
    pub text: String,
    /// ICD-10-CM code, such as "J02.9".
    pub icd10: Option<String>,
}

/// One row of the table of medicines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MedicineLine {
    /// Brand or generic, as prescribed.
    pub name: String,
    /// Generic name, printed under the brand.
    pub generic: Option<String>,
    /// With unit, such as "500 mg".
    pub strength: Option<String>,
    /// How much at a time, such as "1 tablet".
    pub dose: Option<String>,
    /// Such as "tablet" or "syrup".
    pub form: Option<String>,
    /// Such as "oral".
    pub route: Option<String>,
    /// Such as "1-0-1" or "twice a day".
    pub frequency: Option<String>,
    /// Such as "5 days".
    pub duration: Option<String>,
    /// How much to dispense, such as "15".
    pub quantity: Option<String>,
    /// Such as "after food".
    pub instructions: Option<String>,
}

/// How somebody who holds the paper checks that it is genuine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Address behind the QR code. Empty: no QR code.
    pub url: String,
    /// What can be typed when there is no camera. Empty: none is shown.
    pub short_code: String,
}
