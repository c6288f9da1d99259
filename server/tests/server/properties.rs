//! Promises about the whole server that no other file of these tests is about. What
//! they are, and where the others are kept: docs/properties.md.

use std::{collections::BTreeSet, process::Command};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use seva_testkit::TestDatabase;
use time::UtcOffset;
use uuid::Uuid;

use crate::support::{recordings, spawn_web, variables};

/// Whoever is not signed in yet uses these.
const OPEN: [&str; 8] = [
    "/auth/register",
    "/auth/confirm",
    "/auth/resend",
    "/auth/login",
    "/auth/challenge",
    "/auth/logout",
    "/auth/forgot",
    "/auth/reset",
];

/// The routes that docs/api.md names in its tables.
fn documented() -> Vec<(Method, String)> {
    let page = include_str!("../../../docs/api.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows = rows.filter_map(|row| row.split_once('`').map(|(request, _)| request));
    rows.filter_map(|request| {
        let (method, path) = request.split_once(' ')?;
        path.starts_with("/api/v1/")
            .then(|| (method.parse().unwrap(), path.to_owned()))
    })
    .collect()
}

/// A route with ids of nothing in it.
fn address(route: &str) -> String {
    let mut address = String::new();
    for part in route.split('/').skip(1) {
        address.push('/');
        match part.starts_with('{') {
            true => address.push_str(&Uuid::nil().to_string()),
            false => address.push_str(part),
        }
    }
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn property_9_no_protected_route_answers_without_a_session() {
    let app = spawn_web().await;
    let routes = documented();
    assert!(routes.len() > 35, "{} routes are documented", routes.len());
    for cookie in [None, Some("seva=forged"), Some("seva=")] {
        for (method, route) in &routes {
            if OPEN.iter().any(|open| route.ends_with(open)) {
                continue;
            }
            let stranger = app.stranger();
            let mut request = stranger.request(method.clone(), &address(route));
            if let Some(cookie) = cookie {
                request = request.header("cookie", cookie);
            }
            if *method == Method::POST && route == "/api/v1/transcriptions" {
                request = request.multipart(recordings::form());
            } else if *method == Method::POST || *method == Method::PUT {
                request = request.header("if-match", "\"1\"").json(&json!({}));
            }
            let refused = request.send().await.unwrap();
            let status = refused.status();
            let expected = StatusCode::UNAUTHORIZED;
            assert_eq!(status, expected, "{method} {route} with {cookie:?}");
            let refused: Value = refused.json().await.unwrap();
            assert_eq!(refused["success"], false, "{method} {route}");
        }
    }
    assert_eq!(app.rows().count("transcriptions").await, 0);
    assert_eq!(app.files().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn property_19_an_upload_is_answered_with_its_own_job_whose_state_can_be_asked_for() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let mut jobs = BTreeSet::new();
    for _ in 0..3 {
        let begun = doctor.send_form(recordings::form()).await;
        assert_eq!(begun.status(), StatusCode::ACCEPTED);
        let begun: Value = begun.json().await.unwrap();
        let id = begun["transcription_id"].as_str().unwrap();
        assert_eq!(begun["job_name"], format!("seva-{id}"));
        let dictation = doctor.dictation(id).await;
        assert_eq!(dictation["status"], "PENDING");
        assert_eq!(dictation["transcript"], "");
        assert_eq!(app.rows().count_of("jobs", id).await, 1);
        jobs.insert(id.to_owned());
    }
    assert_eq!(jobs.len(), 3, "each has its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn property_20_who_asks_for_a_finished_dictation_gets_all_of_its_transcript() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("visit.m4a", recordings::short()).await;
    let heard: Vec<String> = (0..400).map(|place| format!("word{place}")).collect();
    let words: Vec<_> = heard.iter().map(|word| (word.as_str(), 0.5, 0.7)).collect();
    app.rows().end_with_words(&id, &words).await;
    let dictation = doctor.dictation(&id).await;
    assert_eq!(dictation["status"], "COMPLETED");
    assert_eq!(dictation["transcript"], heard.join(" "));
    let segments = dictation["segments"].as_array().unwrap();
    let words = segments
        .iter()
        .flat_map(|segment| segment["words"].as_array().unwrap());
    let words: Vec<_> = words.map(|word| word["text"].as_str().unwrap()).collect();
    assert_eq!(words, heard);
}

#[tokio::test(flavor = "multi_thread")]
async fn property_26_the_key_of_the_signed_paper_is_in_the_prescriptions_row() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let user = app.user(0).await;
    app.register(&user, "Dr. Asha Verma", "MH-12345").await;
    let body = json!({ "patient_name": "Imran Qureshi", "medications": [{ "name": "Metformin" }] });
    let made = doctor.post("/api/v1/prescriptions", &body).await;
    let made: Value = made.json().await.unwrap();
    let id = made["prescription_id"].as_str().unwrap();
    assert_eq!(app.rows().paper_key(id).await, None);
    assert_eq!(app.files().len(), 0);

    let signed = app
        .services
        .finalize_prescription(user.id, id.parse().unwrap(), 1, UtcOffset::UTC)
        .await;
    signed.unwrap();
    let key = app.rows().paper_key(id).await.unwrap();
    assert_eq!(key, format!("prescriptions/{}/{id}.pdf", user.id));
    let stored = app.files();
    assert!(stored[0].ends_with(format!("{key}.sealed")), "{stored:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn property_32_a_database_that_does_not_answer_stops_the_start() {
    let database = TestDatabase::new().await;
    let home = tempfile::tempdir().unwrap();
    // A port on which nobody listens any more.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    for address in [
        format!("postgres://seva:hunter2@127.0.0.1:{port}/seva"),
        database.url().replace("seva_test_", "seva_absent_"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_seva-server"));
        command
            .args(["serve", "--role", "all"])
            .env_clear()
            .envs(variables(&database, home.path()))
            .env("DATABASE_URL", &address)
            .current_dir(home.path());
        let ended = tokio::task::spawn_blocking(move || command.output().unwrap());
        let ended = ended.await.unwrap();
        assert!(!ended.status.success());
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(
            said.contains("the database does not answer (DATABASE_URL"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
        let out = String::from_utf8(ended.stdout).unwrap();
        assert!(!out.contains("SEVA is ready"), "{out}");
    }
}
