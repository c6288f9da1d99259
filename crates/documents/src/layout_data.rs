//! What the template reads: the document as cleaned strings, dates written out.
//!
//! It travels as JSON, a value among values: nothing in it is ever parsed as markup.

use serde::Serialize;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

use crate::fonts::Fonts;
use crate::prescription::{MedicineLine, PrescriptionDocument};
use crate::text::{printable, printable_opt};

const DAY: &[BorrowedFormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year]");
const MOMENT: &[BorrowedFormatItem<'_>] = format_description!(
    "[day padding:none] [month repr:long] [year], [hour]:[minute] (UTC[offset_hour sign:mandatory]:[offset_minute])"
);

/// A row higher than a page could not be kept whole, so rows with this many characters in a narrow
/// column, or that many altogether, may break. Measured in bytes, which errs on the early side.
const WHOLE_CELL_BYTES: usize = 300;
const WHOLE_ROW_BYTES: usize = 1200;

/// The data of one page set.
#[derive(Serialize)]
pub(crate) struct LayoutData {
    title: String,
    draft: bool,
    clinic: ClinicData,
    doctor: DoctorData,
    patient: PatientData,
    date: String,
    diagnoses: Vec<DiagnosisData>,
    medicines: Vec<MedicineData>,
    advice: Vec<String>,
    follow_up: Option<String>,
    signed_at: Option<String>,
    verification: Option<VerificationData>,
    reference: String,
    version: u32,
}

#[derive(Serialize)]
struct ClinicData {
    name: String,
    address: Vec<String>,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Serialize)]
struct DoctorData {
    name: String,
    qualification: Option<String>,
    registration: Option<String>,
    specialty: Option<String>,
}

#[derive(Serialize)]
struct PatientData {
    name: String,
    age: Option<String>,
    gender: Option<String>,
    identifier: Option<String>,
}

#[derive(Serialize)]
struct DiagnosisData {
    text: String,
    icd10: Option<String>,
}

#[derive(Serialize)]
struct MedicineData {
    name: String,
    generic: Option<String>,
    strength: Option<String>,
    form: Option<String>,
    dose: Option<String>,
    route: Option<String>,
    frequency: Option<String>,
    instructions: Option<String>,
    duration: Option<String>,
    quantity: Option<String>,
    may_break: bool,
}

/// The address and code to check a signed document with.
#[derive(Serialize)]
struct VerificationData {
    url: Option<String>,
    code: Option<String>,
}

impl LayoutData {
    pub(crate) fn new(document: &PrescriptionDocument, fonts: &Fonts) -> Self {
        let text = |raw: &str| printable(raw, fonts);
        let opt = |raw: &Option<String>| printable_opt(raw.as_deref(), fonts);
        let lines = |raw: &[String]| -> Vec<String> {
            raw.iter()
                .filter_map(|line| printable_opt(Some(line), fonts))
                .collect()
        };
        let PrescriptionDocument {
            clinic,
            doctor,
            patient,
            ..
        } = document;
        Self {
            title: format!("Prescription of {}", day(document.date)),
            draft: document.signed_at.is_none(),
            clinic: ClinicData {
                name: text(&clinic.name),
                address: lines(&clinic.address_lines),
                phone: opt(&clinic.phone),
                email: opt(&clinic.email),
            },
            doctor: DoctorData {
                name: text(&doctor.name),
                qualification: opt(&doctor.qualification),
                registration: opt(&doctor.registration_number),
                specialty: opt(&doctor.specialty),
            },
            patient: PatientData {
                name: text(&patient.name),
                age: opt(&patient.age),
                gender: opt(&patient.gender),
                identifier: opt(&patient.identifier),
            },
            date: day(document.date),
            diagnoses: (document.diagnoses.iter())
                .map(|diagnosis| DiagnosisData {
                    text: text(&diagnosis.text),
                    icd10: opt(&diagnosis.icd10),
                })
                .filter(|diagnosis| !diagnosis.text.is_empty() || diagnosis.icd10.is_some())
                .collect(),
            medicines: document
                .medicines
                .iter()
                .map(|line| medicine(line, fonts))
                .collect(),
            advice: lines(&document.advice),
            follow_up: opt(&document.follow_up),
            signed_at: document.signed_at.map(moment),
            verification: verification(document, fonts),
            reference: text(&document.prescription_id),
            version: document.version,
        }
    }

    /// The address for the QR code, if this document carries one.
    pub(crate) fn verification_url(&self) -> Option<&str> {
        self.verification.as_ref()?.url.as_deref()
    }
}

fn medicine(line: &MedicineLine, fonts: &Fonts) -> MedicineData {
    let opt = |raw: &Option<String>| printable_opt(raw.as_deref(), fonts);
    let mut data = MedicineData {
        name: printable(&line.name, fonts),
        generic: opt(&line.generic),
        strength: opt(&line.strength),
        form: opt(&line.form),
        dose: opt(&line.dose),
        route: opt(&line.route),
        frequency: opt(&line.frequency),
        instructions: opt(&line.instructions),
        duration: opt(&line.duration),
        quantity: opt(&line.quantity),
        may_break: false,
    };
    let bytes = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let narrow = [
        bytes(&data.dose) + bytes(&data.route),
        bytes(&data.duration),
        bytes(&data.quantity),
    ];
    let wide = [
        data.name.len() + bytes(&data.generic) + bytes(&data.strength) + bytes(&data.form),
        bytes(&data.frequency) + bytes(&data.instructions),
    ];
    let row = narrow.iter().chain(&wide).sum::<usize>();
    data.may_break = row > WHOLE_ROW_BYTES || narrow.iter().any(|&cell| cell > WHOLE_CELL_BYTES);
    data
}

/// A draft shows neither code nor address: there is nothing yet that they could confirm.
fn verification(document: &PrescriptionDocument, fonts: &Fonts) -> Option<VerificationData> {
    document.signed_at?;
    let url = printable_opt(Some(&document.verification.url), fonts);
    let code = printable_opt(Some(&document.verification.short_code), fonts);
    (url.is_some() || code.is_some()).then_some(VerificationData { url, code })
}

fn day(date: Date) -> String {
    // The format asks for nothing that a date lacks.
    date.format(DAY).unwrap_or_default()
}

fn moment(at: OffsetDateTime) -> String {
    at.format(MOMENT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn dates_read_as_a_person_writes_them() {
        assert_eq!(day(date!(2026 - 11 - 02)), "2 November 2026");
        assert_eq!(
            moment(datetime!(2026-11-22 09:05:59 +5:30)),
            "22 November 2026, 09:05 (UTC+05:30)"
        );
        assert_eq!(
            moment(datetime!(2026-01-02 23:59:00 -3:30)),
            "2 January 2026, 23:59 (UTC-03:30)"
        );
    }

    #[test]
    fn only_rows_that_could_outgrow_a_page_may_break() {
        let fonts = Fonts::load();
        let mut line = MedicineLine {
            name: "x".repeat(300),
            ..MedicineLine::default()
        };
        assert!(!medicine(&line, &fonts).may_break);
        line.dose = Some("y".repeat(301));
        assert!(medicine(&line, &fonts).may_break);
        line.dose = None;
        line.instructions = Some("z".repeat(1000));
        assert!(medicine(&line, &fonts).may_break);
    }
}
