//! One doctor's rows do not exist for another.

use reqwest::{Method, StatusCode};
use serde_json::Value;
use seva_model::{PrescriptionContent, TranscriptionId, UserId};

use crate::support::{Browser, TestApp, recordings, spawn_web};

async fn user(app: &TestApp, number: u32) -> UserId {
    let email = format!("doctor{number}@clinic.example").parse().unwrap();
    let password = seva_model::Password::attempt(crate::support::PASSWORD.to_owned());
    let signed_in = app.services.sign_in(&email, &password).await.unwrap();
    signed_in.signed_in().unwrap().id
}

fn addresses(dictation: &str, prescription: &str) -> Vec<(Method, String)> {
    let dictation = format!("/api/v1/transcriptions/{dictation}");
    let prescription = format!("/api/v1/prescriptions/{prescription}");
    vec![
        (Method::GET, dictation.clone()),
        (Method::GET, format!("{dictation}/events")),
        (Method::GET, format!("{dictation}/audio")),
        (Method::POST, format!("{dictation}/cancel")),
        (Method::POST, format!("{dictation}/retry")),
        (Method::POST, format!("{dictation}/extract")),
        (Method::DELETE, dictation),
        (Method::GET, format!("{prescription}/preview.pdf")),
        (Method::GET, format!("{prescription}/pdf")),
    ]
}

async fn statuses(who: &Browser, addresses: &[(Method, String)]) -> Vec<StatusCode> {
    let mut found = Vec::new();
    for (method, path) in addresses {
        let response = who.request(method.clone(), path).send().await.unwrap();
        found.push(response.status());
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn another_doctors_everything_is_not_found() {
    let app = spawn_web().await;
    let owner = app.doctor().await;
    let other = app.doctor().await;
    let dictation = owner.dictate("a.m4a", recordings::short()).await;
    let owner_id = user(&app, 0).await;
    let prescription = app
        .services
        .create_prescription(owner_id, None, PrescriptionContent::default())
        .await
        .unwrap()
        .to_string();

    let addresses = addresses(&dictation, &prescription);
    let expected = vec![StatusCode::NOT_FOUND; addresses.len()];
    assert_eq!(statuses(&other, &addresses).await, expected);
    let unknown = TranscriptionId::generate();
    let made_up = other
        .get(&format!("/api/v1/transcriptions/{unknown}"))
        .await;
    let foreign = other
        .get(&format!("/api/v1/transcriptions/{dictation}"))
        .await;
    let sentence = |body: Value| body["error"]["message"].clone();
    assert_eq!(
        sentence(made_up.json().await.unwrap()),
        sentence(foreign.json().await.unwrap()),
        "nobody learns what exists"
    );
    let listed = other.read("/api/v1/transcriptions").await;
    assert_eq!(listed["transcriptions"].as_array().unwrap().len(), 0);
    assert_eq!(other.search("imran").await, Vec::<String>::new());
    assert_eq!(owner.search("imran").await, [dictation.as_str()]);

    // Nobody at all hears that they have to sign in.
    let expected = vec![StatusCode::UNAUTHORIZED; addresses.len()];
    assert_eq!(statuses(&app.stranger(), &addresses).await, expected);

    // Nothing of this has changed anything for the owner.
    assert_eq!(owner.dictation(&dictation).await["status"], "PENDING");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_makes_no_sense_is_not_found() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.get("/api/v1/transcriptions/not-an-id").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["error"]["code"], "NOT_FOUND");
}
