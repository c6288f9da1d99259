//! What a prescription may hold.

use seva_model::{AppError, CurrentUser, Diagnosis, MedicationLine, PrescriptionContent};

use crate::wrong::Wrong;

const MAX_LINES: usize = 100;
const MAX_FIELD: usize = 255;
const MAX_GENDER: usize = 20;
const MAX_AGE: u16 = 150;
const MAX_TEXT: usize = 4000;

/// The content trimmed, without lines that are empty.
///
/// # Errors
/// Every field that is too long, out of range, or holds control characters or marks that
/// turn the direction of writing.
pub(crate) fn checked(content: &PrescriptionContent) -> Result<PrescriptionContent, AppError> {
    let mut wrong = Wrong::default();
    if content.patient_age.is_some_and(|age| age > MAX_AGE) {
        wrong.note("patient_age", "Enter the age in years, 0 to 150.");
    }
    if content.medications.len() > MAX_LINES {
        wrong.note("medications", format!("Keep to {MAX_LINES} medicines."));
    }
    if content.diagnoses.len() > MAX_LINES {
        wrong.note("diagnoses", format!("Keep to {MAX_LINES} diagnoses."));
    }
    let name = "the patient's name";
    let checked = PrescriptionContent {
        patient_name: wrong.tidy(
            "patient_name",
            name,
            &content.patient_name,
            MAX_FIELD,
            false,
        ),
        patient_age: content.patient_age,
        patient_gender: wrong.tidy(
            "patient_gender",
            "the gender",
            &content.patient_gender,
            MAX_GENDER,
            false,
        ),
        diagnoses: checked_diagnoses(&mut wrong, &content.diagnoses),
        medications: checked_medications(&mut wrong, &content.medications),
        instructions: wrong.tidy(
            "instructions",
            "the advice",
            &content.instructions,
            MAX_TEXT,
            true,
        ),
        follow_up: wrong.tidy(
            "follow_up",
            "the follow-up",
            &content.follow_up,
            MAX_FIELD,
            true,
        ),
    };
    wrong.or(checked)
}

fn checked_diagnoses(wrong: &mut Wrong, diagnoses: &[Diagnosis]) -> Vec<Diagnosis> {
    let mut tidy = |text: &str| wrong.tidy("diagnoses", "each diagnosis", text, MAX_FIELD, false);
    diagnoses
        .iter()
        .map(|diagnosis| Diagnosis {
            text: tidy(&diagnosis.text),
            icd10: tidy(&diagnosis.icd10),
            source: diagnosis.source,
        })
        .filter(|diagnosis| !diagnosis.text.is_empty() || !diagnosis.icd10.is_empty())
        .collect()
}

fn checked_medications(wrong: &mut Wrong, lines: &[MedicationLine]) -> Vec<MedicationLine> {
    let mut tidy = |text: &str| {
        wrong.tidy(
            "medications",
            "each part of a medicine",
            text,
            MAX_FIELD,
            false,
        )
    };
    let empty = MedicationLine::default();
    lines
        .iter()
        .map(|line| MedicationLine {
            name: tidy(&line.name),
            generic: tidy(&line.generic),
            strength: tidy(&line.strength),
            dosage: tidy(&line.dosage),
            form: tidy(&line.form),
            route: tidy(&line.route),
            frequency: tidy(&line.frequency),
            duration: tidy(&line.duration),
            instructions: tidy(&line.instructions),
            rxnorm: tidy(&line.rxnorm),
            source: line.source,
        })
        .filter(|line| *line != empty)
        .collect()
}

/// Whether the paper would be complete enough to be signed.
///
/// # Errors
/// Everything that is missing, by field.
pub(crate) fn ready_to_sign(
    content: &PrescriptionContent,
    doctor: &CurrentUser,
) -> Result<(), AppError> {
    let mut wrong = Wrong::default();
    if content.patient_name.is_empty() {
        wrong.note("patient_name", "Enter the patient's name before you sign.");
    }
    if content.medications.is_empty() {
        wrong.note("medications", "Add at least one medicine before you sign.");
    }
    if let Some(place) = content
        .medications
        .iter()
        .position(|line| line.name.is_empty())
    {
        wrong.note(
            "medications",
            format!(
                "Name the medicine in line {}, or remove the line.",
                place + 1
            ),
        );
    }
    if doctor.profile.registration_number.is_empty() {
        wrong.note(
            "registration_number",
            "Enter your registration number in your profile before you sign.",
        );
    }
    wrong.or(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use seva_model::{DoctorProfile, UserId};

    use super::*;

    fn doctor(registration_number: &str) -> CurrentUser {
        CurrentUser {
            id: UserId::generate(),
            email: "doctor@clinic.example".to_owned(),
            full_name: "Dr. A".to_owned(),
            profile: DoctorProfile {
                registration_number: registration_number.to_owned(),
                ..DoctorProfile::default()
            },
        }
    }

    #[test]
    fn all_that_is_missing_is_named() {
        let error = ready_to_sign(&PrescriptionContent::default(), &doctor("")).unwrap_err();
        assert_eq!(
            error.fields.keys().collect::<Vec<_>>(),
            ["medications", "patient_name", "registration_number"]
        );
        let mut content = PrescriptionContent {
            patient_name: "Asha".to_owned(),
            medications: vec![MedicationLine::default()],
            ..PrescriptionContent::default()
        };
        assert!(ready_to_sign(&content, &doctor("1")).is_err());
        content.medications[0].name = "Dolo".to_owned();
        assert!(ready_to_sign(&content, &doctor("1")).is_ok());
    }

    #[test]
    fn a_dose_can_not_read_otherwise_on_the_screen_than_on_paper() {
        for text in [
            "\u{202e}gm 01",
            "5\u{2067}-\u{2069}10",
            "1\u{200f}-2",
            "a\u{7}",
        ] {
            let content = PrescriptionContent {
                medications: vec![MedicationLine {
                    name: "Dolo".to_owned(),
                    dosage: text.to_owned(),
                    ..MedicationLine::default()
                }],
                instructions: text.to_owned(),
                ..PrescriptionContent::default()
            };
            let error = checked(&content).unwrap_err();
            let fields: Vec<&String> = error.fields.keys().collect();
            assert_eq!(fields, ["instructions", "medications"], "{text:?}");
        }
        let joined = PrescriptionContent {
            patient_name: "क्ष\u{200d}मा".to_owned(),
            ..PrescriptionContent::default()
        };
        assert!(checked(&joined).is_ok());
    }

    #[test]
    fn empty_lines_are_left_out_and_long_ones_refused() {
        let mut content = PrescriptionContent {
            patient_name: "  Asha ".to_owned(),
            medications: vec![MedicationLine::default(); 2],
            diagnoses: vec![Diagnosis::default()],
            instructions: "One\r\nTwo".to_owned(),
            ..PrescriptionContent::default()
        };
        let tidy = checked(&content).unwrap();
        assert_eq!(tidy.patient_name, "Asha");
        assert_eq!(tidy.instructions, "One\nTwo");
        assert!(tidy.medications.is_empty() && tidy.diagnoses.is_empty());
        content.patient_age = Some(151);
        content.patient_gender = "x".repeat(21);
        content.medications[0].name = "a\nb".to_owned();
        let error = checked(&content).unwrap_err();
        assert_eq!(
            error.fields.keys().collect::<Vec<_>>(),
            ["medications", "patient_age", "patient_gender"]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn checked_content_passes_unchanged(name in "\\PC{0,300}", advice in "(\\PC|\n){0,80}", medicine in "[ a-z\t]{0,8}") {
            let content = PrescriptionContent {
                patient_name: name,
                instructions: advice,
                medications: vec![MedicationLine { name: medicine, ..MedicationLine::default() }],
                ..PrescriptionContent::default()
            };
            if let Ok(once) = checked(&content) {
                prop_assert_eq!(checked(&once).unwrap(), once);
            }
        }
    }
}
