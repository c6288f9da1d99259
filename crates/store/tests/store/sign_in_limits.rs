//! Counts that all processes share.

use std::time::Duration;

use futures::future::join_all;
use seva_store::sign_in_limits::{self, SignInLimit};

use crate::fixture::World;

const LIMIT: SignInLimit = SignInLimit {
    most: 3,
    window: Duration::from_secs(900),
};
const NAME: [u8; 32] = [1; 32];

async fn admit(world: &World, name: [u8; 32]) -> Option<Duration> {
    sign_in_limits::admit(world.pool(), &name, LIMIT)
        .await
        .unwrap()
}

async fn let_pass(world: &World, seconds: &'static str) {
    sqlx::query(seconds).execute(world.pool()).await.unwrap();
}

#[tokio::test]
async fn a_name_is_admitted_as_often_as_allowed_until_its_window_is_over() {
    let world = World::new().await;
    for _ in 0..3 {
        assert_eq!(admit(&world, NAME).await, None);
    }
    let left = admit(&world, NAME).await.unwrap();
    assert!(left <= LIMIT.window && left > LIMIT.window - Duration::from_secs(60));
    assert_eq!(admit(&world, [2; 32]).await, None, "each name by itself");

    // Whoever goes on trying neither waits longer nor counts beyond all bounds.
    let_pass(
        &world,
        "UPDATE sign_in_limits SET ends_at = ends_at - interval '890 seconds'",
    )
    .await;
    for _ in 0..10 {
        assert!(admit(&world, NAME).await.unwrap() <= Duration::from_secs(10));
    }
    let times = "SELECT max(times)::bigint FROM sign_in_limits";
    assert_eq!(world.count(times).await, 4);

    let_pass(
        &world,
        "UPDATE sign_in_limits SET ends_at = ends_at - interval '10 seconds'",
    )
    .await;
    for _ in 0..3 {
        assert_eq!(admit(&world, NAME).await, None);
    }
    assert!(admit(&world, NAME).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_try_at_the_same_time_are_counted_one_by_one() {
    let world = World::new().await;
    let tries = (0..20).map(|_| admit(&world, NAME));
    let admitted = join_all(tries).await;
    assert_eq!(admitted.iter().filter(|left| left.is_none()).count(), 3);
}

#[tokio::test]
async fn a_count_is_forgotten_when_it_is_cleared_or_over() {
    let world = World::new().await;
    for _ in 0..4 {
        admit(&world, NAME).await;
    }
    sign_in_limits::clear(world.pool(), &NAME).await.unwrap();
    assert_eq!(admit(&world, NAME).await, None);

    admit(&world, [2; 32]).await;
    let expired = || sign_in_limits::delete_expired(world.pool());
    assert_eq!(expired().await.unwrap(), 0);
    let_pass(&world, "UPDATE sign_in_limits SET ends_at = now()").await;
    assert_eq!(expired().await.unwrap(), 2);
    assert_eq!(world.count("SELECT count(*) FROM sign_in_limits").await, 0);
}
