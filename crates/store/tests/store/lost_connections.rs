//! Connections that the database ends in the middle of a statement, as it does when it
//! goes down or another one takes over.

use std::time::Duration;

use seva_model::DoctorProfile;
use seva_store::{PgPool, PoolSettings, StoreError, users};

use crate::fixture::World;

/// Until everybody lets it go, no statement gets to read or change who the doctors are.
const HOLD: &str = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE";

/// Waits until a statement of the product waits for what is held, on a connection that
/// is not lost yet, and ends all of the product's connections.
async fn lose_connections(watcher: &PgPool, lost: &mut Vec<i32>) {
    let someone_waits = async {
        loop {
            let waiting: i64 = sqlx::query_scalar(
                "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND application_name = 'seva'
                    AND wait_event_type = 'Lock' AND NOT pid = ANY($1)",
            )
            .bind(&*lost)
            .fetch_one(watcher)
            .await
            .unwrap();
            if waiting > 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), someone_waits).await;
    waited.expect("a statement is tried");
    let ended: Vec<(i32, bool)> = sqlx::query_as(
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'seva'",
    )
    .fetch_all(watcher)
    .await
    .unwrap();
    lost.extend(ended.into_iter().map(|(pid, _)| pid));
}

async fn pool_of(world: &World) -> PgPool {
    let settings = PoolSettings::default();
    seva_store::connect(&world.url(), settings).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn property_31_a_read_whose_connection_the_database_ends_succeeds_in_the_end() {
    let world = World::new().await;
    let pool = pool_of(&world).await;
    let mut hold = world.pool().begin().await.unwrap();
    sqlx::query(HOLD).execute(&mut *hold).await.unwrap();
    let mut lost = Vec::new();
    let ends = async {
        for _ in 0..3 {
            lose_connections(world.pool(), &mut lost).await;
        }
        hold.rollback().await.unwrap();
    };
    let (read, ()) = tokio::join!(users::get(&pool, world.asha), ends);
    assert_eq!(read.unwrap().id, world.asha);
    assert!(lost.len() >= 3, "{lost:?}");
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn property_31_a_change_whose_connection_the_database_ends_is_not_tried_again() {
    let world = World::new().await;
    let before = users::get(world.pool(), world.asha).await.unwrap();
    let pool = pool_of(&world).await;
    let mut change = seva_store::begin(&pool).await.unwrap();
    let mut hold = world.pool().begin().await.unwrap();
    sqlx::query(HOLD).execute(&mut *hold).await.unwrap();
    let (name, profile) = ("Dr. Other".parse().unwrap(), DoctorProfile::default());
    let mut lost = Vec::new();
    let (changed, ()) = tokio::join!(
        users::update_profile(&mut change, world.asha, &name, &profile),
        lose_connections(world.pool(), &mut lost),
    );
    // Told while the table is still held: another try would wait for it.
    assert!(matches!(changed, Err(StoreError::Database(_))));
    hold.rollback().await.unwrap();
    drop(change);
    let after = users::get(world.pool(), world.asha).await.unwrap();
    assert_eq!(after.full_name, before.full_name);
    pool.close().await;
}
