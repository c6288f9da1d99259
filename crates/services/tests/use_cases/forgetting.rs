//! What a provider of speech keeps of a dictation, and when it is told to remove it.

use std::{sync::atomic::Ordering, time::Duration};

use seva_model::{Specialty, Stage, TranscriptionId, TranscriptionStatus, UserId};
use seva_services::{NewDictation, WorkerConfig};

use crate::{
    doubles::{ALL, Forgetting, Speech},
    world::{Work, World, config, eventually},
};

/// A dictation that was cancelled while nobody had it, after its first words were
/// heard.
async fn cancelled(world: &World, doctor: UserId) -> TranscriptionId {
    let id = world.dictate(doctor).await;
    let work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    work.shut_down().await;
    let cancelled = world.services.cancel_transcription(doctor, id).await;
    cancelled.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_forgotten_when_its_words_are_safe_and_not_before() {
    let world = World::with_steps(1, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    assert_eq!(
        (world.transcriber.forgotten(id), world.traces().await),
        (0, 1)
    );

    world.transcriber.steps.add_permits(ALL);
    world
        .until(doctor, id, |e| e.stage == Stage::Extracting)
        .await;
    eventually(|| async { world.traces().await == 0 }).await;
    world.extractor.gate.add_permits(1);
    world.end_of(doctor, id).await;
    work.shut_down().await;
    assert_eq!(world.transcriber.forgotten(id), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_died_while_it_forgot_leaves_it_to_the_next() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.will(Forgetting::Hangs);
    let id = world.dictate(doctor).await;
    let first = world.work();
    world.end_of(doctor, id).await;
    eventually(|| async { world.transcriber.forgotten(id) == 1 }).await;
    first.kill().await;
    assert_eq!(world.traces().await, 1);

    world.expire_leases().await;
    let second = world.process(ALL, ALL);
    let _work = Work::start(&second.services, config());
    eventually(|| async { world.traces().await == 0 }).await;
    assert_eq!(second.transcriber.forgotten(id), 1);
    assert_eq!(second.transcriber.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_forgets_nothing_and_a_cancellation_needs_no_worker() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = cancelled(&world, doctor).await;
    assert_eq!(
        (world.transcriber.forgotten(id), world.traces().await),
        (0, 1)
    );
    // A start that was under way may still arrive: it is not asked for at once.
    let later = "SELECT count(*) FROM speech_traces WHERE forget_after > now() + interval '5 s'";
    assert_eq!(world.count(later).await, 1);

    world.forget_now().await;
    let _work = world.work();
    eventually(|| async { world.traces().await == 0 }).await;
    assert_eq!(world.transcriber.forgotten(id), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_or_was_cancelled_is_forgotten() {
    let world = World::with_steps(0, ALL).await;
    let doctor = world.doctor("a").await;
    world.transcriber.next(Speech::Refuses);
    let refused = world.dictate(doctor).await;
    let _work = world.work();
    world.end_of(doctor, refused).await;

    let cancelled = world.dictate(doctor).await;
    world
        .until(doctor, cancelled, |e| e.stage == Stage::Transcribing)
        .await;
    world
        .services
        .cancel_transcription(doctor, cancelled)
        .await
        .unwrap();
    world.end_of(doctor, cancelled).await;
    assert_eq!(world.traces().await, 2);
    world.forget_now().await;
    eventually(|| async { world.traces().await == 0 }).await;
    for id in [refused, cancelled] {
        assert_eq!(world.transcriber.forgotten(id), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_not_ready_or_fails_is_told_again_until_nothing_is_left() {
    for forgetting in [Forgetting::NotYet, Forgetting::Fails] {
        let world = World::new().await;
        let doctor = world.doctor("a").await;
        world.transcriber.will(forgetting);
        let id = world.dictate(doctor).await;
        let _work = world.work();
        let end = world.end_of(doctor, id).await;
        assert_eq!(end.status, TranscriptionStatus::Completed);
        eventually(|| async { world.transcriber.forgotten(id) >= 2 }).await;
        assert_eq!(world.traces().await, 1);

        world.transcriber.will(Forgetting::Gone);
        eventually(|| async { world.traces().await == 0 }).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_keeps_outlives_the_dictation() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.transcriber.will(Forgetting::NotYet);
    let id = world.completed(doctor).await;
    world
        .services
        .delete_transcription(doctor, id)
        .await
        .unwrap();
    world
        .run_sql("UPDATE transcriptions SET deleted_at = now() - interval '1 hour'")
        .await;
    let quick = WorkerConfig {
        purge_every: Duration::from_millis(10),
        ..config()
    };
    let _work = Work::start(&world.services, quick);
    let rows = "SELECT count(*) FROM transcriptions";
    eventually(|| async { world.count(rows).await == 0 }).await;
    assert_eq!(world.traces().await, 1);

    world.transcriber.will(Forgetting::Gone);
    eventually(|| async { world.traces().await == 0 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_purged_while_it_waits_for_another_try_is_forgotten() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    work.shut_down().await;
    world
        .services
        .delete_transcription(doctor, id)
        .await
        .unwrap();
    world
        .run_sql("UPDATE transcriptions SET deleted_at = now() - interval '1 hour'")
        .await;
    let _work = world.work();
    let rows = "SELECT count(*) FROM transcriptions";
    eventually(|| async { world.count(rows).await == 0 }).await;
    world.forget_now().await;
    eventually(|| async { world.traces().await == 0 }).await;
    assert_eq!(world.transcriber.forgotten(id), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_try_takes_it_back() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = cancelled(&world, doctor).await;
    let retried = world.services.retry_transcription(doctor, id).await;
    retried.unwrap();
    // Nothing is due any more, however long the try waits and lasts.
    world.forget_now().await;
    world.transcriber.steps.add_permits(1);
    let work = world.work();
    world.until(doctor, id, |e| e.segments.len() == 1).await;
    assert_eq!(
        (world.transcriber.forgotten(id), world.traces().await),
        (0, 1)
    );

    world.transcriber.steps.add_permits(ALL);
    world.end_of(doctor, id).await;
    eventually(|| async { world.traces().await == 0 }).await;
    work.shut_down().await;
    assert_eq!(world.transcriber.forgotten(id), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_no_traces_is_not_asked_for() {
    let world = World::with_steps(ALL, 0).await;
    let doctor = world.doctor("a").await;
    let upload = world.upload(b"speech").await;
    let streamed = NewDictation {
        specialty: Specialty::Urology,
        ..NewDictation::default()
    };
    let begun = world.services.begin_dictation(doctor, upload, streamed);
    let id = begun.await.unwrap();
    let work = world.work();
    world
        .until(doctor, id, |e| e.stage == Stage::Extracting)
        .await;
    assert_eq!(world.traces().await, 0);
    world.extractor.gate.add_permits(1);
    world.end_of(doctor, id).await;
    work.shut_down().await;
    assert_eq!(world.transcriber.forgotten(id), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_of_this_process_settles_no_providers_traces() {
    let world = World::with_steps(1, ALL).await;
    let doctor = world.doctor("a").await;
    let id = cancelled(&world, doctor).await;
    world.forget_now().await;
    let embedded = world.process(ALL, ALL);
    embedded.transcriber.embedded.store(true, Ordering::SeqCst);
    let other = world.dictate(doctor).await;
    let work = Work::start(&embedded.services, config());
    world.end_of(doctor, other).await;
    work.shut_down().await;
    assert_eq!(embedded.transcriber.forgotten(id), 0);
    assert_eq!(world.traces().await, 1, "it waits for its provider");
}
