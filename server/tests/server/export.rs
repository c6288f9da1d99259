//! Transcripts as files, and entities for programs.

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use seva_model::TranscriptionId;

use crate::support::{Browser, TestApp, recordings, spawn_web};

const WORDS: [(&str, f64, f64); 4] = [
    ("Start", 0.2, 0.6),
    ("metformin.", 0.7, 1.5),
    ("Review", 4.0, 4.4),
    ("<soon>.", 4.5, 5.0),
];

/// A dictation in which [`WORDS`] were heard.
async fn heard(app: &TestApp, doctor: &Browser) -> String {
    let id = doctor.dictate("imran.m4a", recordings::short()).await;
    app.rows().end_with_words(&id, &WORDS).await;
    id
}

async fn file(doctor: &Browser, id: &str, query: &str) -> Response {
    let path = format!("/api/v1/transcriptions/{id}/transcript{query}");
    doctor.get(&path).await
}

async fn text(response: Response, mime: &str, name: &str) -> String {
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], mime);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let disposition = response.headers()["content-disposition"].to_str().unwrap();
    let start = format!("attachment; filename=\"{name}\"");
    assert!(disposition.starts_with(&start), "{disposition}");
    response.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcript_is_downloaded_as_text_captions_and_json() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = heard(&app, &doctor).await;
    let transcript = "Start metformin. Review <soon>.";

    let name = format!("transcript-{id}.txt");
    let mime = "text/plain; charset=utf-8";
    let plain = text(file(&doctor, &id, "").await, mime, &name).await;
    assert_eq!(plain, format!("{transcript}\n"));
    let asked = text(file(&doctor, &id, "?format=txt").await, mime, &name).await;
    assert_eq!(asked, plain);

    let name = format!("transcript-{id}.vtt");
    let mime = "text/vtt; charset=utf-8";
    let captions = text(file(&doctor, &id, "?format=vtt").await, mime, &name).await;
    assert_eq!(
        captions,
        "WEBVTT\n\n00:00:00.200 --> 00:00:01.500\nStart metformin.\n\n\
         00:00:04.000 --> 00:00:05.000\nReview &lt;soon&gt;.\n"
    );

    let name = format!("transcript-{id}.json");
    let json = file(&doctor, &id, "?format=json").await;
    let json = text(json, "application/json", &name).await;
    let document: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["transcript"], transcript);
    assert_eq!(document["transcription_id"], id);
    assert_eq!(document["words"].as_array().unwrap().len(), 4);
    let word = &document["words"][1];
    assert_eq!(word["text"], "metformin.");
    assert_eq!((&word["start"], &word["end"]), (&json!(0.7), &json!(1.5)));
    assert_eq!(word["begin_offset"], 6);

    assert_eq!(app.rows().audited(&id, "transcription.export").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_an_edit_leaves_keep_their_times() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = heard(&app, &doctor).await;
    let user = app.user(0).await;
    let edited = "Start the metformin.\nReview later.";
    let dictation: TranscriptionId = id.parse().unwrap();
    app.services
        .edit_transcript(user.id, dictation, 0, edited)
        .await
        .unwrap();

    let captions = file(&doctor, &id, "?format=vtt").await;
    let captions = captions.text().await.unwrap();
    // "the" fits into the tenth of a second between its neighbours, and "later" is taken
    // to last a moment.
    assert_eq!(
        captions,
        "WEBVTT\n\n00:00:00.200 --> 00:00:01.500\nStart the metformin.\n\n\
         00:00:04.000 --> 00:00:05.000\nReview later.\n"
    );
    let json: Value = file(&doctor, &id, "?format=json")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(json["transcript_version"], 1);
    let timed: Vec<_> = json["words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| (word["text"].as_str().unwrap(), word["start"].as_f64()))
        .collect();
    let expected = [
        ("Start", Some(0.2)),
        ("the", None),
        ("metformin.", Some(0.7)),
        ("Review", Some(4.0)),
        ("later.", None),
    ];
    assert_eq!(timed, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_complete_dictation_is_exported_and_in_a_known_format() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let waiting = doctor.dictate("a.m4a", recordings::short()).await;
    let early = file(&doctor, &waiting, "?format=vtt").await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    app.rows().end_with_words(&waiting, &WORDS).await;
    let odd = file(&doctor, &waiting, "?format=docx").await;
    assert_eq!(odd.status(), StatusCode::BAD_REQUEST);
    let odd: Value = odd.json().await.unwrap();
    assert_eq!(odd["error"]["fields"]["format"], "Choose txt, vtt or json.");
    let audited = app.rows().audited(&waiting, "transcription.export").await;
    assert_eq!(audited, 0, "nothing was handed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_are_listed_without_what_identifies_the_patient() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let path = format!("/api/v1/transcriptions/{id}/entities");
    let early = doctor.read(&path).await;
    assert_eq!(
        (&early["status"], &early["entities"]),
        (&json!("PENDING"), &json!([]))
    );

    let transcript = "Patient name is Imran Qureshi. Has hypertension. Start metformin 500 mg.";
    app.rows().end_without_entities(&id, transcript).await;
    let extract = format!("/api/v1/transcriptions/{id}/extract");
    let found = doctor.post(&extract, &json!({})).await;
    assert_eq!(found.status(), StatusCode::OK);
    let mut found: Value = found.json().await.unwrap();
    let all = found["transcription"]["entities"].take();
    let is_private = |entity: &&Value| entity["category"] == "PROTECTED_HEALTH_INFORMATION";
    let all: Vec<&Value> = all.as_array().unwrap().iter().collect();
    assert!(all.iter().any(is_private), "the name was found");

    let listed = doctor.read(&path).await;
    assert_eq!(listed["success"], true);
    assert_eq!(listed["transcription_id"], id);
    let entities: Vec<&Value> = listed["entities"].as_array().unwrap().iter().collect();
    let expected: Vec<&Value> = all.into_iter().filter(|it| !is_private(it)).collect();
    assert_eq!(entities, expected);
    let texts: Vec<_> = entities
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert!(texts.contains(&"metformin") && !listed.to_string().contains("Imran"));
}
