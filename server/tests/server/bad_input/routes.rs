//! Texts in every field of the API. All other fields are as they should be, so that the
//! one text decides what becomes of the request.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{
    refused,
    takes::Takes::{self, Any, Name, Nothing, Text},
    texts::{PRESCRIPTIONS, UNFIT, UNLIMITED, drafted, texts},
};
use crate::support::{Browser, PASSWORD, TestApp, spawn_web_with};

/// Name, value and what it takes instead. In a value `{n}` is another number each time.
type Field = (&'static str, Value, Takes);

/// A route of the API that reads JSON.
struct Route {
    method: Method,
    path: String,
    fields: Vec<Field>,
}

impl Route {
    fn post(path: &str, fields: Vec<Field>) -> Self {
        Self {
            method: Method::POST,
            path: format!("/api/v1{path}"),
            fields,
        }
    }

    /// Its body with a text in one field.
    fn body(&self, at: usize, text: &str, number: usize) -> String {
        let fields = self.fields.iter().enumerate();
        let pairs = fields.map(|(place, (name, value, _))| {
            let value = match value {
                _ if place == at => json!(text),
                Value::String(value) => json!(value.replace("{n}", &number.to_string())),
                value => value.clone(),
            };
            ((*name).to_owned(), value)
        });
        Value::Object(pairs.collect::<Map<_, _>>()).to_string()
    }
}

fn routes_of_accounts() -> Vec<Route> {
    let field = |name, value: &str, takes| (name, json!(value), takes);
    let email = || field("email", "doctor0@clinic.example", Nothing);
    let code = || field("confirmation_code", "000000", Nothing);
    let new = || field("password", "Other-Pass-1", Nothing);
    let right = |name| field(name, PASSWORD, Nothing);
    let register = vec![
        field("email", "new{n}@clinic.example", Nothing),
        right("password"),
        field("full_name", "Dr. Asha Verma", Name),
    ];
    let token = vec![
        field("name", "Sync", Name),
        ("scopes", json!(["read:dictations"]), Nothing),
        ("expires_in_days", json!(30), Nothing),
    ];
    vec![
        Route::post("/auth/register", register),
        Route::post("/auth/confirm", vec![email(), code()]),
        Route::post("/auth/resend", vec![email()]),
        Route::post("/auth/login", vec![email(), right("password")]),
        Route::post("/auth/challenge", vec![code(), new()]),
        Route::post("/auth/forgot", vec![email()]),
        Route::post("/auth/reset", vec![email(), code(), new()]),
        Route::post("/auth/password", vec![new(), right("old_password")]),
        Route::post("/auth/tokens", token),
        Route::post(
            "/auth/authenticator/confirm",
            vec![code(), right("current_password")],
        ),
        Route::post(
            "/auth/authenticator/remove",
            vec![right("current_password")],
        ),
    ]
}

fn routes_about_patients(draft: &str) -> Vec<Route> {
    let field = |name, value: &str, takes| (name, json!(value), takes);
    let content = || {
        vec![
            field("patient_name", "Imran Qureshi", Text(255)),
            ("patient_age", json!(54), Nothing),
            field("patient_gender", "Male", Text(20)),
            field("diagnosis", "Hypertension", Text(255)),
            field("instructions", "Drink more water.", Text(4000)),
            field("follow_up", "After two weeks", Text(255)),
            ("medications", json!([{ "name": "Metformin" }]), Nothing),
        ]
    };
    let search = || {
        vec![
            field("search", "Imran", Any),
            ("status", Value::Null, Nothing),
            ("before", Value::Null, Any),
            ("limit", json!(25), Nothing),
        ]
    };
    let mut dictations = search();
    dictations.push(("since", Value::Null, Nothing));
    let mut new = content();
    new.push(("transcription_id", Value::Null, Nothing));
    let finalize = vec![("utc_offset_minutes", json!(330), Nothing)];
    vec![
        Route::post("/transcriptions/search", dictations),
        Route::post("/prescriptions/search", search()),
        Route::post("/prescriptions", new),
        Route::post(&format!("/prescriptions/{draft}/finalize"), finalize),
        Route {
            method: Method::PUT,
            path: format!("{PRESCRIPTIONS}/{draft}"),
            fields: content(),
        },
    ]
}

fn routes(draft: &str) -> Vec<Route> {
    let mut routes = routes_of_accounts();
    routes.extend(routes_about_patients(draft));
    routes
}

async fn send(doctor: &Browser, route: &Route, version: i64, body: String) -> Response {
    doctor
        .request(route.method.clone(), &route.path)
        .header("content-type", "application/json")
        .header("if-match", format!("\"{version}\""))
        .body(body)
        .send()
        .await
        .unwrap()
}

/// All that people made: rows, and changes of the draft.
async fn made(app: &TestApp, draft: &str) -> Vec<i64> {
    let rows = app.rows();
    let mut counts = vec![rows.audited(draft, "prescription.save").await];
    for table in [
        "users",
        "transcriptions",
        "jobs",
        "prescriptions",
        "access_tokens",
    ] {
        counts.push(rows.count(table).await);
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn json_that_is_too_deep_or_no_text_is_refused_by_every_route() {
    let app = spawn_web_with(&UNLIMITED).await;
    let (doctor, draft) = drafted(&app).await;
    let before = made(&app, &draft).await;
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    let nested = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
    for route in routes(&draft) {
        let path = &route.path;
        let field = route.fields[0].0;
        for bad in [
            deep.clone(),
            // A field that is not known.
            nested.clone(),
            format!("{{\"{field}\": {deep}}}"),
            format!("{{\"{field}\": \"\\ud800\"}}"),
            format!("{{\"{field}\": \"\\udc00\\ud800\"}}"),
            format!("{{\"{field}\": \"a\u{0}b\"}}"),
            format!("{{\"{field}\": 1e999}}"),
            "\u{feff}{}".to_owned(),
            "null".to_owned(),
            String::new(),
        ] {
            let shown: String = bad.chars().take(40).collect();
            let answer = send(&doctor, &route, 1, bad).await;
            assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}: {shown}");
            let error = refused(answer, StatusCode::BAD_REQUEST).await;
            assert_eq!(error["code"], "VALIDATION_FAILED", "{path}: {shown}");
        }
    }
    assert_eq!(made(&app, &draft).await, before);
}

/// The texts of a prescription's lines: list, name, and a line without it.
fn texts_of_lines() -> impl Iterator<Item = (&'static str, &'static str, Value)> {
    let of_medicine = [
        "name",
        "generic",
        "strength",
        "dosage",
        "form",
        "route",
        "frequency",
        "duration",
        "instructions",
        "rxnorm",
    ];
    let medicines = of_medicine.map(|name| ("medications", name, json!({ "name": "Metformin" })));
    let diagnoses =
        ["text", "icd10"].map(|name| ("diagnoses", name, json!({ "text": "Hypertension" })));
    medicines.into_iter().chain(diagnoses)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_can_not_be_in_a_line_of_a_prescription_is_refused_with_its_list() {
    let app = spawn_web_with(&UNLIMITED).await;
    let (doctor, draft) = drafted(&app).await;
    let before = made(&app, &draft).await;
    let path = format!("{PRESCRIPTIONS}/{draft}");
    let stored = doctor.read(&path).await;
    let save = Route {
        method: Method::PUT,
        path: path.clone(),
        fields: Vec::new(),
    };
    for route in [Route::post("/prescriptions", Vec::new()), save] {
        for (list, name, mut line) in texts_of_lines() {
            let what = match list {
                "medications" => "each part of a medicine",
                _ => "each diagnosis",
            };
            for text in UNFIT.into_iter().chain(["a\nb", "a\u{7f}b"]) {
                line[name] = json!(text);
                let body = json!({ "patient_name": "Imran", list: [line] }).to_string();
                let answer = send(&doctor, &route, 1, body).await;
                let error = refused(answer, StatusCode::BAD_REQUEST).await;
                let sentence = format!("Remove the invisible characters from {what}.");
                let place = format!("{} {list}, {name}: {text:?}", route.method);
                assert_eq!(error["code"], "VALIDATION_FAILED", "{place}");
                assert_eq!(error["message"], sentence, "{place}");
                assert_eq!(error["fields"], json!({ list: sentence }), "{place}");
            }
            // No text at all, so that the body is no JSON.
            for text in ["\\ud800", "a\\udc00b", "\\udc00\\ud800", "a\u{0}b"] {
                line[name] = json!("{text}");
                let body = json!({ "patient_name": "Imran", list: [line] }).to_string();
                let body = body.replace("{text}", text);
                let answer = send(&doctor, &route, 1, body).await;
                let error = refused(answer, StatusCode::BAD_REQUEST).await;
                let place = format!("{} {list}, {name}: {text:?}", route.method);
                assert_eq!(error["code"], "VALIDATION_FAILED", "{place}");
            }
        }
    }
    assert_eq!(made(&app, &draft).await, before);
    assert_eq!(doctor.read(&path).await, stored);
}

/// Sends a text in one field: it is kept if the field takes it, and refused with a
/// sentence if it does not.
async fn try_text(
    (app, doctor, draft): (&TestApp, &Browser, &str),
    route: &Route,
    at: usize,
    text: &str,
    number: usize,
) {
    let (name, _, takes) = &route.fields[at];
    let before = made(app, draft).await;
    // A draft begins with version 1, and each change adds one.
    let version = 1 + before[0];
    let body = route.body(at, text, number);
    let answer = send(doctor, route, version, body).await;
    let status = answer.status();
    let place = format!("{status} {} {}, {name}: {text:?}", route.method, route.path);
    assert!(!status.is_server_error(), "{place}");
    let said = answer.text().await.unwrap();
    let after = made(app, draft).await;
    if status.is_client_error() {
        let said: Value = serde_json::from_str(&said).unwrap();
        let message = said["error"]["message"].as_str().unwrap();
        assert!(message.ends_with('.'), "{place}: {message}");
        assert!(!message.contains(text), "{place}: {message}");
        assert_eq!(after, before, "{place}");
    }
    match takes.takes(text.as_bytes()) {
        Some(true) => {
            let added = after.iter().sum::<i64>() - before.iter().sum::<i64>();
            assert_eq!(added, 1, "{place} is not kept");
        }
        Some(false) => assert!(status.is_client_error(), "{place} is taken"),
        None => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_any_field_of_any_route_is_refused_or_kept_as_it_is() {
    let app = spawn_web_with(&UNLIMITED).await;
    let (doctor, draft) = drafted(&app).await;
    let mut number = 0;
    for route in routes(&draft) {
        for at in 0..route.fields.len() {
            for text in texts() {
                number += 1;
                try_text((&app, &doctor, draft.as_str()), &route, at, text, number).await;
            }
        }
    }
}
