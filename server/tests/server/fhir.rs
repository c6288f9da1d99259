//! Prescriptions as FHIR R4, in the eyes of a validator that is not SEVA's own.

use reqwest::StatusCode;
use serde_json::{Value, json};
use seva_model::{Diagnosis, MedicationLine, PrescriptionContent, PrescriptionId, UserId};
use time::UtcOffset;

use crate::support::{Browser, TestApp, fhir_faults, spawn_web};

fn line(fields: [&str; 8]) -> MedicationLine {
    let [
        name,
        strength,
        dosage,
        form,
        route,
        frequency,
        duration,
        instructions,
    ] = fields.map(str::to_owned);
    MedicationLine {
        name,
        strength,
        dosage,
        form,
        route,
        frequency,
        duration,
        instructions,
        ..MedicationLine::default()
    }
}

fn diagnosis(text: &str, icd10: &str) -> Diagnosis {
    Diagnosis {
        text: text.to_owned(),
        icd10: icd10.to_owned(),
        source: None,
    }
}

/// What a doctor writes on a busy day.
fn usual() -> PrescriptionContent {
    PrescriptionContent {
        patient_name: "Imran Qureshi".to_owned(),
        patient_age: Some(54),
        patient_gender: "Male".to_owned(),
        diagnoses: vec![
            diagnosis("Type 2 diabetes", "E11.9"),
            diagnosis("Hypertension", "i10"),
        ],
        medications: vec![
            MedicationLine {
                rxnorm: "6809".to_owned(),
                ..line([
                    "Metformin",
                    "500 mg",
                    "",
                    "tablet",
                    "oral",
                    "1-0-1",
                    "30 days",
                    "after food",
                ])
            },
            line([
                "Insulin",
                "",
                "1 unit",
                "",
                "subcutaneous",
                "10-0-6",
                "30 days",
                "",
            ]),
            line([
                "Ibuprofen",
                "400 mg",
                "1 tablet",
                "",
                "",
                "every 8 hours as needed",
                "",
                "",
            ]),
            line([
                "Vitamin D3",
                "60000 IU",
                "1 sachet",
                "",
                "oral",
                "once a week",
                "8 weeks",
                "",
            ]),
            line([
                "Ascoril",
                "",
                "10 ml",
                "syrup",
                "",
                "thrice daily",
                "1 month",
                "shake well",
            ]),
        ],
        instructions: "Walk for half an hour a day.".to_owned(),
        follow_up: "After a month".to_owned(),
    }
}

/// What nobody should write, and somebody does.
fn odd() -> Vec<PrescriptionContent> {
    let texts = [
        "",
        "\u{a0}",
        "a\u{2003}b",
        "<b>&amp;</b>",
        "क्ष\u{200d}मा",
        "😀",
        "1-0-½",
        "0-0-0",
        "SOS",
        "0 tablets",
        "1e9 tablets",
        "twice daily for 1000 days",
    ];
    let of_text = |text: &&str| PrescriptionContent {
        patient_name: (*text).to_owned(),
        patient_gender: "x".to_owned(),
        diagnoses: vec![diagnosis(text, "not a code"), diagnosis("", text)],
        medications: vec![
            line([*text; 8]),
            line(["A", "", *text, "", "", *text, *text, ""]),
        ],
        ..PrescriptionContent::default()
    };
    texts.iter().map(of_text).collect()
}

async fn store(app: &TestApp, user: UserId, content: PrescriptionContent) -> PrescriptionId {
    let created = app.services.create_prescription(user, None, content);
    created.await.unwrap()
}

async fn bundle(doctor: &Browser, id: PrescriptionId) -> Value {
    let response = doctor
        .get(&format!("/api/v1/prescriptions/{id}/fhir"))
        .await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/fhir+json");
    response.json().await.unwrap()
}

fn resources<'a>(bundle: &'a Value, kind: &str) -> Vec<&'a Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    let resources = entries.map(|entry| &entry["resource"]);
    resources
        .filter(|resource| resource["resourceType"] == kind)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_prescription_holds_its_bundle_validates() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let user = app.user(0).await;
    let mut bundles = Vec::new();
    let empty = PrescriptionContent::default();
    for content in [usual(), empty].into_iter().chain(odd()) {
        let id = store(&app, user.id, content).await;
        bundles.push(bundle(&doctor, id).await);
    }
    assert_eq!(fhir_faults(&bundles), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_bundle_validates_and_names_the_doctor_as_it_was_signed() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let user = app.user(0).await;
    app.register(&user, "Dr. Asha Verma", "MH-12345").await;
    let id = store(&app, user.id, usual()).await;
    let draft = bundle(&doctor, id).await;
    assert_eq!(resources(&draft, "MedicationRequest")[0]["status"], "draft");
    assert!(resources(&draft, "DocumentReference").is_empty());

    app.services
        .finalize_prescription(user.id, id, 1, UtcOffset::UTC)
        .await
        .unwrap();
    app.register(&user, "Dr. Asha Verma-Rao", "KA-99999").await;
    let signed = bundle(&doctor, id).await;
    assert_eq!(fhir_faults(&[draft, signed.clone()]), Vec::<String>::new());

    let practitioner = resources(&signed, "Practitioner")[0];
    assert_eq!(practitioner["name"], json!([{ "text": "Dr. Asha Verma" }]));
    assert_eq!(practitioner["identifier"][0]["value"], "MH-12345");
    assert_eq!(resources(&signed, "MedicationRequest").len(), 5);
    let condition = resources(&signed, "Condition")[1];
    assert_eq!(condition["code"]["coding"][0]["code"], "I10");
    let paper = resources(&signed, "DocumentReference")[0];
    let url = paper["content"][0]["attachment"]["url"].as_str().unwrap();
    let path = url.strip_prefix(&app.address).unwrap();
    let link = doctor.get(path).await;
    assert_eq!(link.status(), StatusCode::TEMPORARY_REDIRECT);

    let (rows, id) = (app.rows(), id.to_string());
    assert_eq!(rows.audited(&id, "prescription.read_fhir").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_validator_finds_what_is_wrong() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let user = app.user(0).await;
    let id = store(&app, user.id, usual()).await;
    let good = bundle(&doctor, id).await;
    // Patient, practitioner, age and two conditions come before the first request.
    let request = 5;
    let spoilt = |spoil: &dyn Fn(&mut Value)| {
        let mut bundle = good.clone();
        spoil(&mut bundle["entry"][request]["resource"]);
        bundle
    };
    let bundles = [
        spoilt(&|it| it["status"] = json!("signed")),
        spoilt(&|it| it["subject"] = json!({ "reference": "urn:uuid:nobody" })),
        spoilt(&|it| drop(it["medicationCodeableConcept"].take())),
        spoilt(&|it| it["invented"] = json!(1)),
        spoilt(&|it| it["dosageInstruction"][0]["timing"]["repeat"]["frequency"] = json!(0)),
    ];
    for (place, spoilt) in bundles.iter().enumerate() {
        let faults = fhir_faults(std::slice::from_ref(spoilt));
        assert_ne!(faults, Vec::<String>::new(), "{place}");
    }
}
