//! What nobody sends by accident: recordings made to mislead, names made to be misread,
//! texts made to be obeyed. Each is refused with a sentence and leaves nothing behind,
//! or is stored and shown as what it is. What an ordinary upload can lack is in
//! `uploads`.

mod forms;
mod routes;
mod takes;
mod texts;

use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::support::{Browser, TestApp, recordings, spawn_web};

const ROUTE: &str = "/api/v1/transcriptions";

/// The error of a refusal that has its shape, ends its sentence, and quotes nothing.
async fn refused(response: Response, status: StatusCode) -> Value {
    assert_eq!(response.status(), status);
    let mut body: Value = response.json().await.unwrap();
    assert_eq!(body["success"], false);
    let message = body["error"]["message"].as_str().unwrap();
    assert!(message.ends_with('.'), "{message}");
    body["error"].take()
}

async fn assert_nothing_stored(app: &TestApp) {
    for table in ["transcriptions", "jobs", "object_intents"] {
        assert_eq!(app.rows().count(table).await, 0, "{table}");
    }
    assert_eq!(app.files(), Vec::<std::path::PathBuf>::new());
}

/// A recording that can't be used is refused with this sentence.
async fn assert_unusable(recording: Vec<u8>, sentence: &str) {
    assert!(recording.len() < 16 << 20, "{} bytes", recording.len());
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let response = doctor.upload("visit.m4a", recording).await;
    let error = refused(response, StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(error["code"], "AUDIO_REJECTED");
    assert_eq!(error["message"], sentence);
    assert_nothing_stored(&app).await;
    // Whoever sent it is still served.
    doctor.dictate("visit.m4a", recordings::short()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_was_cut_off_is_refused() {
    let mut half = recordings::short();
    half.truncate(half.len() / 2);
    let sentence =
        "The recording is cut short: the file ends too early. Send the original file again.";
    assert_unusable(half, sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenth_of_a_second_is_refused() {
    let sentence = "The recording is too short: 0.10 seconds. Record at least a few words.";
    assert_unusable(recordings::click(), sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_four_hours_is_refused() {
    let sentence = "The recording is longer than two hours. Send it in shorter parts.";
    assert_unusable(recordings::four_hours(), sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_megabyte_that_unpacks_to_a_hundred_hours_is_refused() {
    let bomb = recordings::bomb();
    assert!(bomb.len() < 2 << 20, "{} bytes", bomb.len());
    let sentence = "The recording is longer than two hours. Send it in shorter parts.";
    assert_unusable(bomb, sentence).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_film_without_sound_is_refused() {
    let sentence =
        "The file has no sound in it. Check that the microphone was on, and record again.";
    assert_unusable(recordings::without_sound(), sentence).await;
}

/// Sends a form whose parts are written by hand: their headers are as they stand here.
async fn send_by_hand(doctor: &Browser, parts: &[(&str, &[u8])]) -> Response {
    let mut form = Vec::new();
    for (header, content) in parts {
        form.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; ");
        form.extend_from_slice(header.as_bytes());
        form.extend_from_slice(b"\r\n\r\n");
        form.extend_from_slice(content);
        form.extend_from_slice(b"\r\n");
    }
    form.extend_from_slice(b"--edge--\r\n");
    let post = doctor.request(Method::POST, ROUTE);
    let post = post.header("content-type", "multipart/form-data; boundary=edge");
    post.body(form).send().await.unwrap()
}

/// File names, as a form writes them between quotes.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        "../../../etc/passwd",
        "..\\\\..\\\\windows\\\\system32\\\\config",
        "/absolute/visit.m4a",
        "my \\\"best\\\" visit.m4a",
        "it's; DROP TABLE transcriptions; --.m4a",
        "<img src=x onerror=alert(7)>.m4a",
        "visit\u{202e}a4m.exe",
        "\u{200f}\u{2067}visit.m4a\u{2069}",
        "\u{200b}\u{feff}.m4a",
        "a\u{301}\u{301}\u{301}\u{301}.m4a",
        "visit\u{0}.m4a",
        "visit%00.m4a",
        ".",
        "..",
        "",
        " ",
        "दौरा.m4a",
    ]
    .map(str::to_owned)
    .into();
    names.push(format!("{}.m4a", "x".repeat(300)));
    names.push("क".repeat(300));
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_name_is_shown_as_one_and_leads_nowhere() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let recording = recordings::short();
    for name in names() {
        let header = format!("name=\"audio_file\"; filename=\"{name}\"");
        let response = send_by_hand(&doctor, &[(&header, recording.as_slice())]).await;
        let status = response.status();
        if status != StatusCode::ACCEPTED {
            // A header that no form has.
            refused(response, StatusCode::BAD_REQUEST).await;
            continue;
        }
        let body: Value = response.json().await.unwrap();
        let id = body["transcription_id"].as_str().unwrap();
        let dictation = doctor.dictation(id).await;
        let kept = dictation["file_name"].as_str().unwrap();
        assert!((1..=255).contains(&kept.chars().count()), "{kept:?}");
        let misleads = |c: char| {
            c.is_control()
                || matches!(c, '/' | '\\' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!kept.contains(misleads), "{kept:?}");
        let page = doctor.open(&format!("/dictations/{id}")).await;
        assert_eq!(page.status(), StatusCode::OK);
        let page = page.text().await.unwrap();
        assert!(!page.contains("<img src=x"), "{kept:?}");
    }
    let stored = app.rows().count("transcriptions").await;
    assert!(stored > 10, "{stored} names were taken");
    // All of them below the directory of objects, each a file of its own.
    let files = app.files();
    assert_eq!(i64::try_from(files.len()).unwrap(), stored);
    for file in files {
        assert!(file.starts_with(app.objects()), "{file:?}");
        assert!(!file.to_str().unwrap().contains("visit"), "{file:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_of_the_upload_that_can_not_be_is_refused_with_the_recording() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let recording = recordings::short();
    let sound = recording.as_slice();
    let file = "name=\"audio_file\"; filename=\"a.m4a\"";
    let long = "x".repeat(256);
    let fields: [(&str, &[u8]); 10] = [
        ("patient_name", b"Imran\0Qureshi"),
        ("patient_name", b"\xff\xfe"),
        ("patient_name", "Imran\u{202e}ihseruQ".as_bytes()),
        ("patient_name", long.as_bytes()),
        ("specialty", b"CARDIOLOGY\0"),
        ("specialty", b"'; DROP TABLE jobs; --"),
        ("specialty", b"<script>alert(7)</script>"),
        ("language_code", b"en-US\0"),
        ("language_code", b"en'--"),
        ("language_code", "\u{65}\u{301}n".as_bytes()),
    ];
    for (field, value) in fields {
        let header = format!("name=\"{field}\"");
        for parts in [
            [(header.as_str(), value), (file, sound)],
            [(file, sound), (header.as_str(), value)],
        ] {
            let response = send_by_hand(&doctor, &parts).await;
            let error = refused(response, StatusCode::BAD_REQUEST).await;
            assert_eq!(error["code"], "VALIDATION_FAILED", "{field}: {value:?}");
            assert_nothing_stored(&app).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_markup_is_a_name() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let recording = recordings::short();
    for name in [
        "<script>alert(7)</script>",
        "\"><img src=x onerror=alert(7)>",
        "Robert'); DROP TABLE transcriptions; --",
        "a\u{301}\u{302}\u{303}\u{304}",
        "क्\u{200d}ष",
    ] {
        let file = "name=\"audio_file\"; filename=\"a.m4a\"";
        let parts = [
            ("name=\"patient_name\"", name.as_bytes()),
            (file, recording.as_slice()),
        ];
        let body: Value = send_by_hand(&doctor, &parts).await.json().await.unwrap();
        let id = body["transcription_id"].as_str().unwrap();
        assert_eq!(doctor.dictation(id).await["patient_name"], name);
        assert_eq!(doctor.search(name).await, [id]);
        for page in ["/dictations", &format!("/dictations/{id}")] {
            let page = doctor.open(page).await.text().await.unwrap();
            assert!(!page.contains("<script>alert(7)"), "{name}");
            assert!(!page.contains("<img src=x"), "{name}");
        }
    }
}
