#![allow(clippy::unwrap_used)]
mod properties;

use serde_json::{Value, json};
use seva_model::PrescriptionContent;
use time::macros::datetime;

use super::*;

const BASE_URL: &str = "https://seva.example";

fn prescription(content: PrescriptionContent, is_signed: bool) -> Prescription {
    let at = datetime!(2026-11-22 08:30:00.25 UTC);
    Prescription {
        id: "019a0000-0000-7000-8000-000000000001".parse().unwrap(),
        transcription_id: None,
        status: if is_signed {
            PrescriptionStatus::Finalized
        } else {
            PrescriptionStatus::Draft
        },
        version: 2,
        content,
        verification_code: is_signed.then(|| "7K3QM-9TZ2X".to_owned()),
        updated_at: at,
        created_at: at,
        finalized_at: is_signed.then_some(at),
    }
}

fn as_json(content: PrescriptionContent, is_signed: bool) -> Value {
    let prescriber = Prescriber {
        name: "Dr. Asha Verma".to_owned(),
        registration_number: "MH-12345".to_owned(),
    };
    let bundle = bundle(&prescription(content, is_signed), &prescriber, BASE_URL);
    serde_json::to_value(bundle).unwrap()
}

/// The resources of a kind.
fn resources<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap();
    entries
        .iter()
        .map(|entry| &entry["resource"])
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

fn line(name: &str, fields: [&str; 6]) -> MedicationLine {
    let [strength, dosage, route, frequency, duration, instructions] = fields.map(str::to_owned);
    MedicationLine {
        name: name.to_owned(),
        strength,
        dosage,
        route,
        frequency,
        duration,
        instructions,
        ..MedicationLine::default()
    }
}

/// What the bundle says of taking one medicine.
fn taken(line: MedicationLine) -> Value {
    let content = PrescriptionContent {
        medications: vec![line],
        ..PrescriptionContent::default()
    };
    let bundle = as_json(content, false);
    resources(&bundle, "MedicationRequest")[0]["dosageInstruction"].clone()
}

#[test]
fn ids_are_those_of_rfc_4122() {
    // The example of Python's documentation, in the name space of DNS.
    let dns = Uuid::parse_str("6ba7b810-9dad-11d1-80b4-00c04fd430c8").unwrap();
    let id = named(dns, "python.org").to_string();
    assert_eq!(id, "886313e1-3b8a-5372-9b90-0c9aee199e5d");
}

#[test]
fn a_signed_prescription_names_everybody_and_its_paper() {
    let content = PrescriptionContent {
        patient_name: "Imran Qureshi".to_owned(),
        patient_age: Some(54),
        patient_gender: "Male".to_owned(),
        diagnoses: vec![Diagnosis {
            text: "Type 2 diabetes".to_owned(),
            icd10: "E11.9".to_owned(),
            source: None,
        }],
        medications: vec![MedicationLine {
            rxnorm: "6809".to_owned(),
            form: "tablet".to_owned(),
            ..line(
                "Metformin",
                ["500 mg", "1 tablet", "oral", "twice daily", "30 days", ""],
            )
        }],
        ..PrescriptionContent::default()
    };
    let bundle = as_json(content, true);
    let patient = resources(&bundle, "Patient")[0];
    assert_eq!(patient["name"], json!([{ "text": "Imran Qureshi" }]));
    assert_eq!(patient["gender"], "male");
    let age = resources(&bundle, "Observation")[0];
    assert_eq!(age["valueQuantity"]["value"], 54.0);
    let doctor = resources(&bundle, "Practitioner")[0];
    assert_eq!(doctor["identifier"][0]["value"], "MH-12345");
    let condition = resources(&bundle, "Condition")[0];
    assert_eq!(
        condition["code"],
        json!({ "coding": [{ "system": ICD10_CM, "code": "E11.9" }], "text": "Type 2 diabetes" })
    );
    let request = resources(&bundle, "MedicationRequest")[0];
    assert_eq!(request["status"], "active");
    assert_eq!(
        request["medicationCodeableConcept"],
        json!({
            "coding": [{ "system": RXNORM, "code": "6809" }],
            "text": "Metformin 500 mg tablet",
        })
    );
    assert_eq!(
        request["dispenseRequest"]["quantity"],
        json!({ "value": 60.0, "unit": "tablet" })
    );
    let paper = resources(&bundle, "DocumentReference")[0];
    assert_eq!(
        paper["content"][0]["attachment"]["url"],
        format!("{BASE_URL}/api/v1/prescriptions/019a0000-0000-7000-8000-000000000001/pdf")
    );
    assert_eq!(request["authoredOn"], "2026-11-22T08:30:00.25Z");
}

#[test]
fn a_draft_is_called_one_and_has_no_paper() {
    let content = PrescriptionContent {
        medications: vec![MedicationLine::default()],
        ..PrescriptionContent::default()
    };
    let bundle = as_json(content, false);
    let request = resources(&bundle, "MedicationRequest")[0];
    assert_eq!(request["status"], "draft");
    assert_eq!(request.get("dosageInstruction"), None);
    assert_eq!(
        request["medicationCodeableConcept"],
        json!({ "text": "Not named" })
    );
    assert!(resources(&bundle, "DocumentReference").is_empty());
    assert_eq!(resources(&bundle, "Patient")[0].get("name"), None);
}

#[test]
fn a_count_and_a_period_are_a_timing() {
    let dosage = taken(line(
        "Ibuprofen",
        [
            "400 mg",
            "1 tablet",
            "oral",
            "every 8 hours as needed",
            "5 days",
            "after food",
        ],
    ));
    let day = |value: f64| json!({ "value": value, "unit": "days", "system": "http://unitsofmeasure.org", "code": "d" });
    assert_eq!(
        dosage,
        json!([{
            "text": "1 tablet, oral, every 8 hours as needed, for 5 days, after food",
            "patientInstruction": "after food",
            "timing": { "repeat": {
                "boundsDuration": day(5.0), "frequency": 1, "period": 8.0, "periodUnit": "h",
            }},
            "asNeededBoolean": true,
            "route": { "text": "oral" },
            "doseAndRate": [{ "doseQuantity": { "value": 1.0, "unit": "tablet" } }],
        }])
    );
}

#[test]
fn parts_of_the_day_with_one_amount_are_one_dosage() {
    let dosage = taken(line("Metformin", ["500 mg", "", "", "1-0-1", "", ""]));
    assert_eq!(
        dosage,
        json!([{
            "text": "1-0-1",
            "timing": { "repeat": {
                "frequency": 2, "period": 1.0, "periodUnit": "d", "when": ["MORN", "NIGHT"],
            }},
            "doseAndRate": [{ "doseQuantity": { "value": 1.0 } }],
        }])
    );
}

#[test]
fn parts_of_the_day_with_several_amounts_are_a_dosage_each() {
    let dosage = taken(line(
        "Insulin",
        ["", "1 unit", "subcutaneous", "10-0-6", "", ""],
    ));
    let said: Vec<_> = dosage
        .as_array()
        .unwrap()
        .iter()
        .map(|dosage| {
            (
                dosage["sequence"].as_u64().unwrap(),
                dosage["text"].as_str().unwrap(),
                dosage["timing"]["repeat"]["when"].clone(),
                dosage["doseAndRate"][0]["doseQuantity"]["value"].as_f64(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            (
                1,
                "10 unit in the morning (1 unit, subcutaneous, 10-0-6)",
                json!(["MORN"]),
                Some(10.0)
            ),
            (
                1,
                "6 unit at night (1 unit, subcutaneous, 10-0-6)",
                json!(["NIGHT"]),
                Some(6.0)
            ),
        ]
    );
}

#[test]
fn a_dose_and_parts_that_both_count_are_not_multiplied() {
    for (dose, frequency) in [("5 ml", "5-0-5"), ("10 units", "10-0-6")] {
        let dosage = taken(line("Syrup", ["", dose, "", frequency, "", ""]));
        let text = format!("{dose}, {frequency}");
        assert_eq!(dosage, json!([{ "text": text }]));
    }
    let marked = taken(line("Syrup", ["", "5 ml", "", "1-0-1", "", ""]));
    let dose = &marked[0]["doseAndRate"][0]["doseQuantity"]["value"];
    assert_eq!(dose, &json!(5.0));
}

#[test]
fn a_weekly_medicine_is_not_a_daily_one() {
    for frequency in ["once", "once every Monday", "10-0-6 for 3 days then 5-0-3"] {
        let dosage = taken(line("Methotrexate", ["", "", "", frequency, "", ""]));
        assert_eq!(dosage, json!([{ "text": frequency }]));
    }
}

#[test]
fn what_is_not_plain_stays_in_words() {
    let dosage = taken(line(
        "Prednisolone",
        [
            "",
            "1-2 tablets",
            "",
            "as the rash needs it",
            "until review",
            "",
        ],
    ));
    assert_eq!(
        dosage,
        json!([{ "text": "1-2 tablets, as the rash needs it, until review" }])
    );
}
