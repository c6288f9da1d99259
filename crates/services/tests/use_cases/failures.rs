//! Services that fail, and what the doctor gets.

use std::{sync::atomic::Ordering, time::Duration};

use seva_model::{MedicationLine, TranscriptionId, TranscriptionStatus, UserId};
use seva_services::{NewDictation, ports::PortFailure};

use crate::{
    doubles::{ALL, SENTENCES, Speech, segments},
    world::{Work, World, config, eventually},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_recovers_costs_nothing() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..2 {
        world.transcriber.next(Speech::Fails { may_retry: true });
        world.extractor.fail(PortFailure::Unavailable);
    }
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Completed);
    assert_eq!(
        world.transcriber.calls.load(Ordering::SeqCst),
        3,
        "heard once, never again"
    );
    assert_eq!(world.extractor.calls.load(Ordering::SeqCst), 3);
    let dictation = world.get(doctor, id).await;
    assert!(!dictation.summary.extraction_failed);
    assert_eq!(dictation.entities.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_third_failure_is_the_doctors_to_retry() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..3 {
        world.transcriber.next(Speech::Fails { may_retry: true });
    }
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Failed);
    let failure = end.failure.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.may_retry),
        ("TRANSCRIPTION_FAILED", true)
    );

    world
        .services
        .retry_transcription(doctor, id)
        .await
        .unwrap();
    let end = world.end_of(doctor, id).await;
    assert_eq!(
        (end.status, end.failure),
        (TranscriptionStatus::Completed, None)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_listens_in_the_language_of_the_dictation() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Fails { may_retry: false });
    let new = NewDictation {
        language_code: "hi-IN".to_owned(),
        ..NewDictation::default()
    };
    let upload = world.upload(b"speech").await;
    let begun = world.services.begin_dictation(doctor, upload, new).await;
    let id = begun.unwrap();
    let _work = world.work();
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Failed);

    let retried = world.services.retry_transcription(doctor, id).await;
    retried.unwrap();
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Completed);
    let told = world.transcriber.told.lock().unwrap().clone();
    assert_eq!(told, ["hi-IN", "hi-IN"]);
    assert_eq!(world.get(doctor, id).await.language_code, "hi-IN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_left_alone_uses_up_no_try() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let soon = Duration::from_millis(10);
    for _ in 0..2 * config().tries {
        world.transcriber.next(Speech::LeftAlone(soon));
        world.extractor.leave_alone(soon);
    }
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let end = world.end_of(doctor, id).await;
    assert_eq!(
        (end.status, end.failure),
        (TranscriptionStatus::Completed, None)
    );
    let dictation = world.get(doctor, id).await;
    assert!(!dictation.summary.extraction_failed);
    assert_eq!(dictation.entities.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_waits_in_the_queue_while_its_service_is_left_alone() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let hour = Duration::from_secs(3600);
    world.transcriber.next(Speech::LeftAlone(hour));
    let id = world.dictate(doctor).await;
    let work = world.work();
    let waits = "SELECT count(*) FROM jobs WHERE service_failures = 0 AND lease_token IS NULL
                    AND run_after > now() + interval '50 minutes'";
    eventually(|| async { world.count(waits).await == 1 }).await;
    let status = world.get(doctor, id).await.summary.status;
    assert_eq!(status, TranscriptionStatus::Pending);
    assert_eq!(world.transcriber.calls.load(Ordering::SeqCst), 1);

    world.run_sql("UPDATE jobs SET run_after = now()").await;
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Completed);
    work.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_starts_again_goes_on_counting() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Fails { may_retry: true });
    let id = world.dictate(doctor).await;
    let mut patient = config();
    patient.backoff = Duration::from_secs(3600);
    let first = Work::start(&world.services, patient);
    let given_back = "SELECT count(*) FROM jobs WHERE service_failures = 1 AND lease_token IS NULL";
    eventually(|| async { world.count(given_back).await == 1 }).await;
    first.kill().await;
    world.run_sql("UPDATE jobs SET run_after = now()").await;

    let second = world.process(ALL, ALL);
    for _ in 0..3 {
        second.transcriber.next(Speech::Fails { may_retry: true });
    }
    let _work = Work::start(&second.services, config());
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.status, TranscriptionStatus::Failed);
    assert_eq!(second.transcriber.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lasting_failure_is_not_tried_again() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Fails { may_retry: false });
    let id = world.dictate(doctor).await;
    let _work = world.work();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Failed
    );
    assert_eq!(world.transcriber.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recording_says_why() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Refuses);
    let id = world.dictate(doctor).await;
    let _work = world.work();
    let failure = world.end_of(doctor, id).await.failure.unwrap();
    assert_eq!(failure.code, "AUDIO_REFUSED");
    assert_eq!(failure.message, "The recording can't be used.");
    assert!(!failure.may_retry);
}

/// Fails for good in a way, and gives the dictation.
async fn dictate_in_vain(world: &World, doctor: UserId, failure: PortFailure) -> TranscriptionId {
    for _ in 0..config().tries {
        world.extractor.fail(failure);
    }
    let id = world.dictate(doctor).await;
    let work = world.work();
    let end = world.end_of(doctor, id).await;
    work.shut_down().await;
    assert_eq!(end.status, TranscriptionStatus::Completed, "{failure:?}");
    // A failure that stays is not tried again.
    world.extractor.failures.lock().unwrap().clear();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn property_24_graceful_entity_extraction_failure() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for failure in [
        PortFailure::Throttled,
        PortFailure::TimedOut,
        PortFailure::Unavailable,
        PortFailure::Denied,
        PortFailure::NotFound,
        PortFailure::Broken,
    ] {
        let id = dictate_in_vain(&world, doctor, failure).await;
        let dictation = world.get(doctor, id).await;
        assert!(
            dictation.summary.extraction_failed && dictation.entities.is_empty(),
            "{failure:?}"
        );
        assert_eq!(dictation.transcript, SENTENCES.join(" "), "{failure:?}");
        assert_eq!(dictation.segments, segments(&SENTENCES), "{failure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_of_the_extraction_hears_nothing_again_and_finds_nothing_twice() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = dictate_in_vain(&world, doctor, PortFailure::Throttled).await;
    let heard = world.transcriber.calls.load(Ordering::SeqCst);

    let services = &world.services;
    let (one, other) = tokio::join!(
        services.retry_extraction(doctor, id),
        services.retry_extraction(doctor, id)
    );
    for found in [one.unwrap(), other.unwrap()] {
        assert!(!found.summary.extraction_failed);
        assert_eq!(found.entities.len(), 5);
    }
    let stored = world.count("SELECT count(*) FROM medical_entities").await;
    assert_eq!(stored, 5);
    assert_eq!(world.transcriber.calls.load(Ordering::SeqCst), heard);
    assert_eq!(world.get(doctor, id).await.summary.medicine_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prescription_is_written_by_hand_when_extraction_failed() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = dictate_in_vain(&world, doctor, PortFailure::Denied).await;
    let services = &world.services;
    let draft = services.draft_prescription(doctor, id).await.unwrap();
    let written = services.get_prescription(doctor, draft).await.unwrap();
    assert_eq!(written.content.medications, []);
    assert_eq!(
        written.content.instructions, "Drink water.",
        "advice needs no entities"
    );

    let mut content = written.content;
    content.patient_name = "Asha Verma".to_owned();
    content.medications.push(MedicationLine {
        name: "Tylenol".to_owned(),
        strength: "500 mg".to_owned(),
        ..MedicationLine::default()
    });
    let saved = services
        .save_prescription(doctor, draft, written.version, content)
        .await
        .unwrap();
    // What is found later changes nothing of what was written.
    services.retry_extraction(doctor, id).await.unwrap();
    let after = services.get_prescription(doctor, draft).await.unwrap();
    assert_eq!(
        (after.version, after.content),
        (saved.version, saved.content)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_that_no_row_can_hold_leave_the_transcript() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.extractor.odd_type.store(true, Ordering::SeqCst);
    let id = world.completed(doctor).await;
    let dictation = world.get(doctor, id).await;
    assert!(dictation.summary.extraction_failed && dictation.entities.is_empty());
    assert_eq!(dictation.transcript, SENTENCES.join(" "));
}
