//! The main job: a dictation is uploaded, heard, understood.

use std::collections::BTreeSet;

use seva_model::{Stage, TranscriptionStatus};

use crate::support::{recordings, spawn_app, spawn_web};

#[tokio::test(flavor = "multi_thread")]
async fn property_21_a_dictation_is_followed_from_upload_to_its_entities() {
    let app = spawn_app().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("sample.m4a", recordings::sample()).await;
    let events = doctor.events(&id, None).await.rest().await;

    assert!(
        events.is_sorted_by_key(|event| event.version),
        "versions only grow"
    );
    let last = events.last().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Completed);
    assert_eq!(last.stage, Stage::Done);
    let heard: Vec<_> = events
        .iter()
        .filter(|e| e.stage == Stage::Transcribing)
        .collect();
    let progress: BTreeSet<u8> = heard.iter().map(|event| event.progress).collect();
    assert!(
        progress.len() >= 3,
        "several values of progress: {progress:?}"
    );
    assert!(
        heard.iter().any(|event| !event.segments.is_empty()),
        "text before the end"
    );

    let dictation = doctor.dictation(&id).await;
    assert_eq!(dictation["status"], "COMPLETED");
    assert!(dictation["completed_at"].is_string());
    let transcript = dictation["transcript"].as_str().unwrap().to_lowercase();
    for word in ["diabetes", "metformin", "amlodipine", "chest pain", "weeks"] {
        assert!(transcript.contains(word), "{word}: {transcript}");
    }
    let segments = dictation["segments"].as_array().unwrap();
    let words: Vec<_> = segments
        .iter()
        .flat_map(|s| s["words"].as_array().unwrap())
        .collect();
    assert!(words.len() > 80, "{} words", words.len());
    assert!(words.is_sorted_by_key(|word| (word["start"].as_f64().unwrap() * 1000.0) as u64));

    let entities = dictation["entities"].as_array().unwrap();
    let entity = |text: &str| {
        entities
            .iter()
            .find(|e| e["text"].as_str().unwrap().eq_ignore_ascii_case(text))
            .unwrap()
    };
    let metformin = entity("metformin");
    assert_eq!(metformin["category"], "MEDICATION");
    let said = |kind| {
        metformin["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|a| a["type"] == kind)
    };
    assert!(said("FREQUENCY"), "{metformin}");
    let pain = entity("chest pain");
    let traits: Vec<_> = pain["traits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| &t["name"])
        .collect();
    assert!(traits.iter().any(|name| *name == "NEGATION"), "{pain}");
    assert!(
        entities
            .iter()
            .all(|e| e["confidence_score"].as_f64().unwrap() >= 0.5)
    );

    // Who has seen everything gets the final state and no text again.
    let again = doctor.events(&id, Some(last.version)).await.rest().await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].version, last.version);
    assert!(again[0].segments.is_empty());
    // Who has seen nothing gets all of it at once.
    let whole = doctor.events(&id, None).await.rest().await;
    assert_eq!(whole[0].segments.len(), segments.len());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_dictation_is_cancelled_and_tried_again() {
    let app = spawn_app().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("sample.m4a", recordings::sample()).await;
    let mut events = doctor.events(&id, None).await;
    events
        .until(|event| event.stage == Stage::Transcribing && event.progress > 0)
        .await;
    let path = |act| format!("/api/v1/transcriptions/{id}/{act}");
    let none = serde_json::json!({});
    assert!(
        doctor
            .post(&path("cancel"), &none)
            .await
            .status()
            .is_success()
    );
    let last = events.rest().await.pop().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Cancelled);
    // A dictation that has ended can't be cancelled.
    assert_eq!(doctor.post(&path("cancel"), &none).await.status(), 409);

    assert!(
        doctor
            .post(&path("retry"), &none)
            .await
            .status()
            .is_success()
    );
    let last = doctor.events(&id, None).await.rest().await.pop().unwrap();
    assert_eq!(last.status, TranscriptionStatus::Completed);
    assert!(last.attempt > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_dictations_at_once_both_end_and_the_second_knows_its_place() {
    let app = spawn_app().await;
    let doctor = app.doctor().await;
    let first = doctor.dictate("one.m4a", recordings::sample()).await;
    let second = doctor.dictate("two.m4a", recordings::short()).await;
    let (first, second) = tokio::join!(
        async { doctor.events(&first, None).await.rest().await },
        async { doctor.events(&second, None).await.rest().await },
    );
    for events in [&first, &second] {
        assert_eq!(
            events.last().unwrap().status,
            TranscriptionStatus::Completed
        );
    }
    if std::thread::available_parallelism().unwrap().get() < 4 {
        // One at a time on a small machine: the second waits behind the first.
        let waiting: Vec<_> = second.iter().filter(|e| e.stage == Stage::Queued).collect();
        // The first counts as ahead only until it is taken.
        let knows_its_place = |ahead: Option<u32>| matches!(ahead, Some(0 | 1));
        assert!(!waiting.is_empty(), "the second waited");
        assert!(
            waiting
                .iter()
                .all(|event| knows_its_place(event.queue_ahead))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_streams_end_when_the_server_stops() {
    let app = crate::support::spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let mut events = doctor.events(&id, None).await;
    let first = events.next().await.unwrap();
    assert_eq!(first.status, TranscriptionStatus::Pending);
    let (rest, ()) = tokio::join!(events.rest(), app.stop());
    assert!(
        rest.iter()
            .all(|event| event.status == TranscriptionStatus::Pending)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_without_its_entities_is_shown_and_they_are_looked_for_again() {
    const TEXT: &str = "She has a fever. Start metformin 500 mg twice daily.";
    const SENTENCE: &str = "Medicines and conditions could not be found";
    let app = crate::support::spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let address = format!("/dictations/{id}");
    let extract = format!("/api/v1/transcriptions/{id}/extract");
    let none = serde_json::json!({});
    let early = doctor.post(&extract, &none).await;
    assert_eq!(early.status(), 409, "there is no text yet");

    app.rows().end_without_entities(&id, TEXT).await;
    let dictation = doctor.dictation(&id).await;
    assert_eq!(dictation["extraction_failed"], true);
    assert_eq!(dictation["transcript"], TEXT);
    let page = doctor.open(&address).await.text().await.unwrap();
    for words in ["metformin", SENTENCE, "Try again", "Write the prescription"] {
        assert!(page.contains(words), "{words}");
    }
    let heard = page.contains("No medicine for this patient was heard");
    assert!(!heard, "none was looked for");
    let list = doctor.open("/dictations").await.text().await.unwrap();
    assert!(list.contains("Medicines could not be marked"));

    // The page's button, without script.
    let fields = format!("id={id}");
    let done = doctor
        .submit(&address, "/fn/retry_extraction", &fields)
        .await;
    assert!(!done.status().is_client_error() && !done.status().is_server_error());
    let page = doctor.open(&address).await.text().await.unwrap();
    assert!(!page.contains(SENTENCE));
    assert!(page.contains("entity--medication"));

    // And its twin of the API, which finds the same and nothing twice.
    let answer = doctor.post(&extract, &none).await;
    assert_eq!(answer.status(), 200);
    let answer: serde_json::Value = answer.json().await.unwrap();
    let entities = answer["transcription"]["entities"].as_array().unwrap();
    assert!(entities.iter().any(|found| found["text"] == "metformin"));
    assert_eq!(answer["transcription"]["extraction_failed"], false);
    let stored = app.rows().count_of("medical_entities", &id).await;
    assert_eq!(usize::try_from(stored).unwrap(), entities.len());
    assert_eq!(app.rows().audited(&id, "transcription.extract").await, 2);
    assert_eq!(app.rows().count("jobs").await, 0, "nothing is heard again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_begins_at_the_moment_that_is_named() {
    let app = spawn_web().await;
    let doctor = app.doctor().await;
    let early = doctor.dictate("early.m4a", recordings::short()).await;
    let late = doctor.dictate("late.m4a", recordings::short()).await;
    let list = "/api/v1/transcriptions";
    let ids = |page: &serde_json::Value| -> Vec<String> {
        let rows = page["transcriptions"].as_array().unwrap().iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = doctor.read(list).await;
    assert_eq!(ids(&all), [late.clone(), early.clone()]);
    let since = all["transcriptions"][0]["created_at"].as_str().unwrap();
    let newer = doctor.read(&format!("{list}?since={since}")).await;
    assert_eq!(
        ids(&newer),
        std::slice::from_ref(&late),
        "that moment is in it"
    );
    let none = format!("{list}?since={since}&status=FAILED");
    assert!(ids(&doctor.read(&none).await).is_empty());
    let search = format!("{list}/search");
    let body = serde_json::json!({ "search": "Imran", "since": since });
    let found: serde_json::Value = doctor.post(&search, &body).await.json().await.unwrap();
    assert_eq!(ids(&found), [late]);

    let body = serde_json::json!({ "since": "yesterday" });
    let refused = [
        doctor.get(&format!("{list}?since=yesterday")).await,
        doctor.post(&search, &body).await,
    ];
    for answer in refused {
        assert_eq!(answer.status(), 400);
        let answer: serde_json::Value = answer.json().await.unwrap();
        let sentence = answer["error"]["fields"]["since"].as_str().unwrap();
        assert!(sentence.contains("2026-11-22T09:30:00Z"), "{sentence}");
    }
}
