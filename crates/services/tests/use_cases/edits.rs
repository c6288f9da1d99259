//! What the doctor does to a dictation that is there.

use std::time::Duration;

use seva_model::{Category, ErrorCode};
use seva_services::ports::PortFailure;

use crate::{
    doubles::{ALL, SENTENCES, segments},
    world::{Work, World, config, eventually},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_a_version_with_entities_of_its_own() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.completed(doctor).await;
    let services = &world.services;

    let edited = services
        .edit_transcript(doctor, id, 0, "Only Vicodin.\r\n")
        .await
        .unwrap();
    assert_eq!(edited.transcript, "Only Vicodin.");
    assert_eq!(edited.transcript_version, 1);
    assert_eq!(
        edited
            .entities
            .iter()
            .map(|e| e.text.as_str())
            .collect::<Vec<_>>(),
        ["Vicodin"]
    );
    assert_eq!(
        edited.segments,
        segments(&SENTENCES),
        "what was heard stays"
    );

    let stale = services
        .edit_transcript(doctor, id, 0, "Older.")
        .await
        .unwrap_err();
    assert_eq!(stale.code, ErrorCode::VersionConflict);
    let empty = services
        .edit_transcript(doctor, id, 1, "  ")
        .await
        .unwrap_err();
    assert_eq!(empty.code, ErrorCode::ValidationFailed);
    assert_eq!(world.get(doctor, id).await.transcript, "Only Vicodin.");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_survives_a_failing_extraction() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.completed(doctor).await;
    world.extractor.fail(PortFailure::Unavailable);
    let edited = world
        .services
        .edit_transcript(doctor, id, 0, "Take Tylenol 500 mg.")
        .await
        .unwrap();
    assert_eq!(
        (edited.transcript.as_str(), edited.transcript_version),
        ("Take Tylenol 500 mg.", 1)
    );
    assert!(edited.summary.extraction_failed && edited.entities.is_empty());

    world.extractor.fail(PortFailure::Unavailable);
    let error = world
        .services
        .retry_extraction(doctor, id)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::ServiceUnavailable);
    let found = world.services.retry_extraction(doctor, id).await.unwrap();
    assert!(!found.summary.extraction_failed);
    assert_eq!(found.entities[0].category, Category::Medication);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_dictation_is_neither_edited_nor_drafted() {
    let world = World::with_steps(0, ALL).await;
    let doctor = world.doctor("a").await;
    let id = world.dictate(doctor).await;
    let services = &world.services;
    let codes = [
        services
            .edit_transcript(doctor, id, 0, "Text.")
            .await
            .unwrap_err()
            .code,
        services
            .retry_extraction(doctor, id)
            .await
            .unwrap_err()
            .code,
        services
            .draft_prescription(doctor, id)
            .await
            .unwrap_err()
            .code,
        services
            .retry_transcription(doctor, id)
            .await
            .unwrap_err()
            .code,
    ];
    assert_eq!(codes, [ErrorCode::Conflict; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_dictation_comes_back_until_it_is_purged() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let id = world.completed(doctor).await;
    let services = &world.services;
    services.delete_transcription(doctor, id).await.unwrap();
    assert_eq!(
        services
            .get_transcription(doctor, id)
            .await
            .unwrap_err()
            .code,
        ErrorCode::NotFound
    );
    services.undelete_transcription(doctor, id).await.unwrap();
    assert_eq!(world.get(doctor, id).await.transcript, SENTENCES.join(" "));

    services.delete_transcription(doctor, id).await.unwrap();
    world
        .run_sql("UPDATE transcriptions SET deleted_at = now() - interval '1 hour'")
        .await;
    let mut config = config();
    config.purge_every = Duration::from_millis(20);
    let work = Work::start(services, config);
    eventually(|| async { world.count("SELECT count(*) FROM transcriptions").await == 0 }).await;
    work.shut_down().await;
    assert_eq!(world.objects.keys(), Vec::<String>::new());
    assert_eq!(
        services
            .undelete_transcription(doctor, id)
            .await
            .unwrap_err()
            .code,
        ErrorCode::NotFound
    );
    assert_eq!(
        world.actions(id.as_uuid()).await.last().unwrap(),
        "transcription.purge"
    );
}
