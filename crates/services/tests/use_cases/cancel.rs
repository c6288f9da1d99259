//! Cancelling, in each stage.

use std::sync::atomic::Ordering;

use seva_model::{ErrorCode, Stage, TranscriptionStatus};

use crate::{
    doubles::{ALL, SENTENCES},
    world::{World, eventually},
};

#[tokio::test(flavor = "multi_thread")]
async fn while_it_waits_it_is_cancelled_at_once() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    world
        .services
        .cancel_transcription(doctor, id)
        .await
        .unwrap();
    let dictation = world.get(doctor, id).await;
    assert_eq!(dictation.summary.status, TranscriptionStatus::Cancelled);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_heard_the_engine_stops_and_a_retry_completes() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let _work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    world
        .services
        .cancel_transcription(doctor, id)
        .await
        .unwrap();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Cancelled
    );
    assert_eq!(world.transcriber.cancelled.load(Ordering::SeqCst), 1);

    world.transcriber.steps.add_permits(ALL);
    world
        .services
        .retry_transcription(doctor, id)
        .await
        .unwrap();
    let end = world.end_of(doctor, id).await;
    assert_eq!(
        (end.status, end.attempt),
        (TranscriptionStatus::Completed, 2)
    );
    assert_eq!(world.get(doctor, id).await.transcript, SENTENCES.join(" "));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_understood_it_stops_and_a_retry_hears_nothing_twice() {
    let world = World::with_steps(ALL, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let _work = world.work();
    world
        .until(doctor, id, |e| e.stage == Stage::Extracting)
        .await;
    world
        .services
        .cancel_transcription(doctor, id)
        .await
        .unwrap();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Cancelled
    );
    assert_eq!(
        world.count("SELECT count(*) FROM medical_entities").await,
        0
    );

    world.extractor.gate.add_permits(ALL);
    world
        .services
        .retry_transcription(doctor, id)
        .await
        .unwrap();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Completed
    );
    assert_eq!(world.transcriber.calls.load(Ordering::SeqCst), 1);
    assert_eq!(world.get(doctor, id).await.entities.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_end_there_is_nothing_to_cancel() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.completed(doctor).await;
    let error = world
        .services
        .cancel_transcription(doctor, id)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Conflict);
    assert_eq!(
        world.get(doctor, id).await.summary.status,
        TranscriptionStatus::Completed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_hands_the_dictation_back_without_a_mark() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    work.shut_down().await;
    let dictation = world.get(doctor, id).await;
    assert_eq!(dictation.summary.status, TranscriptionStatus::Pending);
    assert_eq!(
        world
            .count("SELECT count(*) FROM jobs WHERE crashes = 0 AND lease_token IS NULL")
            .await,
        1
    );

    world.transcriber.steps.add_permits(ALL);
    let _work = world.work();
    assert_eq!(
        world.end_of(doctor, id).await.status,
        TranscriptionStatus::Completed
    );
    eventually(|| async { world.count("SELECT count(*) FROM jobs").await == 0 }).await;
}
