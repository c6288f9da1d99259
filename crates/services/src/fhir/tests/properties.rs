//! Whatever is written, the bundle is whole.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use seva_model::{Diagnosis, MedicationLine, PrescriptionContent};

use super::{as_json, resources, taken};
use crate::fhir::text::clean;

fn a_text() -> impl Strategy<Value = String> {
    let plain = [
        "1-0-1",
        "½-0-2",
        "10-0-6",
        "0-0-0",
        "twice daily",
        "every 6 hours",
        "SOS",
        "once a week",
        "1 tablet",
        "10 ml",
        "2 puffs",
        "500mg",
        "5 days",
        "two weeks",
        "oral",
        "tablet",
        "6809",
        "E11.9",
        "Female",
        "",
    ];
    prop_oneof![
        3 => prop::sample::select(plain.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,40}",
        1 => any::<String>(),
        1 => "[ \u{a0}\t\n\u{200b}]{0,3}",
    ]
}

fn a_line() -> impl Strategy<Value = MedicationLine> {
    prop::collection::vec(a_text(), 10).prop_map(|texts| {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap();
        MedicationLine {
            name: next(),
            generic: next(),
            strength: next(),
            dosage: next(),
            form: next(),
            route: next(),
            frequency: next(),
            duration: next(),
            instructions: next(),
            rxnorm: next(),
            source: None,
        }
    })
}

fn a_content() -> impl Strategy<Value = PrescriptionContent> {
    let diagnosis = (a_text(), a_text()).prop_map(|(text, icd10)| Diagnosis {
        text,
        icd10,
        source: None,
    });
    (
        a_text(),
        prop::option::of(0_u16..150),
        a_text(),
        prop::collection::vec(diagnosis, 0..4),
        prop::collection::vec(a_line(), 0..5),
    )
        .prop_map(
            |(patient_name, patient_age, patient_gender, diagnoses, medications)| {
                PrescriptionContent {
                    patient_name,
                    patient_age,
                    patient_gender,
                    diagnoses,
                    medications,
                    ..PrescriptionContent::default()
                }
            },
        )
}

/// What stands under a key, wherever it is, and whether everything is as FHIR wants
/// it: nothing empty, and texts without odd white space.
fn walk<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a Value>) -> Result<(), TestCaseError> {
    match value {
        Value::Null => return Err(TestCaseError::fail("null")),
        Value::Bool(_) => {}
        Value::Number(number) => prop_assert!(number.as_f64().is_some_and(f64::is_finite)),
        Value::String(text) => {
            let cleaned = clean(text);
            prop_assert_eq!(cleaned.as_ref(), Some(text));
        }
        Value::Array(items) => {
            prop_assert!(!items.is_empty());
            for item in items {
                walk(item, key, found)?;
            }
        }
        Value::Object(fields) => {
            prop_assert!(!fields.is_empty());
            for (name, field) in fields {
                if name == key {
                    found.push(field);
                }
                walk(field, key, found)?;
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_reference_resolves_within_the_bundle_and_ids_are_unique(
        content in a_content(), is_signed in any::<bool>()
    ) {
        let bundle = as_json(content.clone(), is_signed);
        let mut references = Vec::new();
        walk(&bundle, "reference", &mut references)?;
        let entries = bundle["entry"].as_array().unwrap();
        let mut urls = BTreeSet::new();
        for entry in entries {
            let url = entry["fullUrl"].as_str().unwrap();
            prop_assert_eq!(url, format!("urn:uuid:{}", entry["resource"]["id"].as_str().unwrap()));
            prop_assert!(urls.insert(url), "{} twice", url);
        }
        for reference in references {
            prop_assert!(urls.contains(reference.as_str().unwrap()), "{} leads nowhere", reference);
        }
        prop_assert_eq!(resources(&bundle, "MedicationRequest").len(), content.medications.len());
        prop_assert_eq!(resources(&bundle, "Condition").len(), content.diagnoses.len());
        // The same prescription makes the same bundle.
        prop_assert_eq!(as_json(content, is_signed), bundle);
    }

    #[test]
    fn timings_and_doses_are_sound(line in a_line()) {
        let dosages = taken(line);
        for dosage in dosages.as_array().into_iter().flatten() {
            prop_assert!(dosage["text"].is_string());
            let repeat = &dosage["timing"]["repeat"];
            if repeat["frequency"].is_u64() {
                prop_assert!(repeat["frequency"].as_u64() > Some(0));
                prop_assert!(repeat["period"].as_f64() > Some(0.0));
                prop_assert!(["h", "d", "wk", "mo"].contains(&repeat["periodUnit"].as_str().unwrap()));
            }
            for moment in repeat["when"].as_array().into_iter().flatten() {
                prop_assert!(["MORN", "NOON", "EVE", "NIGHT"].contains(&moment.as_str().unwrap()));
            }
            if let Some(dose) = dosage["doseAndRate"].get(0) {
                prop_assert!(dose["doseQuantity"]["value"].as_f64() > Some(0.0));
            }
        }
    }
}
