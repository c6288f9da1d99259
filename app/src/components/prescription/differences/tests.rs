#![allow(clippy::unwrap_used)]
use proptest::{collection::vec, prelude::*, sample::select};
use seva_model::{Diagnosis, MedicationLine, PrescriptionContent};

use super::*;

fn medicines(names_and_doses: &[(&str, &str)]) -> PrescriptionForm {
    let line = |(name, dose): &(&str, &str)| MedicationLine {
        name: (*name).to_owned(),
        dosage: (*dose).to_owned(),
        ..MedicationLine::default()
    };
    PrescriptionForm::from(PrescriptionContent {
        medications: names_and_doses.iter().map(line).collect(),
        ..PrescriptionContent::default()
    })
}

fn found(mine: &PrescriptionForm, theirs: &PrescriptionForm) -> Vec<(String, String, String)> {
    differences(mine, theirs)
        .into_iter()
        .map(|d| (d.field, d.mine, d.theirs))
        .collect()
}

fn said(field: &str, mine: &str, theirs: &str) -> (String, String, String) {
    (field.to_owned(), mine.to_owned(), theirs.to_owned())
}

#[test]
fn a_row_that_was_put_in_does_not_make_the_others_differ() {
    let mine = medicines(&[("Aspirin", "1"), ("Metformin", "1"), ("Dolo", "2")]);
    let theirs = medicines(&[("metformin", "2"), ("Dolo", "2")]);
    assert_eq!(
        found(&mine, &theirs),
        [
            said("Medicine 1", "Aspirin, 1", ""),
            said("Medicine 2, Metformin: name", "Metformin", "metformin"),
            said("Medicine 2, Metformin: dose", "1", "2"),
        ]
    );
    let theirs_first = found(&theirs, &mine);
    assert_eq!(
        theirs_first.last(),
        Some(&said("Medicine 1 of the other version", "", "Aspirin, 1"))
    );
}

#[test]
fn a_row_that_was_renamed_is_the_same_row() {
    let mine = medicines(&[("Metformine", "1"), ("Dolo", "2")]);
    let theirs = medicines(&[("Metformin", "1"), ("Dolo", "2")]);
    assert_eq!(
        found(&mine, &theirs),
        [said("Medicine 1: name", "Metformine", "Metformin")]
    );
}

#[test]
fn rows_that_traded_places_are_named_once() {
    let mine = medicines(&[("Dolo", "2"), ("", "1"), ("Metformin", "1")]);
    let theirs = medicines(&[("Metformin", "1"), ("", "1"), ("Dolo", "2")]);
    assert_eq!(
        found(&mine, &theirs),
        [said(
            "Medicine: order",
            "Dolo\nNo name\nMetformin",
            "Metformin\nNo name\nDolo"
        )]
    );
}

#[test]
fn fields_are_named_as_in_the_form() {
    let mine = PrescriptionForm {
        patient_age: "07".to_owned(),
        patient_gender: " Female ".to_owned(),
        diagnoses: vec![DiagnosisRow {
            text: "Asthma".to_owned(),
            ..DiagnosisRow::default()
        }],
        medications: vec![MedicationRow::default()],
        instructions: "Rest.\r\nDrink.".to_owned(),
        ..PrescriptionForm::default()
    };
    let theirs = PrescriptionForm {
        patient_name: "Asha".to_owned(),
        patient_age: "7".to_owned(),
        patient_gender: "Female".to_owned(),
        diagnoses: vec![DiagnosisRow {
            text: "Asthma".to_owned(),
            icd10: "J45".to_owned(),
            ..DiagnosisRow::default()
        }],
        instructions: "Rest.\nDrink.".to_owned(),
        follow_up: "Friday".to_owned(),
        ..PrescriptionForm::default()
    };
    assert_eq!(
        found(&mine, &theirs),
        [
            said("Patient's name", "", "Asha"),
            said("Diagnosis 1, Asthma: ICD-10", "", "J45"),
            said("Follow-up", "", "Friday"),
        ]
    );
}

/// Few different texts, so that two forms often share rows.
fn word() -> impl Strategy<Value = String> {
    select(vec!["", "", "a", "A", " a", "b", "7", "07"]).prop_map(str::to_owned)
}

fn content() -> impl Strategy<Value = PrescriptionContent> {
    let diagnosis = (word(), word()).prop_map(|(text, icd10)| Diagnosis {
        text,
        icd10,
        ..Diagnosis::default()
    });
    let line = (word(), word(), word()).prop_map(|(name, dosage, frequency)| MedicationLine {
        name,
        dosage,
        frequency,
        ..MedicationLine::default()
    });
    let texts = (word(), word(), word(), prop::option::of(0_u16..9));
    (texts, vec(diagnosis, 0..3), vec(line, 0..4)).prop_map(
        |((patient_name, instructions, follow_up, patient_age), diagnoses, medications)| {
            PrescriptionContent {
                patient_name,
                patient_age,
                instructions,
                follow_up,
                diagnoses,
                medications,
                ..PrescriptionContent::default()
            }
        },
    )
}

/// Everything a version says, in its order, as a list of texts.
fn all(content: &PrescriptionContent) -> Vec<String> {
    let age = content.patient_age.map(|years| years.to_string());
    let mut all = vec![
        content.patient_name.clone(),
        age.unwrap_or_default(),
        content.instructions.clone(),
        content.follow_up.clone(),
    ];
    for row in &content.diagnoses {
        all.extend(said_in_row(&[&row.text, &row.icd10]));
    }
    all.push("the medicines".to_owned());
    for row in &content.medications {
        all.extend(said_in_row(&[&row.name, &row.dosage, &row.frequency]));
    }
    all.iter().map(|text| text.trim().to_owned()).collect()
}

fn said_in_row(row: &[&String]) -> Vec<String> {
    if row.iter().all(|text| text.trim().is_empty()) {
        return Vec::new();
    }
    row.iter().map(|text| (*text).clone()).collect()
}

fn holds(content: &PrescriptionContent, said: &str) -> bool {
    let all = all(content);
    said.split(['\n', ','])
        .map(str::trim)
        .all(|part| part.is_empty() || part == "No name" || all.iter().any(|t| t == part))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn equal_contents_have_no_difference(content in content()) {
        let form = PrescriptionForm::from(content);
        prop_assert!(differences(&form, &form).is_empty());
        let again = PrescriptionForm::from(form.clone().into_content().unwrap());
        prop_assert!(differences(&form, &again).is_empty());
    }

    #[test]
    fn every_difference_named_is_real(mine in content(), theirs in content()) {
        let named = differences(&mine.clone().into(), &theirs.clone().into());
        for Difference { field, mine: here, theirs: there } in &named {
            prop_assert_ne!(here, there, "{}", field);
            prop_assert!(holds(&mine, here), "{}: {:?}", field, here);
            prop_assert!(holds(&theirs, there), "{}: {:?}", field, there);
        }
        let mut fields: Vec<_> = named.iter().map(|difference| &difference.field).collect();
        fields.sort_unstable();
        fields.dedup();
        prop_assert_eq!(fields.len(), named.len(), "each field once");
    }

    #[test]
    fn contents_without_a_difference_say_the_same(
        mine in content(),
        other in content(),
        part in 0_u8..5,
    ) {
        // Alike but for one part, or for none.
        let mut theirs = mine.clone();
        match part {
            0 => theirs.diagnoses = other.diagnoses,
            1 => theirs.medications = other.medications,
            2 => theirs.medications.reverse(),
            3 => theirs.patient_age = other.patient_age,
            _ => theirs.follow_up.push(' '),
        }
        let named = differences(&mine.clone().into(), &theirs.clone().into());
        prop_assert_eq!(named.is_empty(), all(&mine) == all(&theirs), "{:?}", named);
    }
}
