//! What can go wrong while a recording comes in.

use std::sync::atomic::Ordering;

use seva_model::{ErrorCode, TranscriptionStatus};
use seva_services::NewDictation;

use crate::world::World;

async fn assert_nothing_stays(world: &World) {
    assert_eq!(world.objects.keys(), Vec::<String>::new());
    assert_eq!(world.count("SELECT count(*) FROM transcriptions").await, 0);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
    let spooled = std::fs::read_dir(&world.services.config().spool_dir)
        .unwrap()
        .count();
    assert_eq!(spooled, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_is_stored_with_its_row_and_leaves_the_spool() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let dictation = world.get(doctor, id).await;
    assert_eq!(dictation.summary.status, TranscriptionStatus::Pending);
    assert_eq!(
        (
            dictation.file_name.as_str(),
            dictation.summary.duration_seconds
        ),
        ("visit.m4a", 12.5)
    );
    let [key] = &world.objects.keys()[..] else {
        panic!("one object")
    };
    assert!(
        key.starts_with(&format!("audio/{doctor}/")) && key.ends_with(".m4a"),
        "{key}"
    );
    assert_eq!(world.objects.get(key).unwrap(), "speech");
    let spooled = std::fs::read_dir(&world.services.config().spool_dir)
        .unwrap()
        .count();
    assert_eq!(spooled, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_recording_leaves_nothing_behind() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let upload = world.upload(b"silence").await;
    let error = world
        .services
        .begin_dictation(doctor, upload, NewDictation::default())
        .await
        .unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::AudioRejected, "The recording is silent.")
    );
    assert_nothing_stays(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_object_store_leaves_nothing_behind() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world.objects.refuse_puts.store(true, Ordering::SeqCst);
    let upload = world.upload(b"speech").await;
    let error = world
        .services
        .begin_dictation(doctor, upload, NewDictation::default())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ServiceUnavailable);
    assert_nothing_stays(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_commit_leaves_nothing_behind() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    world
        .run_sql(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON jobs
                 DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();",
        )
        .await;
    let upload = world.upload(b"speech").await;
    let error = world
        .services
        .begin_dictation(doctor, upload, NewDictation::default())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
    assert_nothing_stays(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_that_is_none_is_refused_first() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let upload = world.upload(b"speech").await;
    let new = NewDictation {
        language_code: "'; --".to_owned(),
        ..NewDictation::default()
    };
    let error = world
        .services
        .begin_dictation(doctor, upload, new)
        .await
        .unwrap_err();
    assert!(error.fields.contains_key("language_code"));
    assert_nothing_stays(&world).await;
}
