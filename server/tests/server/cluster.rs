//! Several processes on one database and one object store: two that serve, two that
//! work. What happens when the only one dies is in `process`; here others are left.

use std::{collections::BTreeMap, io, path::PathBuf, time::Duration};

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use reqwest::{Body, Method, StatusCode, multipart::Form};
use serde_json::{Value, json};
use seva_model::{DictationEvent, Stage, TranscriptionStatus};
use tokio::{task::yield_now, time::timeout};

use crate::{
    process::{World, assert_completed_once, completed, demo_doctor, files},
    support::{Browser, ServerProcess, recordings},
};

/// So that two dictations are with two workers.
const ONE_AT_A_TIME: [(&str, &str); 1] = [("SEVA_WORKER_PARALLEL", "1")];

fn worker(world: &World) -> ServerProcess {
    ServerProcess::start_with(&world.database, world.home.path(), "worker", &ONE_AT_A_TIME)
}

/// Waits for what nothing announces, with a limit that only a defect reaches.
async fn until(reached: impl AsyncFn() -> bool) {
    let waiting = async {
        while !reached().await {
            yield_now().await;
        }
    };
    let waited = timeout(Duration::from_secs(60), waiting).await;
    waited.expect("it never came true");
}

/// What a browser has after all events: the segments of the last try, by their place.
fn collected(events: &[DictationEvent]) -> Vec<String> {
    let attempt = events.last().unwrap().attempt;
    let of_attempt = events.iter().filter(|event| event.attempt == attempt);
    let segments = of_attempt.flat_map(|event| &event.segments);
    let texts: BTreeMap<u32, String> = segments
        .map(|segment| (segment.index, segment.text.clone()))
        .collect();
    texts.into_values().collect()
}

fn texts(dictation: &Value) -> Vec<String> {
    let segments = dictation["segments"].as_array().unwrap().iter();
    segments
        .map(|segment| segment["text"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_that_serve_and_two_that_work_do_the_main_job_together() {
    let world = World::new().await;
    let webs = [world.start("web"), world.start("web")];
    let _workers = [worker(&world), worker(&world)];
    let here = demo_doctor(&webs[0]).await;
    // The same session at the other one.
    let there = here.at(&webs[1].address);

    // Taken in there, followed here.
    let first = there.dictate("a.m4a", recordings::sample()).await;
    let mut news = here.events(&first, None).await;
    let mut seen = vec![news.until(|event| !event.segments.is_empty()).await];
    // While the worker that has it can write nothing, the other one takes the next.
    let hold = world.rows().hold_dictation(&first).await;
    let second = there.dictate("b.m4a", recordings::short()).await;
    let mut others = here.events(&second, None).await;
    let begun = |event: &DictationEvent| event.stage == Stage::Transcribing;
    others.until(begun).await;
    hold.rollback().await.unwrap();

    seen.extend(news.rest().await);
    let last = others.rest().await.pop().unwrap();
    for last in [&last, seen.last().unwrap()] {
        assert_eq!(last.status, TranscriptionStatus::Completed);
        assert_eq!(last.attempt, 1, "nobody had to begin again");
    }
    assert!(seen.is_sorted_by(|one, next| one.version < next.version));
    let whole = here.dictation(&first).await;
    assert_eq!(collected(&seen), texts(&whole));
    assert_eq!(there.dictation(&first).await, whole);
    for step in ["create", "transcribed", "complete"] {
        for id in [&first, &second] {
            let action = format!("transcription.{step}");
            assert_eq!(world.rows().audited(id, &action).await, 1, "{step}");
        }
    }
    assert_eq!(world.rows().count("jobs").await, 0);

    let paper = prescribed(&there, &first).await;
    let path = format!("/api/v1/prescriptions/{paper}");
    assert_eq!(content(&here, &path).await, content(&there, &path).await);
    let preview = here.get(&format!("{path}/preview.pdf")).await;
    assert_eq!(preview.status(), StatusCode::OK);

    // Signed there, handed over here.
    sign(&there, &path).await;
    let signed = world.rows().audited(&paper, "prescription.finalize").await;
    assert_eq!(signed, 1);
    assert_eq!(content(&here, &path).await, content(&there, &path).await);
    let followed = handed_over(&here, &webs[0], &path).await;
    assert!(followed.starts_with(b"%PDF-"));
    let same = handed_over(&there, &webs[1], &path).await;
    assert!(followed == same, "two papers of one prescription");
    let out = there.post("/api/v1/auth/logout", &json!({})).await;
    assert_eq!(out.status(), StatusCode::OK);
    assert_eq!(here.get(&path).await.status(), StatusCode::UNAUTHORIZED);
}

/// A prescription but for its address, which names the server that was asked.
async fn content(doctor: &Browser, path: &str) -> Value {
    let mut read = doctor.read(path).await;
    let prescription = read["prescription"].as_object_mut().unwrap();
    assert!(prescription.remove("pdf_url").is_some());
    read
}

async fn prescribed(doctor: &Browser, dictation: &str) -> String {
    let body = json!({ "transcription_id": dictation });
    let made = doctor.post("/api/v1/prescriptions", &body).await;
    assert_eq!(made.status(), StatusCode::CREATED);
    let made: Value = made.json().await.unwrap();
    made["prescription_id"].as_str().unwrap().to_owned()
}

/// Signs the version that is there now.
async fn sign(doctor: &Browser, path: &str) {
    let read = doctor.get(path).await;
    assert_eq!(read.status(), StatusCode::OK);
    let sign = doctor.request(Method::POST, &format!("{path}/finalize"));
    let sign = sign.header("if-match", &read.headers()["etag"]);
    let body = json!({ "utc_offset_minutes": 330 });
    let signed = sign.json(&body).send().await.unwrap();
    assert_eq!(signed.status(), StatusCode::OK);
    let signed: Value = signed.json().await.unwrap();
    assert_eq!(signed["prescription"]["status"], "FINALIZED");
}

/// The signed paper, by the link that a server gives to its own files.
async fn handed_over(doctor: &Browser, server: &ServerProcess, path: &str) -> Bytes {
    let link = doctor.get(&format!("{path}/pdf")).await;
    assert_eq!(link.status(), StatusCode::TEMPORARY_REDIRECT);
    let place = link.headers()["location"].to_str().unwrap();
    let file = place.strip_prefix(&server.address).unwrap();
    assert!(file.starts_with("/files/"), "{file}");
    let paper = doctor.stranger().get(file).await;
    assert_eq!(paper.status(), StatusCode::OK);
    assert_eq!(paper.headers()["content-type"], "application/pdf");
    paper.bytes().await.unwrap()
}

/// The worker dies while a browser looks on: the same stream goes on to the end, with
/// what the next worker hears.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_hearing_is_followed_by_another_in_the_same_stream() {
    let world = World::new().await;
    let web = world.start("web");
    let doomed = worker(&world);
    let doctor = demo_doctor(&web).await;
    let id = doctor.dictate("a.m4a", recordings::sample()).await;
    let mut news = doctor.events(&id, None).await;
    let mut seen = vec![news.until(|event| !event.segments.is_empty()).await];
    let hold = world.rows().hold_dictation(&id).await;
    let _other = worker(&world);
    doomed.kill();
    hold.rollback().await.unwrap();

    seen.extend(news.rest().await);
    let last = seen.last().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Completed);
    assert_eq!(last.attempt, 2);
    assert_eq!(collected(&seen), texts(&doctor.dictation(&id).await));
    // Whoever looks after the processes starts it again; it clears up after itself.
    let _again = worker(&world);
    assert_completed_once(&world, &doctor, &id, recordings::sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_understanding_is_followed_by_another_that_hears_nothing_again() {
    let world = World::new().await;
    let web = world.start("web");
    let doomed = worker(&world);
    let doctor = demo_doctor(&web).await;
    // Finding entities takes no time; storing them has to wait for this.
    let hold = world.rows().hold_entities().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let mut news = doctor.events(&id, None).await;
    news.until(|event| event.stage == Stage::Extracting).await;
    doomed.kill();
    let _other = worker(&world);
    hold.rollback().await.unwrap();

    let rest = news.rest().await;
    assert_eq!(rest.last().unwrap().status, TranscriptionStatus::Completed);
    let heard_again = |event: &DictationEvent| event.stage == Stage::Transcribing;
    assert!(!rest.iter().any(heard_again));
    assert_completed_once(&world, &doctor, &id, recordings::short()).await;
}

/// One that has nothing to do dies as well, and nobody misses it.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_idle_takes_nothing_along() {
    let world = World::new().await;
    let web = world.start("web");
    let doctor = demo_doctor(&web).await;
    let idle = worker(&world);
    let other = worker(&world);
    idle.kill();
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let last = completed(&doctor, &id).await;
    assert_eq!(last.attempt, 1);
    other.terminate();
    let _next = worker(&world);
    assert_completed_once(&world, &doctor, &id, recordings::short()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_its_server_took_down_goes_on_at_the_other_where_it_stopped() {
    let world = World::new().await;
    let [doomed, other] = [world.start("web"), world.start("web")];
    let _worker = worker(&world);
    let doctor = demo_doctor(&doomed).await;
    let id = doctor.dictate("a.m4a", recordings::sample()).await;
    let mut news = doctor.events(&id, None).await;
    let mut seen = vec![news.until(|event| !event.segments.is_empty()).await];
    doomed.kill();
    // What was on its way still arrives.
    seen.extend(news.rest().await);

    let doctor = doctor.at(&other.address);
    let version = seen.last().unwrap().version;
    let rest = doctor.events(&id, Some(version)).await.rest().await;
    let told: Vec<_> = seen.iter().chain(&rest).flat_map(|e| &e.segments).collect();
    let mut places: Vec<_> = told.iter().map(|segment| segment.index).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), told.len(), "no segment was told twice");
    seen.extend(rest);
    let last = seen.last().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Completed);
    assert_eq!(last.attempt, 1, "the worker noticed nothing");
    assert_eq!(collected(&seen), texts(&doctor.dictation(&id).await));
    let _again = world.start("web");
    assert_completed_once(&world, &doctor, &id, recordings::sample()).await;
}

/// A form as it goes over the wire, up to the middle of its recording; then nothing.
fn half_an_upload() -> Body {
    let mut form = b"--edge\r\n\
        Content-Disposition: form-data; name=\"audio_file\"; filename=\"a.m4a\"\r\n\r\n"
        .to_vec();
    form.extend_from_slice(&recordings::short()[..20_000]);
    let silence = stream::pending::<Result<Bytes, io::Error>>();
    Body::wrap_stream(stream::iter([Ok(Bytes::from(form))]).chain(silence))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_its_server_took_down_is_sent_again_and_stored_once() {
    let world = World::new().await;
    let [doomed, other] = [world.start("web"), world.start("web")];
    let doctor = demo_doctor(&doomed).await;
    let keyed = |who: &Browser| {
        let post = who.request(Method::POST, "/api/v1/transcriptions");
        post.header("idempotency-key", "recording-1")
    };
    let sending = keyed(&doctor)
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(half_an_upload());
    let sending = tokio::spawn(sending.send());
    let spool = world.home.path().join("spool");
    let on_its_way = || {
        let is_part = |path: &PathBuf| path.metadata().is_ok_and(|file| file.len() > 0);
        files(&spool).iter().any(is_part)
    };
    until(async || on_its_way()).await;
    doomed.kill();
    assert!(sending.await.unwrap().is_err(), "nobody answered");
    for table in ["transcriptions", "jobs", "idempotency_keys"] {
        assert_eq!(world.rows().count(table).await, 0, "{table}");
    }

    let doctor = doctor.at(&other.address);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let recording = reqwest::multipart::Part::bytes(recordings::short());
        let form = Form::new().part("audio_file", recording.file_name("a.m4a"));
        let answer = keyed(&doctor).multipart(form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let answer: Value = answer.json().await.unwrap();
        ids.push(answer["transcription_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(world.rows().count("transcriptions").await, 1);
    // The next one to start removes what lay open.
    let _again = world.start("all");
    completed(&doctor, &ids[0]).await;
    assert_completed_once(&world, &doctor, &ids[0], recordings::short()).await;
}
