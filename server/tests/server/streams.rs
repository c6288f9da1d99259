//! Event streams of callers who are signed out, revoked, or have too many.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use seva_model::{DictationEvent, TranscriptionStatus};
use tokio::time::timeout;

use crate::{
    access_tokens::Program,
    support::{Browser, Events, PASSWORD, TestApp, recordings, spawn_wary_web, spawn_web_with},
};

/// How often streams of these tests look whether they may go on.
const CHECK: Duration = Duration::from_millis(100);
/// Reached only by a stream that does not end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A dictation that waits for its turn, which does not come: nothing happens to it.
async fn waiting(app: &TestApp) -> (Browser, String) {
    let doctor = app.doctor().await;
    let id = doctor.dictate("visit.m4a", recordings::short()).await;
    (doctor, id)
}

/// A stream whose first event has arrived.
async fn following(browser: &Browser, id: &str) -> Events {
    let mut events = browser.events(id, None).await;
    events.next().await.unwrap();
    events
}

async fn ended(events: Events) -> Vec<DictationEvent> {
    let rest = timeout(PATIENCE, events.rest()).await;
    rest.expect("the stream goes on")
}

async fn cancel(doctor: &Browser, id: &str) {
    let path = format!("/api/v1/transcriptions/{id}/cancel");
    let cancelled = doctor.post(&path, &json!({})).await;
    assert_eq!(cancelled.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_session_that_opened_it() {
    let app = spawn_wary_web(CHECK).await;
    let (doctor, id) = waiting(&app).await;
    let elsewhere = app.stranger();
    elsewhere.sign_in("doctor0@clinic.example").await;
    // This one goes on: it is looked at before the others are.
    let mut kept = following(&doctor, &id).await;
    let signed_out = following(&elsewhere, &id).await;
    let out = elsewhere.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(out.status(), StatusCode::OK);
    assert!(ended(signed_out).await.is_empty());

    elsewhere.sign_in("doctor0@clinic.example").await;
    let put_out = following(&elsewhere, &id).await;
    let body = json!({ "old_password": PASSWORD, "password": "Another-Pass-2" });
    let changed = doctor.post("/api/v1/auth/password", &body).await;
    assert_eq!(changed.status(), StatusCode::OK);
    assert!(ended(put_out).await.is_empty());

    cancel(&doctor, &id).await;
    let last = kept.until(|event| event.status == TranscriptionStatus::Cancelled);
    timeout(PATIENCE, last).await.unwrap();
    assert!(ended(kept).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_token_that_opened_it() {
    let app = spawn_wary_web(CHECK).await;
    let (doctor, id) = waiting(&app).await;
    let path = format!("/api/v1/transcriptions/{id}/events");
    let mut streams = Vec::new();
    for _ in 0..2 {
        let program = Program::of(&app, &doctor, &["read:dictations"]).await;
        let mut events = Events::new(program.get(&path).await);
        events.next().await.unwrap();
        streams.push((program, events));
    }
    let (revoked, stream) = streams.pop().unwrap();
    let (_, mut kept) = streams.pop().unwrap();
    let token = format!("/api/v1/auth/tokens/{}", revoked.id);
    let answer = doctor.request(Method::DELETE, &token).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(ended(stream).await.is_empty());

    cancel(&doctor, &id).await;
    let last = kept.until(|event| event.status == TranscriptionStatus::Cancelled);
    timeout(PATIENCE, last).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_too_many_is_refused_until_another_ends() {
    let app = spawn_web_with(&[("SEVA_STREAMS_PER_USER", "2")]).await;
    let (doctor, id) = waiting(&app).await;
    let path = format!("/api/v1/transcriptions/{id}/events");
    let one = following(&doctor, &id).await;
    let two = following(&doctor, &id).await;
    let refused = doctor.get(&path).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["retry-after"], "60");
    let refused: Value = refused.json().await.unwrap();
    assert_eq!(refused["error"]["code"], "RATE_LIMITED");
    let sentence = refused["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("2 dictations at once"), "{sentence}");
    // What is not followed is there all the same, and so is somebody else's.
    doctor.dictation(&id).await;
    let (other, of_other) = waiting(&app).await;
    following(&other, &of_other).await;

    cancel(&doctor, &id).await;
    for stream in [one, two] {
        ended(stream).await;
    }
    // The server lets go of a stream right after its last byte.
    let free = async {
        while doctor.get(&path).await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, free).await.unwrap();
}
