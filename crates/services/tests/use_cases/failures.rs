//! Services that fail, and what the doctor gets.

use std::{sync::atomic::Ordering, time::Duration};

use seva_model::TranscriptionStatus;

use crate::{
    doubles::{ALL, SENTENCES, Speech},
    world::{Work, World, config, eventually},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_recovers_costs_nothing() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..2 {
        world.transcriber.next(Speech::Fails { may_retry: true });
        world.extractor.fail(true);
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
    assert!(!dictation.extraction_failed);
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

#[tokio::test(flavor = "multi_thread")]
async fn property_24_a_failed_extraction_leaves_the_transcript() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.extractor.fail(false);
    let id = world.dictate(doctor).await;
    let _work = world.work();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Completed
    );
    let dictation = world.get(doctor, id).await;
    assert!(dictation.extraction_failed && dictation.entities.is_empty());
    assert_eq!(dictation.transcript, SENTENCES.join(" "));

    let found = world.services.retry_extraction(doctor, id).await.unwrap();
    assert!(!found.extraction_failed);
    assert_eq!(found.entities.len(), 5);
}
