//! From the upload to the draft.

use futures::StreamExt;
use seva_model::{ErrorCode, Stage, TranscriptionStatus};
use seva_services::{NewDictation, TranscriptionFilter};

use crate::{
    doubles::{ALL, SENTENCES, Speech, segments},
    world::World,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_is_heard_as_it_happens_and_completes() {
    let world = World::with_steps(0, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let work = world.work();

    let mut events = world.services.watch(doctor, id, None).await.unwrap();
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        match event.stage {
            // A step whenever the one before it was seen.
            Stage::Transcribing => world.transcriber.steps.add_permits(1),
            Stage::Extracting => world.extractor.gate.add_permits(1),
            _ => {}
        }
        seen.push(event);
    }
    work.shut_down().await;

    assert!(
        seen.windows(2)
            .all(|pair| pair[0].version <= pair[1].version)
    );
    let last = seen.last().unwrap();
    assert_eq!(
        (last.status, last.stage, last.attempt),
        (TranscriptionStatus::Completed, Stage::Done, 1)
    );
    assert!(last.times.transcribing_at <= last.times.extracting_at);
    assert!(last.times.extracting_at <= last.times.completed_at);
    let heard: Vec<_> = seen
        .iter()
        .filter(|event| event.stage == Stage::Transcribing)
        .flat_map(|event| event.segments.clone())
        .collect();
    assert_eq!(
        heard,
        segments(&SENTENCES),
        "each segment once, before the end"
    );
    let mut percentages: Vec<_> = seen
        .iter()
        .filter(|e| e.stage == Stage::Transcribing)
        .map(|e| e.progress)
        .collect();
    assert!(percentages.is_sorted());
    percentages.dedup();
    assert!(percentages.len() > 2, "{percentages:?}");

    let dictation = world.get(doctor, id).await;
    assert_eq!(dictation.transcript, SENTENCES.join(" "));
    assert_eq!(dictation.segments, segments(&SENTENCES));
    assert!(!dictation.summary.extraction_failed);
    assert_eq!(dictation.summary.medicine_count, 1, "current ones only");
    let found: Vec<_> = dictation.entities.iter().map(|e| e.text.as_str()).collect();
    assert_eq!(
        found,
        [
            "Asha Verma",
            "45-year-old",
            "hypertension",
            "Tylenol",
            "Vicodin"
        ],
        "in order, and nothing under 0.5"
    );
    assert_eq!(
        world.actions(id.as_uuid()).await,
        [
            "transcription.create",
            "transcription.transcribed",
            "transcription.complete"
        ]
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_resumes_behind_the_event_it_names() {
    let world = World::with_steps(2, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let two = world.until(doctor, id, |e| e.segments.len() == 2).await;

    world.transcriber.steps.add_permits(ALL);
    world
        .until(doctor, id, |e| e.stage == Stage::Extracting)
        .await;
    let resumed = world
        .services
        .events_since(doctor, id, Some(two.version))
        .await
        .unwrap();
    let indexes: Vec<_> = resumed
        .segments
        .iter()
        .map(|segment| segment.index)
        .collect();
    assert_eq!(indexes, [2]);

    world.extractor.gate.add_permits(1);
    let end = world.end_of(doctor, id).await;
    let after_the_end = world
        .services
        .watch(doctor, id, Some(end.version))
        .await
        .unwrap();
    let events: Vec<_> = after_the_end.collect().await;
    assert_eq!(events.len(), 1, "the final state, then the end");
    assert!(events[0].segments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_dictation_says_its_place_and_moves_up() {
    let world = World::with_steps(0, ALL).await;
    let doctor = world.doctor("a").await;
    let _work = world.work();
    let first = world.dictate(doctor).await;
    world
        .until(doctor, first, |e| {
            e.status == TranscriptionStatus::InProgress
        })
        .await;
    let second = world.dictate(doctor).await;
    let third = world.dictate(doctor).await;

    world
        .until(doctor, second, |e| e.queue_ahead == Some(0))
        .await;
    let mut waiting = world.services.watch(doctor, third, None).await.unwrap();
    assert_eq!(waiting.next().await.unwrap().queue_ahead, Some(1));
    world.transcriber.steps.add_permits(4);
    world.end_of(doctor, first).await;
    loop {
        let event = waiting.next().await.unwrap();
        assert_eq!(event.status, TranscriptionStatus::Pending);
        if event.queue_ahead == Some(0) {
            break;
        }
    }
    world.transcriber.steps.add_permits(ALL);
    for id in [second, third] {
        assert_eq!(
            world.end_of(doctor, id).await.status,
            TranscriptionStatus::Completed
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_searched_filtered_and_paged() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let named = NewDictation {
        patient_name: Some("Imran Q.".parse().unwrap()),
        ..NewDictation::default()
    };
    let upload = world.upload(b"speech").await;
    let imran = world
        .services
        .begin_dictation(doctor, upload, named)
        .await
        .unwrap();
    for _ in 0..3 {
        world.dictate(doctor).await;
    }
    let mut filter = TranscriptionFilter {
        limit: Some(3),
        ..TranscriptionFilter::default()
    };
    let page = world
        .services
        .list_transcriptions(doctor, &filter)
        .await
        .unwrap();
    assert_eq!(page.items.len(), 3);
    filter.before = page.next;
    let rest = world
        .services
        .list_transcriptions(doctor, &filter)
        .await
        .unwrap();
    assert_eq!(
        rest.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [imran]
    );
    assert_eq!(rest.next, None);

    let search = TranscriptionFilter {
        search: Some(" imran ".to_owned()),
        ..TranscriptionFilter::default()
    };
    let found = world
        .services
        .list_transcriptions(doctor, &search)
        .await
        .unwrap();
    assert_eq!(
        found.items.iter().map(|row| row.id).collect::<Vec<_>>(),
        [imran]
    );
    let done = TranscriptionFilter {
        status: Some(TranscriptionStatus::Completed),
        ..TranscriptionFilter::default()
    };
    assert!(
        world
            .services
            .list_transcriptions(doctor, &done)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let bad = TranscriptionFilter {
        before: Some("x".to_owned()),
        ..TranscriptionFilter::default()
    };
    let error = world
        .services
        .list_transcriptions(doctor, &bad)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ValidationFailed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_recording_can_be_heard_in_parts() {
    use seva_services::{AudioError, ports::ByteRange};
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let range = ByteRange {
        start: 2,
        end: Some(3),
    };
    let audio = world
        .services
        .open_audio(doctor, id, Some(range))
        .await
        .unwrap();
    assert_eq!(
        (audio.mime.as_str(), audio.body.range, audio.body.length),
        ("audio/mp4", (2, 3), 6)
    );
    let behind = ByteRange {
        start: 6,
        end: None,
    };
    let error = world
        .services
        .open_audio(doctor, id, Some(behind))
        .await
        .err()
        .unwrap();
    assert!(matches!(
        error,
        AudioError::RangeNotSatisfiable { length: 6 }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_words_fails_with_a_sentence() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Hears(Vec::new()));
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let failure = world.end_of(doctor, id).await.failure.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.may_retry),
        ("AUDIO_NO_SPEECH", false)
    );
}
