//! Requests that are carried out once.

use seva_store::idempotency::{self, Answered, Request};
use uuid::Uuid;

use crate::fixture::{World, commit};

const KEY: [u8; 32] = [1; 32];

fn request(fingerprint: &[u8; 32], entity_id: Uuid) -> Request<'_> {
    Request {
        key_hash: &KEY,
        fingerprint,
        status: 201,
        entity_id,
    }
}

fn answered(fingerprint: [u8; 32], entity_id: Uuid) -> Answered {
    Answered {
        fingerprint: fingerprint.to_vec(),
        status: 201,
        entity_id,
    }
}

#[tokio::test]
async fn the_first_request_with_a_key_is_remembered_for_its_person() {
    let world = World::new().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let new = request(&[2; 32], first);
    let before = commit!(world, idempotency::remember, world.asha, &new).unwrap();
    assert_eq!(before, None);
    let other = request(&[3; 32], second);
    let before = commit!(world, idempotency::remember, world.asha, &other).unwrap();
    assert_eq!(
        before,
        Some(answered([2; 32], first)),
        "what it asked for is told apart"
    );
    let found = idempotency::find(world.pool(), world.asha, &KEY).await;
    assert_eq!(found.unwrap(), Some(answered([2; 32], first)));

    let found = idempotency::find(world.pool(), world.ravi, &KEY).await;
    assert_eq!(found.unwrap(), None);
    let before = commit!(world, idempotency::remember, world.ravi, &other).unwrap();
    assert_eq!(before, None);
}

#[tokio::test]
async fn a_request_that_broke_off_leaves_its_place_to_the_next() {
    let world = World::new().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let mut broken = world.begin().await;
    let new = request(&[2; 32], first);
    let before = idempotency::remember(&mut broken, world.asha, &new).await;
    assert_eq!(before.unwrap(), None);

    let pool = world.pool().clone();
    let asha = world.asha;
    let waiting = tokio::spawn(async move {
        let mut tx = seva_store::begin(&pool).await.unwrap();
        let next = request(&[2; 32], second);
        let before = idempotency::remember(&mut tx, asha, &next).await.unwrap();
        seva_store::commit(tx).await.unwrap();
        before
    });
    broken.rollback().await.unwrap();
    assert_eq!(waiting.await.unwrap(), None);
    let found = idempotency::find(world.pool(), world.asha, &KEY).await;
    assert_eq!(found.unwrap(), Some(answered([2; 32], second)));
}

#[tokio::test]
async fn old_keys_are_forgotten() {
    let world = World::new().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let new = request(&[2; 32], first);
    commit!(world, idempotency::remember, world.asha, &new).unwrap();
    commit!(world, idempotency::remember, world.ravi, &new).unwrap();
    let age = "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'
                WHERE user_id = $1";
    world.sql(age, world.asha.as_uuid()).await;
    let found = idempotency::find(world.pool(), world.asha, &KEY).await;
    assert_eq!(found.unwrap(), None);

    // An old one gives way even before it is purged.
    let other = request(&[3; 32], second);
    let before = commit!(world, idempotency::remember, world.asha, &other).unwrap();
    assert_eq!(before, None);

    world.sql(age, world.asha.as_uuid()).await;
    assert_eq!(idempotency::purge(world.pool(), 10).await.unwrap(), 1);
    let left = world.count("SELECT count(*) FROM idempotency_keys").await;
    assert_eq!(left, 1, "a younger one stays");
}
