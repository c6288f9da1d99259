//! Texts that were made to be obeyed, and what becomes of those that are stored.

use reqwest::StatusCode;
use serde_json::{Value, json};
use seva_model::Stage;

use super::refused;
use crate::support::{Browser, TestApp, recordings, spawn_app, spawn_web_with};

pub(super) const PRESCRIPTIONS: &str = "/api/v1/prescriptions";
/// Nobody is slowed down here: that is what other tests are about.
pub(super) const UNLIMITED: [(&str, &str); 3] = [
    ("SEVA_SIGN_INS_PER_ADDRESS", "0"),
    ("SEVA_REQUESTS_PER_USER", "0"),
    ("SEVA_REQUESTS_PER_ADDRESS", "0"),
];
pub(super) const MARKUP: [&str; 2] = ["<script>alert(7)", "<img src=x"];

/// What may be stored, and must be shown as it is.
pub(super) const HARMLESS: [&str; 9] = [
    "<script>alert(7)</script>",
    "</textarea></title></style><script>alert(7)</script>",
    "\"><img src=x onerror=alert(7)>",
    "'; DROP TABLE prescriptions; --",
    "' OR '1'='1",
    "50% \\ _ %' ESCAPE '!",
    "${jndi:ldap://127.0.0.1/a} {{7*7}} #{7*7}",
    "Z\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}",
    "क्\u{200d}ष \u{200b}zero width",
];

/// What is stored nowhere.
pub(super) const UNFIT: [&str; 4] = ["a\u{0}b", "\u{0}", "a\u{1b}[31mb", "a\u{85}b"];

pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    HARMLESS.into_iter().chain(UNFIT)
}

/// A draft to work on, and its doctor.
pub(super) async fn drafted(app: &TestApp) -> (Browser, String) {
    let doctor = app.doctor().await;
    let body = json!({ "patient_name": "Imran", "medications": [{ "name": "Metformin" }] });
    let made = doctor.post(PRESCRIPTIONS, &body).await;
    let made: Value = made.json().await.unwrap();
    let id = made["prescription_id"].as_str().unwrap().to_owned();
    (doctor, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_comes_back_unchanged_is_found_and_obeyed_by_nobody() {
    let app = spawn_web_with(&UNLIMITED).await;
    let doctor = app.doctor().await;
    for text in HARMLESS {
        let line = json!({
            "name": text, "generic": text, "strength": text, "dosage": text, "form": text,
            "route": text, "frequency": text, "duration": text, "instructions": text,
            "rxnorm": text,
        });
        // A gender has twenty characters.
        let body = json!({
            "patient_name": text, "instructions": text, "follow_up": text,
            "diagnoses": [{ "text": text, "icd10": text }], "medications": [line],
        });
        let made = doctor.post(PRESCRIPTIONS, &body).await;
        assert_eq!(made.status(), StatusCode::CREATED, "{text}");
        let made: Value = made.json().await.unwrap();
        let id = made["prescription_id"].as_str().unwrap();
        let read = doctor.read(&format!("{PRESCRIPTIONS}/{id}")).await;
        let read = &read["prescription"];
        for field in ["patient_name", "instructions", "follow_up"] {
            assert_eq!(read[field], text);
        }
        for (field, value) in line_of(read) {
            assert_eq!(value, text, "{field}");
        }
        let words = json!({ "search": text });
        let found = doctor
            .post(&format!("{PRESCRIPTIONS}/search"), &words)
            .await;
        let found: Value = found.json().await.unwrap();
        let ids: Vec<_> = found["prescriptions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| &row["id"])
            .collect();
        assert_eq!(ids, [id], "{text}");

        for page in ["/prescriptions", &format!("/prescriptions/{id}")] {
            assert_harmless(&doctor, page).await;
        }
        let paper = doctor
            .get(&format!("{PRESCRIPTIONS}/{id}/preview.pdf"))
            .await;
        assert_eq!(paper.status(), StatusCode::OK, "{text}");
        let bundle = doctor.read(&format!("{PRESCRIPTIONS}/{id}/fhir")).await;
        assert_eq!(bundle["resourceType"], "Bundle");
    }
}

/// The texts of a prescription's one medicine.
fn line_of(prescription: &Value) -> Vec<(String, String)> {
    let line = prescription["medications"][0].as_object().unwrap();
    let texts = line.iter().filter(|(name, _)| *name != "source");
    texts
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect()
}

pub(super) async fn assert_harmless(who: &Browser, page: &str) {
    let shown = who.open(page).await;
    assert_eq!(shown.status(), StatusCode::OK, "{page}");
    let shown = shown.text().await.unwrap();
    for markup in MARKUP {
        assert!(!shown.contains(markup), "{markup} in {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_nobody_linked_to_are_not_found() {
    let app = spawn_web_with(&UNLIMITED).await;
    let doctor = app.doctor().await;
    for id in [
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "'--",
        "%ff%fe",
        "%3Cscript%3Ealert(7)",
        "0",
        "-1",
    ] {
        for path in [
            format!("/api/v1/transcriptions/{id}"),
            format!("/api/v1/transcriptions/{id}/audio"),
            format!("/api/v1/prescriptions/{id}"),
            format!("/files/{id}"),
        ] {
            let answer = doctor.get(&path).await;
            assert!(answer.status().is_client_error(), "{path}");
        }
        for path in [
            format!("/dictations/{id}"),
            format!("/verify/{id}"),
            format!("/pkg/{id}"),
            format!("/{id}"),
        ] {
            let answer = doctor.open(&path).await;
            assert!(!answer.status().is_server_error(), "{path}");
            assert!(!answer.text().await.unwrap().contains(MARKUP[0]), "{path}");
        }
        for list in ["transcriptions", "prescriptions"] {
            for query in ["before", "status", "limit"] {
                let answer = doctor.get(&format!("/api/v1/{list}?{query}={id}")).await;
                let status = answer.status();
                assert!(!status.is_server_error(), "{list}?{query}={id}: {status}");
            }
        }
    }
    // A moment before anything was.
    let old = format!("-300000000000000000-{}", "0".repeat(32));
    let answer = doctor
        .get(&format!("/api/v1/transcriptions?before={old}"))
        .await;
    refused(answer, StatusCode::BAD_REQUEST).await;
}

/// What stands for a moment or for the name of a format, and is neither.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_an_address_that_can_not_be_is_refused_with_its_name() {
    let app = spawn_web_with(&UNLIMITED).await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    app.rows().end_without_entities(&id, "Take rest.").await;
    let list = "/api/v1/transcriptions";
    let long = "9".repeat(300);
    let unfit = [
        "%00",
        "%ff%fe",
        "%27",
        "%22",
        "%27%20OR%20%271%27=%271",
        "%27;%20DROP%20TABLE%20transcriptions;%20--",
        "%E2%80%AE",
        "%3Cscript%3Ealert(7)%3C/script%3E",
        &long,
    ];
    for (path, name, good) in [
        (list.to_owned(), "since", "2026-11-22T09:30:00Z"),
        (format!("{list}/{id}/transcript"), "format", "txt"),
    ] {
        let answer = doctor.get(&format!("{path}?{name}={good}")).await;
        assert_eq!(answer.status(), StatusCode::OK, "{name}={good}");
        let spoilt = ["%00", "%27", "%E2%80%8F"].map(|mark| format!("{good}{mark}"));
        for value in unfit.into_iter().chain(spoilt.iter().map(String::as_str)) {
            let answer = doctor.get(&format!("{path}?{name}={value}")).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{name}={value}");
            let error = refused(answer, StatusCode::BAD_REQUEST).await;
            assert_eq!(error["code"], "VALIDATION_FAILED", "{name}={value}");
            let fields = json!({ name: error["message"] });
            assert_eq!(error["fields"], fields, "{name}={value}");
        }
    }
}

/// The engine reads whatever was typed into a transcript, and goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_of_anything_is_searched_for_entities_and_shown() {
    let app = spawn_app().await;
    let doctor = app.doctor().await;
    let user = app.user(0).await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let mut events = doctor.events(&id, None).await;
    events.until(|event| event.stage == Stage::Done).await;
    for (version, text) in (0..).zip(HARMLESS) {
        let text = format!("Metformin 500 mg. {text} Denies chest pain.");
        let edited = app
            .services
            .edit_transcript(user.id, id.parse().unwrap(), version, &text)
            .await;
        edited.unwrap();
        let dictation = doctor.dictation(&id).await;
        assert_eq!(dictation["transcript"], text);
        let whole: Vec<char> = text.chars().collect();
        let entities = dictation["entities"].as_array().unwrap();
        assert!(!entities.is_empty(), "{text}");
        for entity in entities {
            let place = |name: &str| usize::try_from(entity[name].as_u64().unwrap()).unwrap();
            let said: String = whole[place("begin_offset")..place("end_offset")]
                .iter()
                .collect();
            assert_eq!(entity["text"], said);
        }
        assert_harmless(&doctor, &format!("/dictations/{id}")).await;
    }
}
