//! What is refused is refused with its sentence, and leaves nothing behind.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use reqwest::{
    Body, Method, Response, StatusCode,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use seva_model::MAX_AUDIO_BYTES;

use crate::support::{TestApp, recordings, spawn_impatient_web, spawn_web};

const UNREADABLE: &str = "This is not a recording SEVA can read. Send WAV, MP3, FLAC, MP4, M4A, \
                          or WebM or Ogg with Opus.";
const NOT_WHOLE: &str =
    "The upload did not arrive whole. Your recording is still with you. Try again.";
const TOO_MUCH: &str = "This is too much at once. Shorten it and try again.";

/// Refused with a code and a sentence; gives the error.
async fn refused(response: Response, status: StatusCode, code: &str, sentence: &str) -> Value {
    assert_eq!(response.status(), status);
    let mut body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    assert_eq!(body["error"]["code"], code);
    assert_eq!(body["error"]["message"], sentence);
    body["error"].take()
}

/// Refused because of one field, whose sentence it is.
async fn refused_field(response: Response, field: &str, sentence: &str) {
    let status = StatusCode::BAD_REQUEST;
    let error = refused(response, status, "VALIDATION_FAILED", sentence).await;
    assert_eq!(error["fields"], json!({ field: sentence }));
}

fn recording() -> Part {
    Part::bytes(recordings::short()).file_name("a.m4a")
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
    refused(response, status, "AUDIO_REJECTED", UNREADABLE).await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_recording_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("dictation.wav", recordings::silence()).await;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let sentence =
        "The recording is silent. Check that the microphone isn't muted, and record again.";
    refused(response, status, "AUDIO_REJECTED", sentence).await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_is_refused() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("dictation.wav", Vec::new()).await;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let sentence = "The file is empty. Choose the recording again.";
    refused(response, status, "AUDIO_REJECTED", sentence).await;
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
    let status = StatusCode::PAYLOAD_TOO_LARGE;
    let sentence = "The recording is larger than 16 MB. Nothing was stored. Record it in two \
                    parts, or save it as m4a or mp3.";
    refused(response, status, "AUDIO_TOO_LARGE", sentence).await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_signed_in_hears_so_even_after_sending_it_all() {
    let app = spawn_web().await;
    let response = app
        .stranger()
        .upload("dictation.m4a", recordings::sample())
        .await;
    let status = StatusCode::UNAUTHORIZED;
    refused(response, status, "NOT_SIGNED_IN", "Sign in to go on.").await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_without_a_recording_says_which_field_is_missing() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let form = Form::new().text("specialty", "CARDIOLOGY");
    let response = doctor.send_form(form).await;
    refused_field(response, "audio_file", "Choose a recording.").await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_may_come_in_any_order_with_others_between_them() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let form = Form::new()
        .text("x-client", "a program of somebody's own")
        .part("audio_file", recording())
        .text("patient_name", "Imran Qureshi")
        .part("x-logo", Part::bytes(vec![0xff; 4096]))
        .text("specialty", "CARDIOLOGY")
        .text("language_code", "en-IN");
    let response = doctor.send_form(form).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let body: Value = response.json().await.unwrap();
    let id = body["transcription_id"].as_str().unwrap();
    let expected = json!({
        "success": true,
        "transcription_id": id,
        "job_name": format!("seva-{id}"),
        "status": "IN_PROGRESS",
    });
    assert_eq!(body, expected);
    let dictation = doctor.dictation(id).await;
    assert_eq!(dictation["status"], "PENDING", "it waits for a worker");
    assert_eq!(dictation["patient_name"], "Imran Qureshi");
    assert_eq!(dictation["specialty"], "CARDIOLOGY");
    assert_eq!(dictation["language_code"], "en-IN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_refused_after_the_recording_takes_the_recording_with_it() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let with_recording = || Form::new().part("audio_file", recording());

    let form = with_recording().text("specialty", "ASTROLOGY");
    let response = doctor.send_form(form).await;
    let sentence = "Choose a specialty from the list.";
    refused_field(response, "specialty", sentence).await;
    assert_nothing_stored(&app).await;

    let form = with_recording().text("language_code", "English, please");
    let response = doctor.send_form(form).await;
    let sentence = "Choose one of the listed languages.";
    refused_field(response, "language_code", sentence).await;
    assert_nothing_stored(&app).await;

    let form = with_recording().part("audio_file", recording());
    let response = doctor.send_form(form).await;
    let sentence = "There are two recordings in this form. Nothing was stored. Send one at a time.";
    refused_field(response, "audio_file", sentence).await;
    assert_nothing_stored(&app).await;

    for field in ["patient_name", "x-unknown"] {
        let form = with_recording().text(field, "x".repeat(4097));
        let response = doctor.send_form(form).await;
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        refused(response, status, "BODY_TOO_LARGE", TOO_MUCH).await;
        assert_nothing_stored(&app).await;
    }

    let form = (0..16).fold(with_recording(), |form, n| form.text(format!("x-{n}"), "x"));
    let response = doctor.send_form(form).await;
    let sentence = "There are more than 16 fields in this form. Nothing was stored. Send \
                    audio_file, specialty, patient_name and language_code only.";
    let status = StatusCode::BAD_REQUEST;
    refused(response, status, "VALIDATION_FAILED", sentence).await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn property_16_an_upload_is_answered_with_its_dictation_and_not_with_its_key() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("a.m4a", recordings::short()).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let answer: Value = response.json().await.unwrap();
    let id = answer["transcription_id"].as_str().unwrap();
    assert_eq!(doctor.dictation(id).await["id"], id);
    let whole = format!("{answer} {}", doctor.dictation(id).await);
    let stored = &app.files()[0];
    let name = stored.file_stem().unwrap().to_str().unwrap();
    for inside in ["audio_key", name] {
        assert!(!whole.contains(inside), "{inside}: {whole}");
    }
}

/// A form as it goes over the wire, up to the middle of its recording.
fn beginning() -> Bytes {
    let mut form = b"--edge\r\n\
        Content-Disposition: form-data; name=\"audio_file\"; filename=\"a.m4a\"\r\n\r\n"
        .to_vec();
    form.extend_from_slice(&recordings::short()[..4096]);
    form.into()
}

/// The same, up to the middle of the field after it.
fn beyond_the_recording() -> Bytes {
    let mut form = beginning().to_vec();
    form.extend_from_slice(b"\r\n--edge\r\nContent-Disposition: form-data; name=\"spec");
    form.into()
}

async fn send_raw(app: &TestApp, body: impl Into<Body>) -> Response {
    let doctor = app.doctor().await;
    let post = doctor.request(Method::POST, "/api/v1/transcriptions");
    let post = post.header("content-type", "multipart/form-data; boundary=edge");
    post.body(body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stands_still_is_given_up() {
    let app = spawn_impatient_web(Duration::from_millis(200)).await;
    let silence = stream::pending::<Result<Bytes, std::io::Error>>;
    let sentence = "The upload stood still for too long and was given up. Nothing was stored. \
                    Check the connection, then send the recording again.";

    let within_the_file = stream::iter([Ok(beginning())]).chain(silence());
    let response = send_raw(&app, Body::wrap_stream(within_the_file)).await;
    refused_field(response, "audio_file", sentence).await;
    assert_nothing_stored(&app).await;

    let after_the_file = stream::iter([Ok(beyond_the_recording())]).chain(silence());
    let response = send_raw(&app, Body::wrap_stream(after_the_file)).await;
    refused_field(response, "audio_file", sentence).await;
    assert_nothing_stored(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_ends_too_early_is_refused() {
    let app = spawn_web().await;
    let response = send_raw(&app, beginning()).await;
    let sentence =
        "The upload broke off before its end. Nothing was stored. Send the recording again.";
    refused_field(response, "audio_file", sentence).await;
    assert_nothing_stored(&app).await;

    let response = send_raw(&app, beyond_the_recording()).await;
    let status = StatusCode::BAD_REQUEST;
    refused(response, status, "VALIDATION_FAILED", NOT_WHOLE).await;
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
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_searched_for_in_a_body_and_never_in_an_address() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    assert_eq!(doctor.search(" imran ").await, [id]);
    assert_eq!(doctor.search("farida").await, Vec::<String>::new());
    let search = "/api/v1/transcriptions/search";
    let failed = json!({ "search": "imran", "status": "FAILED", "limit": 5 });
    let failed: Value = doctor.post(search, &failed).await.json().await.unwrap();
    assert_eq!(failed["transcriptions"], json!([]));

    let in_address = doctor.get("/api/v1/transcriptions?search=imran").await;
    let sentence = "An address is no place for names. Send the words in the body of a POST to \
                    /api/v1/transcriptions/search.";
    refused_field(in_address, "search", sentence).await;
    let stranger = app.stranger().post(search, &json!({})).await;
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
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
    assert!(page.contains(UNREADABLE), "the form says why");
    let again = doctor.open("/dictations/new").await.text().await.unwrap();
    assert!(!again.contains(UNREADABLE), "and says it once");
}
