//! What is refused is refused with its sentence, and leaves nothing behind.

use bytes::Bytes;
use futures::stream;
use reqwest::{
    Body, Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::Value;
use seva_model::MAX_AUDIO_BYTES;

use crate::support::{TestApp, recordings, spawn_web};

async fn refused(response: Response, status: StatusCode, code: &str) -> String {
    assert_eq!(response.status(), status);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], code);
    body["error"]["message"].as_str().unwrap().to_owned()
}

/// No row, no job, no object, no file on its way.
async fn assert_nothing_stored(app: &TestApp) {
    for table in ["transcriptions", "jobs"] {
        assert_eq!(app.rows().count(table).await, 0, "{table}");
    }
    assert_eq!(app.files(), Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_about_being_a_recording_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("dictation.wav", recordings::lie()).await;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let sentence = refused(response, status, "AUDIO_REJECTED").await;
    assert!(sentence.contains("not a recording"), "{sentence}");
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_recording_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("dictation.wav", recordings::silence()).await;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let sentence = refused(response, status, "AUDIO_REJECTED").await;
    assert!(sentence.contains("silent"), "{sentence}");
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("dictation.wav", Vec::new()).await;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    refused(response, status, "AUDIO_REJECTED").await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_byte_over_the_limit_is_refused_though_nobody_said_how_much_would_come() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    // Sent in pieces, without a length.
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let whole = usize::try_from(MAX_AUDIO_BYTES).unwrap() / piece.len();
    let pieces = std::iter::repeat_n(piece, whole).chain([Bytes::from_static(b"x")]);
    let pieces = stream::iter(pieces.map(Ok::<_, std::io::Error>));
    let response = doctor
        .upload("dictation.wav", Body::wrap_stream(pieces))
        .await;
    let sentence = refused(response, StatusCode::PAYLOAD_TOO_LARGE, "AUDIO_TOO_LARGE").await;
    assert!(sentence.contains("16 MB"), "{sentence}");
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_hears_so_even_after_sending_it_all() {
    let app = spawn_web().await;
    let response = app
        .stranger()
        .upload("dictation.m4a", recordings::sample())
        .await;
    refused(response, StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN").await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_a_recording_says_which_field_is_missing() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let form = Form::new().text("specialty", "CARDIOLOGY");
    let post = doctor.request(Method::POST, "/api/v1/transcriptions");
    let response = post.multipart(form).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let body: Value = response.json().await.unwrap();
    assert!(body["error"]["fields"]["audio_file"].is_string());

    let form = Form::new().text("specialty", "ASTROLOGY");
    let post = doctor.request(Method::POST, "/api/v1/transcriptions");
    let response = post.multipart(form).send().await.unwrap();
    let body: Value = response.json().await.unwrap();
    assert!(body["error"]["fields"]["specialty"].is_string());
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_decides_and_not_the_name() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor
        .dictate("../../etc/notes.txt", recordings::short())
        .await;
    let dictation = doctor.dictation(&id).await;
    assert_eq!(dictation["file_name"], "notes.txt");
    assert_eq!(dictation["status"], "PENDING");
    assert_eq!(dictation["specialty"], "CARDIOLOGY");
    assert_eq!(dictation["patient_name"], "Imran Qureshi");
    let audio = doctor
        .get(&format!("/api/v1/transcriptions/{id}/audio"))
        .await;
    assert_eq!(audio.headers()["content-type"], "audio/mp4");
    // The object, and nothing on its way any more.
    assert_eq!(app.files().len(), 1);
    let listed = doctor.read("/api/v1/transcriptions?search=imran").await;
    assert_eq!(listed["transcriptions"][0]["id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_a_browser_without_javascript_leads_on_or_back() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let send = |content: Vec<u8>| {
        let form = Form::new().part("audio_file", Part::bytes(content).file_name("a.m4a"));
        doctor
            .request(Method::POST, "/dictations/upload")
            .multipart(form)
            .send()
    };
    let good = send(recordings::short()).await.unwrap();
    assert_eq!(good.status(), StatusCode::SEE_OTHER);
    let place = good.headers()["location"].to_str().unwrap();
    let id = place.strip_prefix("/dictations/").unwrap();
    assert_eq!(doctor.dictation(id).await["status"], "PENDING");

    let bad = send(recordings::lie()).await.unwrap();
    assert_eq!(bad.status(), StatusCode::SEE_OTHER);
    assert_eq!(bad.headers()["location"], "/dictations/new");
    let page = doctor.open("/dictations/new").await.text().await.unwrap();
    assert!(
        page.contains("This is not a recording"),
        "the form says why"
    );
    let again = doctor.open("/dictations/new").await.text().await.unwrap();
    assert!(
        !again.contains("This is not a recording"),
        "and says it once"
    );
}
