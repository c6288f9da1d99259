//! Objects that were announced and may belong to nobody.

use std::time::Duration;

use seva_store::{
    PgPool, StoreError,
    object_intents::{self, Announced},
};

use crate::fixture::{World, assert_refused, commit};

const KEY: &str = "audio/asha/1.wav";
const HOUR: Duration = Duration::from_secs(3600);

async fn announce(world: &World, key: &str) {
    object_intents::announce(world.pool(), world.asha, key)
        .await
        .unwrap();
}

async fn make_old(world: &World) {
    sqlx::query("UPDATE object_intents SET created_at = created_at - interval '61 min'")
        .execute(world.pool())
        .await
        .unwrap();
}

async fn abandoned(pool: &PgPool) -> Vec<String> {
    object_intents::abandoned(pool, HOUR, 10).await.unwrap()
}

#[tokio::test]
async fn what_is_announced_is_settled_once() {
    let world = World::new().await;
    announce(&world, KEY).await;
    commit!(world, object_intents::settle, KEY).unwrap();
    assert_refused!(commit!(world, object_intents::settle, KEY), NotFound);
    make_old(&world).await;
    assert_eq!(abandoned(world.pool()).await, [""; 0]);
}

#[tokio::test]
async fn only_what_is_old_is_given_up_and_then_it_can_not_be_settled() {
    let world = World::new().await;
    announce(&world, KEY).await;
    assert_eq!(abandoned(world.pool()).await, [""; 0]);
    let young = commit!(world, object_intents::give_up, KEY, HOUR).unwrap();
    assert_eq!(young, Announced::Gone);

    make_old(&world).await;
    assert_eq!(abandoned(world.pool()).await, [KEY]);
    let user_id = world.asha;
    let old = commit!(world, object_intents::give_up, KEY, HOUR).unwrap();
    assert_eq!(old, Announced::Unowned { user_id });
    assert_refused!(commit!(world, object_intents::settle, KEY), NotFound);
}

#[tokio::test]
async fn an_announcement_made_anew_is_young_again() {
    let world = World::new().await;
    announce(&world, KEY).await;
    make_old(&world).await;
    announce(&world, KEY).await;
    assert_eq!(abandoned(world.pool()).await, [""; 0]);
    let renewed = commit!(world, object_intents::give_up, KEY, HOUR).unwrap();
    assert_eq!(renewed, Announced::Gone);
}

#[tokio::test]
async fn an_object_that_a_row_owns_is_known_as_owned() {
    let world = World::new().await;
    let dictation = world.queued().await;
    world.signed("ABCD-1234").await;
    let audio = format!("audio/{}/{dictation}.wav", world.asha);
    for key in [audio.as_str(), "prescriptions/user/1.pdf"] {
        announce(&world, key).await;
        let given_up = commit!(world, object_intents::give_up, key, Duration::ZERO).unwrap();
        assert_eq!(given_up, Announced::Owned, "{key}");
    }
}

/// Whoever commits the row and whoever gives the object up meet at the
/// announcement: the second waits for the first, and learns what it did.
#[tokio::test]
async fn settling_and_giving_up_wait_for_each_other() {
    for commits in [true, false] {
        let world = World::new().await;
        announce(&world, KEY).await;
        let mut settling = world.begin().await;
        object_intents::settle(&mut settling, KEY).await.unwrap();
        let pool = world.pool().clone();
        let giving_up = tokio::spawn(async move {
            let mut tx = seva_store::begin(&pool).await?;
            let given_up = object_intents::give_up(&mut tx, KEY, Duration::ZERO).await?;
            seva_store::commit(tx).await?;
            Ok::<_, StoreError>(given_up)
        });
        let waiting = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while world.count(waiting).await == 0 {
            tokio::task::yield_now().await;
        }
        let user_id = world.asha;
        let expected = if commits {
            seva_store::commit(settling).await.unwrap();
            Announced::Gone
        } else {
            settling.rollback().await.unwrap();
            Announced::Unowned { user_id }
        };
        assert_eq!(giving_up.await.unwrap().unwrap(), expected);
    }
}
