//! What is another doctor's does not exist.

use seva_model::{DoctorProfile, PrescriptionId, TranscriptionId, UserId};
use seva_store::{
    edits, entities, jobs,
    prescriptions::{self, NewPrescription, PrescriptionFilter},
    transcriptions::{self, TranscriptionFilter},
    users,
};

use crate::fixture::{World, commit, content, is_not_found, signing};

/// Everything that takes the id of a dictation.
async fn no_dictation(world: &World, user: UserId, id: TranscriptionId) {
    let pool = world.pool();
    is_not_found("get", transcriptions::get(pool, user, id).await);
    is_not_found("event", transcriptions::event(pool, user, id, None).await);
    is_not_found("audio", transcriptions::audio(pool, user, id).await);
    is_not_found("original", edits::original(pool, user, id).await);
    is_not_found("edit", commit!(world, edits::insert, user, id, 0, "text"));
    is_not_found(
        "replace",
        commit!(world, entities::replace, user, id, 0, Some(&[])),
    );
    is_not_found("enqueue", commit!(world, jobs::enqueue, user, id));
    is_not_found("cancel", commit!(world, jobs::request_cancel, user, id));
    is_not_found("retry", commit!(world, jobs::retry, user, id));
    is_not_found(
        "delete",
        commit!(world, transcriptions::soft_delete, user, id),
    );
    is_not_found(
        "undelete",
        commit!(world, transcriptions::undelete, user, id),
    );
    assert_eq!(prescriptions::draft_of(pool, user, id).await.unwrap(), None);
    let new = NewPrescription {
        id: PrescriptionId::generate(),
        transcription_id: Some(id),
        content: &content("Meera Iyer", &[]),
    };
    is_not_found("draft", commit!(world, prescriptions::insert, user, &new));
}

/// Everything that takes the id of a prescription.
async fn no_prescription(world: &World, user: UserId, id: PrescriptionId) {
    let pool = world.pool();
    let new = content("Meera Iyer", &["Metformin"]);
    is_not_found("get", prescriptions::get(pool, user, id).await);
    is_not_found("pdf", prescriptions::pdf(pool, user, id).await);
    is_not_found(
        "save",
        commit!(world, prescriptions::save, user, id, 1, &new),
    );
    is_not_found(
        "finalize",
        commit!(
            world,
            prescriptions::finalize,
            user,
            id,
            1,
            &signing("OTHER")
        ),
    );
    let copy = PrescriptionId::generate();
    is_not_found("copy", commit!(world, prescriptions::copy, user, id, copy));
    is_not_found(
        "delete",
        commit!(world, prescriptions::soft_delete, user, id),
    );
    is_not_found(
        "undelete",
        commit!(world, prescriptions::undelete, user, id),
    );
}

#[tokio::test]
async fn another_doctors_dictation_does_not_exist_in_any_state() {
    let world = World::new().await;
    let completed = world.completed("Start metformin.", &[]).await;
    let failed = world.failed().await;
    let running = world.queued().await;
    assert_eq!(world.claim().await.unwrap().lease.transcription_id, running);
    let waiting = world.queued().await;
    for id in [completed, failed, running, waiting] {
        no_dictation(&world, world.ravi, id).await;
        transcriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap();
    }
    let all = TranscriptionFilter::default();
    let page = transcriptions::list(world.pool(), world.ravi, &all)
        .await
        .unwrap();
    assert_eq!(page.items, []);
    commit!(world, transcriptions::soft_delete, world.asha, completed).unwrap();
    is_not_found(
        "undelete",
        commit!(world, transcriptions::undelete, world.ravi, completed),
    );
}

#[tokio::test]
async fn an_unknown_dictation_does_not_exist() {
    let world = World::new().await;
    no_dictation(&world, world.asha, TranscriptionId::generate()).await;
}

#[tokio::test]
async fn a_deleted_dictation_does_not_exist_until_it_is_brought_back() {
    let world = World::new().await;
    let id = world.completed("Start metformin.", &[]).await;
    let before = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    commit!(world, transcriptions::soft_delete, world.asha, id).unwrap();
    is_not_found(
        "get",
        transcriptions::get(world.pool(), world.asha, id).await,
    );
    is_not_found(
        "audio",
        transcriptions::audio(world.pool(), world.asha, id).await,
    );
    is_not_found(
        "edit",
        commit!(world, edits::insert, world.asha, id, 0, "text"),
    );
    is_not_found(
        "delete",
        commit!(world, transcriptions::soft_delete, world.asha, id),
    );
    commit!(world, transcriptions::undelete, world.asha, id).unwrap();
    let mut after = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert!(after.summary.version > before.summary.version);
    after.summary.version = before.summary.version;
    assert_eq!(after, before);
}

#[tokio::test]
async fn another_doctors_prescription_does_not_exist() {
    let world = World::new().await;
    let draft = world.draft(&content("Meera Iyer", &["Metformin"])).await;
    let signed = world.signed("ABCD-1234").await;
    for id in [draft, signed] {
        no_prescription(&world, world.ravi, id).await;
    }
    no_prescription(&world, world.asha, PrescriptionId::generate()).await;
    let all = PrescriptionFilter::default();
    let page = prescriptions::list(world.pool(), world.ravi, &all)
        .await
        .unwrap();
    assert_eq!(page.items, []);
    commit!(world, prescriptions::soft_delete, world.asha, draft).unwrap();
    no_prescription(&world, world.ravi, draft).await;
}

#[tokio::test]
async fn an_unknown_person_has_no_profile() {
    let world = World::new().await;
    let nobody = UserId::generate();
    is_not_found("get", users::get(world.pool(), nobody).await);
    is_not_found("subject", users::subject(world.pool(), nobody).await);
    let name = "Nobody".parse().unwrap();
    is_not_found(
        "update",
        commit!(
            world,
            users::update_profile,
            nobody,
            &name,
            &DoctorProfile::default()
        ),
    );
}
