//! Deleting: taken back for a moment, then gone for good.

use std::time::Duration;

use seva_store::{
    prescriptions::{self, PurgeableDraft},
    transcriptions,
};

use crate::{
    fixture::{World, assert_refused, commit, is_not_found, medicine},
    prescriptions::full_content,
};

#[tokio::test]
async fn a_purge_takes_everything_but_the_prescriptions() {
    let world = World::new().await;
    let id = world
        .completed("Start metformin.", &[medicine("metformin", 6)])
        .await;
    let signed = world.signed("ABCD-1234").await;
    world
        .sql(
            "UPDATE prescriptions SET transcription_id = (SELECT id FROM transcriptions)
              WHERE id = $1",
            signed.as_uuid(),
        )
        .await;
    is_not_found("purge", commit!(world, transcriptions::purge, id));
    commit!(world, transcriptions::soft_delete, world.asha, id).unwrap();
    let due = || transcriptions::purgeable(world.pool(), Duration::ZERO, 10);
    assert_eq!(due().await.unwrap(), [], "an undo is possible still");
    world
        .sql(
            "UPDATE transcriptions SET deleted_at = now() - interval '31 s' WHERE id = $1",
            id.as_uuid(),
        )
        .await;
    let list = due().await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].transcription_id, id);
    assert!(list[0].audio_key.starts_with("audio/"));
    commit!(world, transcriptions::purge, id).unwrap();
    for table in [
        "SELECT count(*) FROM transcriptions",
        "SELECT count(*) FROM transcript_segments",
        "SELECT count(*) FROM transcript_words",
        "SELECT count(*) FROM medical_entities",
    ] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    let kept = prescriptions::get(world.pool(), world.asha, signed)
        .await
        .unwrap();
    assert_eq!(kept.transcription_id, None);
}

#[tokio::test]
async fn a_deleted_draft_is_brought_back_or_purged() {
    let world = World::new().await;
    let id = world.draft(&full_content()).await;
    let before = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    commit!(world, prescriptions::soft_delete, world.asha, id).unwrap();
    assert_refused!(
        prescriptions::get(world.pool(), world.asha, id).await,
        NotFound
    );
    commit!(world, prescriptions::undelete, world.asha, id).unwrap();
    let after = prescriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(after.content, before.content);

    commit!(world, prescriptions::soft_delete, world.asha, id).unwrap();
    world
        .sql(
            "UPDATE prescriptions SET deleted_at = now() - interval '31 s' WHERE id = $1",
            id.as_uuid(),
        )
        .await;
    assert_refused!(
        commit!(world, prescriptions::undelete, world.asha, id),
        NotFound
    );
    let due = |age| prescriptions::purgeable(world.pool(), age, 10);
    assert_eq!(due(Duration::from_secs(3600)).await.unwrap(), []);
    let expected = PurgeableDraft {
        prescription_id: id,
        user_id: world.asha,
    };
    assert_eq!(due(Duration::ZERO).await.unwrap(), [expected]);
    commit!(world, prescriptions::purge, id).unwrap();
    is_not_found("purge", commit!(world, prescriptions::purge, id));
}

#[tokio::test]
async fn only_what_is_deleted_is_purged() {
    let world = World::new().await;
    let signed = world.signed("ABCD-1234").await;
    let draft = world.draft(&full_content()).await;
    for id in [signed, draft] {
        is_not_found("purge", commit!(world, prescriptions::purge, id));
    }
    commit!(world, prescriptions::soft_delete, world.asha, draft).unwrap();
    let due = prescriptions::purgeable(world.pool(), Duration::ZERO, 10).await;
    assert_eq!(due.unwrap(), [], "an undo is possible still");
}
