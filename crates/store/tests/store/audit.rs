//! The audit only grows.

use seva_model::{AccessTokenId, TranscriptionId};
use seva_store::{StoreError, audit, jobs};

use crate::fixture::{World, commit, sqlstate, take_in};

#[tokio::test]
async fn an_event_is_written_and_never_changed() {
    let world = World::new().await;
    let row = TranscriptionId::generate().as_uuid();
    commit!(
        world,
        audit::record,
        Some(world.asha),
        "dictation.delete",
        "transcriptions",
        row
    )
    .unwrap();
    commit!(
        world,
        audit::record,
        None,
        "dictation.purge",
        "transcriptions",
        row
    )
    .unwrap();
    let events: Vec<(Option<uuid::Uuid>, String)> =
        sqlx::query_as("SELECT user_id, action FROM audit_events WHERE entity_id = $1 ORDER BY id")
            .bind(row)
            .fetch_all(world.pool())
            .await
            .unwrap();
    assert_eq!(
        events,
        [
            (Some(world.asha.as_uuid()), "dictation.delete".to_owned()),
            (None, "dictation.purge".to_owned()),
        ]
    );
    for sql in [
        "UPDATE audit_events SET action = 'x'",
        "UPDATE audit_events SET user_id = NULL",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ] {
        assert_eq!(
            sqlstate(sqlx::query(sql).execute(world.pool()).await),
            "SV002",
            "{sql}"
        );
    }
    assert_eq!(world.count("SELECT count(*) FROM audit_events").await, 2);
}

#[tokio::test]
async fn an_event_falls_with_the_change_it_tells_of() {
    let world = World::new().await;
    let id = TranscriptionId::generate();
    let mut tx = world.begin().await;
    audit::record(
        &mut tx,
        Some(world.asha),
        "dictation.upload",
        "transcriptions",
        id.as_uuid(),
    )
    .await
    .unwrap();
    take_in(&mut tx, world.asha, id, None).await.unwrap();
    jobs::enqueue(&mut tx, world.asha, id).await.unwrap();
    let twice = jobs::enqueue(&mut tx, world.asha, id).await;
    assert!(matches!(twice, Err(StoreError::Taken)), "{twice:?}");
    drop(tx);
    for table in [
        "SELECT count(*) FROM audit_events",
        "SELECT count(*) FROM transcriptions",
    ] {
        assert_eq!(world.count(table).await, 0);
    }
}

#[tokio::test]
async fn the_token_of_a_program_is_written_down_beside_its_owner() {
    let world = World::new().await;
    let row = TranscriptionId::generate().as_uuid();
    let (token, entity) = (Some(AccessTokenId::generate()), "transcriptions");
    let by = async |user| {
        let action = "dictation.delete";
        commit!(world, audit::record_by, user, token, action, entity, row)
    };
    by(Some(world.asha)).await.unwrap();
    assert!(by(None).await.is_err(), "a token has an owner");
    let written: Vec<uuid::Uuid> =
        sqlx::query_scalar("SELECT token_id FROM audit_events WHERE entity_id = $1")
            .bind(row)
            .fetch_all(world.pool())
            .await
            .unwrap();
    assert_eq!(written, token.map(AccessTokenId::as_uuid).as_slice());
}
