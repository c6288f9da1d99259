//! A request that makes something may be sent again when its answer was lost.

use futures::future::join_all;
use reqwest::{
    Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::support::{Browser, recordings, spawn_web};

const PRESCRIPTIONS: &str = "/api/v1/prescriptions";

async fn post(who: &Browser, path: &str, key: &str, body: &Value) -> Response {
    let request = who.request(Method::POST, path).json(body);
    let request = request.header("idempotency-key", key);
    request.send().await.unwrap()
}

fn is_replayed(response: &Response) -> bool {
    let header = response.headers().get("idempotency-replayed");
    header.is_some_and(|value| value == "true")
}

/// The answer with its status, and whether it is that of an earlier request.
async fn answer(response: Response) -> (StatusCode, bool, Value) {
    let (status, replayed) = (response.status(), is_replayed(&response));
    (status, replayed, response.json().await.unwrap())
}

fn of(name: &str) -> Value {
    json!({ "patient_name": name, "medications": [{ "name": "Metformin" }] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_makes_one_prescription() {
    let app = spawn_web().await;
    let (doctor, other) = (app.doctor().await, app.doctor().await);
    let (status, replayed, first) =
        answer(post(&doctor, PRESCRIPTIONS, "key-1", &of("Imran")).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    let (status, replayed, second) =
        answer(post(&doctor, PRESCRIPTIONS, "key-1", &of("Imran")).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, true));
    assert_eq!(first, second);

    let (status, _, error) = answer(post(&doctor, PRESCRIPTIONS, "key-1", &of("Asha")).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(error["error"]["code"], "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.rows().count("prescriptions").await, 1);

    // A key is its caller's own, and another key is another request.
    for (who, key) in [(&other, "key-1"), (&doctor, "key-2")] {
        let (status, replayed, made) =
            answer(post(who, PRESCRIPTIONS, key, &of("Imran")).await).await;
        assert_eq!((status, replayed), (StatusCode::CREATED, false));
        assert_ne!(made["prescription_id"], first["prescription_id"]);
    }
    let id = first["prescription_id"].as_str().unwrap();
    assert_eq!(app.rows().audited(id, "prescription.create").await, 1);
    let remembered = app.rows().requests().await;
    assert!(remembered.contains(id), "the id is");
    for word in ["Imran", "Metformin", "key-1"] {
        assert!(!remembered.contains(word), "{word} is not remembered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_make_one_prescription() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let body = of("Imran");
    let all = (0..8).map(|_| post(&doctor, PRESCRIPTIONS, "at-once", &body));
    let mut replays = 0;
    let mut ids = Vec::new();
    for response in join_all(all).await {
        let (status, replayed, body) = answer(response).await;
        assert_eq!(status, StatusCode::CREATED);
        replays += u32::from(replayed);
        ids.push(body["prescription_id"].as_str().unwrap().to_owned());
    }
    ids.dedup();
    assert_eq!((replays, ids.len()), (7, 1));
    assert_eq!(app.rows().count("prescriptions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_may_be_mended_under_its_key() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let wrong = json!({ "patient_name": "Imran", "patient_age": 500 });
    let (status, ..) = answer(post(&doctor, PRESCRIPTIONS, "mended", &wrong).await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, replayed, _) =
        answer(post(&doctor, PRESCRIPTIONS, "mended", &of("Imran")).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    for bad in ["two words", &"x".repeat(256)] {
        let (status, ..) = answer(post(&doctor, PRESCRIPTIONS, bad, &of("Imran")).await).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(app.rows().count("prescriptions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_forgotten_after_a_day() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let (_, _, first) = answer(post(&doctor, PRESCRIPTIONS, "daily", &of("Asha")).await).await;
    app.rows().age_requests(23).await;
    let (status, ..) = answer(post(&doctor, PRESCRIPTIONS, "daily", &of("Imran")).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    app.rows().age_requests(2).await;
    let (status, replayed, second) =
        answer(post(&doctor, PRESCRIPTIONS, "daily", &of("Imran")).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    assert_ne!(first["prescription_id"], second["prescription_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafting_and_copying_are_repeated_as_they_were_answered() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let dictation = doctor.dictate("a.m4a", recordings::short()).await;
    app.rows().end_without_entities(&dictation, "Rest.").await;
    let body = json!({ "transcription_id": dictation });
    let mut answers = Vec::new();
    for key in ["draft-1", "draft-1", "draft-2", "draft-2"] {
        let (status, replayed, made) = answer(post(&doctor, PRESCRIPTIONS, key, &body).await).await;
        answers.push((status.as_u16(), replayed));
        assert_eq!(made["success"], true);
    }
    // The second key finds the draft of the first, and is told so again.
    assert_eq!(
        answers,
        [(201, false), (201, true), (200, false), (200, true)]
    );
    assert_eq!(app.rows().count("prescriptions").await, 1);

    let (_, _, made) = answer(post(&doctor, PRESCRIPTIONS, "draft-1", &body).await).await;
    let id = made["prescription_id"].as_str().unwrap();
    let copy = format!("{PRESCRIPTIONS}/{id}/copy");
    let (status, replayed, first) = answer(post(&doctor, &copy, "copy", &json!({})).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, false));
    let (status, replayed, second) = answer(post(&doctor, &copy, "copy", &json!({})).await).await;
    assert_eq!((status, replayed), (StatusCode::CREATED, true));
    assert_eq!(first, second);
    // The key of one request stands for no other.
    let (status, ..) = answer(post(&doctor, PRESCRIPTIONS, "copy", &body).await).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(app.rows().count("prescriptions").await, 2);
}

async fn upload(doctor: &Browser, key: &str, content: Vec<u8>, specialty: &str) -> Response {
    let audio = Part::bytes(content).file_name("visit.m4a");
    let form = Form::new()
        .part("audio_file", audio)
        .text("specialty", specialty.to_owned())
        .text("patient_name", "Imran Qureshi");
    let request = doctor.request(Method::POST, "/api/v1/transcriptions");
    let request = request.header("idempotency-key", key).multipart(form);
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_recording_is_taken_in_once() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let recording = recordings::short;
    let (status, replayed, first) =
        answer(upload(&doctor, "visit", recording(), "CARDIOLOGY").await).await;
    assert_eq!((status, replayed), (StatusCode::ACCEPTED, false));
    let (status, replayed, second) =
        answer(upload(&doctor, "visit", recording(), "CARDIOLOGY").await).await;
    assert_eq!((status, replayed), (StatusCode::ACCEPTED, true));
    assert_eq!(first, second);

    for (content, specialty) in [
        (recording(), "NEUROLOGY"),
        (recordings::sample(), "CARDIOLOGY"),
    ] {
        let (status, _, error) = answer(upload(&doctor, "visit", content, specialty).await).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(error["error"]["code"], "IDEMPOTENCY_KEY_REUSED");
    }
    let (status, ..) = answer(upload(&doctor, "a b", recording(), "CARDIOLOGY").await).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    for table in ["transcriptions", "jobs"] {
        assert_eq!(app.rows().count(table).await, 1, "{table}");
    }
    assert_eq!(
        app.files().len(),
        1,
        "the recording, and nothing on its way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_at_once_leave_one_recording() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let all = (0..4).map(|_| upload(&doctor, "at-once", recordings::short(), "CARDIOLOGY"));
    let mut replays = 0;
    for response in join_all(all).await {
        let (status, replayed, _) = answer(response).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        replays += u32::from(replayed);
    }
    assert_eq!(replays, 3);
    assert_eq!(app.rows().count("transcriptions").await, 1);
    assert_eq!(app.rows().count("object_intents").await, 0);
    assert_eq!(app.files().len(), 1);
}
