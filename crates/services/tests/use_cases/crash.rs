//! Workers that die, and workers that only seem to.

use std::{sync::atomic::Ordering, time::Duration};

use seva_model::{Stage, TranscriptionId, TranscriptionStatus, UserId};

use crate::{
    doubles::{ALL, SENTENCES, Speech, segments},
    world::{Work, World, config, eventually},
};

/// The dictation is complete, and everything is there once.
async fn assert_whole(world: &World, doctor: UserId, id: TranscriptionId) {
    let dictation = world.get(doctor, id).await;
    assert_eq!(dictation.summary.status, TranscriptionStatus::Completed);
    assert_eq!(dictation.transcript, SENTENCES.join(" "));
    assert_eq!(dictation.segments, segments(&SENTENCES), "no doubled words");
    assert_eq!(dictation.entities.len(), 5, "no doubled entities");
    let actions = world.actions(id.as_uuid()).await;
    for once in ["transcription.transcribed", "transcription.complete"] {
        assert_eq!(
            actions.iter().filter(|action| *action == once).count(),
            1,
            "{actions:?}"
        );
    }
}

/// Lets a first worker get to `reached` within the given steps, kills it there,
/// and lets a second process finish.
async fn kill_at(speech: usize, reached: impl Fn(&seva_model::DictationEvent) -> bool) {
    let world = World::with_steps(speech, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let first = world.work();
    world.until(doctor, id, reached).await;
    first.kill().await;
    world.expire_leases().await;
    let second = world.process(ALL, ALL);
    let _second = Work::start(&second.services, config());
    let end = world.end_of(doctor, id).await;
    assert_eq!(end.attempt, 2);
    assert_whole(&world, doctor, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_first_word() {
    kill_at(0, |event| event.stage == Stage::Transcribing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_the_words() {
    kill_at(2, |event| event.segments.len() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_when_all_words_are_told_but_not_finished() {
    kill_at(3, |event| event.segments.len() == 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_entities_are_found() {
    kill_at(ALL, |event| event.stage == Stage::Extracting).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_completes_once() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let mut ids = Vec::new();
    for microseconds in (0..24).map(|step| step * 1500) {
        ids.push(world.dictate(doctor).await);
        let mut quick = config();
        quick.max_crashes = i16::MAX;
        let work = Work::start(&world.services, quick);
        tokio::time::sleep(Duration::from_micros(microseconds)).await;
        work.kill().await;
        world.expire_leases().await;
    }
    let mut patient = config();
    patient.max_crashes = i16::MAX;
    let _work = Work::start(&world.services, patient);
    for id in ids {
        world.end_of(doctor, id).await;
        assert_whole(&world, doctor, id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_runs_out_by_itself() {
    let world = World::with_steps(0, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let mut short = config();
    short.lease = Duration::from_millis(300);
    let first = Work::start(&world.services, short);
    world
        .until(doctor, id, |event| event.stage == Stage::Transcribing)
        .await;
    first.kill().await;
    let second = world.process(ALL, ALL);
    let _second = Work::start(&second.services, config());
    world.end_of(doctor, id).await;
    assert_whole(&world, doctor, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_lease_writes_nothing() {
    let world = World::with_steps(0, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let zombie = world.process(1, ALL);
    zombie
        .transcriber
        .next(Speech::Hears(vec!["Words", "of", "the dead."]));
    // It never renews its lease, and never learns that it lost it.
    let mut deaf = config();
    deaf.heartbeat = Duration::from_secs(3600);
    let dead = Work::start(&zombie.services, deaf);
    world
        .until(doctor, id, |event| event.segments.len() == 1)
        .await;
    world.expire_leases().await;

    let _living = world.work();
    world.until(doctor, id, |event| event.attempt == 2).await;
    zombie.transcriber.steps.add_permits(1);
    // Its next segment is refused, which stops it.
    eventually(|| async { zombie.transcriber.cancelled.load(Ordering::SeqCst) == 1 }).await;
    world.transcriber.steps.add_permits(ALL);
    world.end_of(doctor, id).await;
    dead.shut_down().await;
    assert_whole(&world, doctor, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zombie_that_wakes_after_the_end_changes_nothing() {
    let world = World::with_steps(ALL, 0).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let mut deaf = config();
    deaf.heartbeat = Duration::from_secs(3600);
    let dead = Work::start(&world.services, deaf);
    world
        .until(doctor, id, |event| event.stage == Stage::Extracting)
        .await;
    world.expire_leases().await;
    let second = world.process(ALL, ALL);
    let living = Work::start(&second.services, config());
    world.end_of(doctor, id).await;
    living.shut_down().await;
    let before = world.get(doctor, id).await;

    world.extractor.gate.add_permits(ALL);
    dead.shut_down().await;
    assert_eq!(world.get(doctor, id).await, before);
    assert_whole(&world, doctor, id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_takes_its_workers_down_is_given_up() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    for _ in 0..3 {
        world.transcriber.next(Speech::Panics);
    }
    let id = world.dictate(doctor).await;
    let mut short = config();
    short.lease = Duration::from_millis(200);
    let _work = Work::start(&world.services, short);
    let failure = world.end_of(doctor, id).await.failure.unwrap();
    assert_eq!(
        (failure.code.as_str(), failure.may_retry),
        ("WORKER_STOPPED", true)
    );
    assert_eq!(world.transcriber.calls.load(Ordering::SeqCst), 3);

    world
        .services
        .retry_transcription(doctor, id)
        .await
        .unwrap();
    world.end_of(doctor, id).await;
    assert_whole(&world, doctor, id).await;
}
