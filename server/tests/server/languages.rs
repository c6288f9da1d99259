//! The language of a dictation, from the form to its page.

use std::io::Write as _;

use reqwest::{
    Method, StatusCode,
    multipart::{Form, Part},
};

use crate::support::{Browser, recordings, spawn_web, spawn_web_with};

const FINDINGS: &str = "Medicines and conditions are looked for in English text only.";

/// The values that the form of a new dictation offers, and those that it begins with.
async fn offered(doctor: &Browser) -> (Vec<String>, Vec<String>) {
    let page = doctor.open("/dictations/new").await;
    assert_eq!(page.status(), StatusCode::OK);
    let html = page.text().await.unwrap();
    let Some((_, select)) = html.split_once("name=\"language_code\"") else {
        return (Vec::new(), Vec::new());
    };
    let (select, _) = select.split_once("</select>").unwrap();
    let tags: Vec<_> = select
        .split("<option ")
        .skip(1)
        .map(|option| option.split_once('>').unwrap().0)
        .collect();
    let value = |tag: &&str| {
        let (_, value) = tag.split_once("value=\"").unwrap();
        value.split_once('"').unwrap().0.to_owned()
    };
    let chosen = tags.iter().filter(|tag| tag.contains(" selected"));
    (
        tags.iter().map(value).collect(),
        chosen.map(value).collect(),
    )
}

/// Posts the form as a browser without script does; gives the page that it leads to.
async fn post(doctor: &Browser, form: Form) -> String {
    let sent = doctor
        .request(Method::POST, "/dictations/upload")
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    sent.headers()["location"].to_str().unwrap().to_owned()
}

/// Sends a recording in a language; gives the dictation's page.
async fn send(doctor: &Browser, language: &str) -> String {
    let form = recordings::form().text("language_code", language.to_owned());
    let place = post(doctor, form).await;
    let id = place.strip_prefix("/dictations/").unwrap();
    assert_eq!(doctor.dictation(id).await["language_code"], language);
    place
}

async fn read(doctor: &Browser, place: &str) -> String {
    doctor.open(place).await.text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_chooses_a_language_and_the_form_begins_with_it_next_time() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let all = ["en-US", "hi-IN", "und"].map(str::to_owned);
    let begins_with = |language: &str| (all.to_vec(), vec![language.to_owned()]);
    assert_eq!(offered(&doctor).await, begins_with("en-US"));

    let place = send(&doctor, "hi-IN").await;
    let page = read(&doctor, &place).await;
    assert!(page.contains("Hindi") && page.contains(FINDINGS));
    assert_eq!(offered(&doctor).await, begins_with("hi-IN"));

    // One that no form offers is taken as it is, and not remembered.
    let place = send(&doctor, "ta-IN").await;
    let page = read(&doctor, &place).await;
    assert!(page.contains("language ta-IN") && page.contains(FINDINGS));
    assert_eq!(offered(&doctor).await, begins_with("hi-IN"));

    let place = send(&doctor, "en-US").await;
    assert!(!read(&doctor, &place).await.contains(FINDINGS));
    assert_eq!(offered(&doctor).await, begins_with("en-US"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_refused_is_shown_again_with_its_language() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let lie = || Part::bytes(recordings::lie()).file_name("visit.mp3");
    let file_last = Form::new()
        .text("language_code", "hi-IN")
        .part("audio_file", lie());
    let file_first = Form::new()
        .part("audio_file", lie())
        .text("language_code", "und");
    let no_language = Form::new()
        .text("language_code", "")
        .part("audio_file", lie());
    let unknown_language = recordings::form().text("language_code", "Hindi, please");
    let long_name = Form::new()
        .text("patient_name", "a".repeat(256))
        .text("language_code", "hi-IN");
    for (form, begins_with) in [
        (file_last, "hi-IN"),
        (file_first, "und"),
        (no_language, "und"),
        (unknown_language, "und"),
        (long_name, "hi-IN"),
    ] {
        assert_eq!(post(&doctor, form).await, "/dictations/new");
        assert_eq!(offered(&doctor).await.1, [begins_with]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_in_another_language_is_not_called_free_of_medicines() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let place = send(&doctor, "hi-IN").await;
    let id = place.strip_prefix("/dictations/").unwrap();
    app.rows().end_without_entities(id, "मरीज को बुखार है।").await;
    let found = doctor
        .submit(&place, "/fn/retry_extraction", &format!("id={id}"))
        .await;
    assert!(!found.status().is_client_error() && !found.status().is_server_error());

    let page = read(&doctor, &place).await;
    for words in [
        FINDINGS,
        "Read the transcript",
        "Medicines are looked for in English text only.",
        "Write the prescription",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("No medicine for this patient was heard"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_where_the_model_understands_english_alone() {
    // A model begins with a mark and with the size of its vocabulary; more is read by who
    // transcribes.
    let mut model = tempfile::NamedTempFile::new().unwrap();
    model.write_all(b"lmgg").unwrap();
    model.write_all(&51_864_i32.to_le_bytes()).unwrap();
    model.write_all(&[0; 36]).unwrap();
    let model = model.path().to_str().unwrap();
    let app = spawn_web_with(&[("SEVA_WHISPER_MODEL", model)]).await;
    let doctor = app.doctor().await;
    assert_eq!(offered(&doctor).await, (Vec::new(), Vec::new()));

    let form = recordings::form();
    let sent = doctor
        .request(Method::POST, "/dictations/upload")
        .multipart(form)
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), StatusCode::SEE_OTHER);
    let mut cookies = sent.headers().get_all("set-cookie").iter();
    assert!(cookies.all(|it| !it.to_str().unwrap().contains("language")));
}
