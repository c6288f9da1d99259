//! What an operator sees of the queue.

use std::time::Duration;

use seva_store::{QueueDepth, jobs, queue_depth};

use crate::fixture::{World, commit};

async fn depth(world: &World) -> QueueDepth {
    queue_depth(world.pool()).await.unwrap()
}

fn counts(depth: QueueDepth) -> (u64, u64, u64) {
    (depth.waiting, depth.postponed, depth.running)
}

#[tokio::test]
async fn each_dictation_of_the_queue_is_counted_where_it_is() {
    let world = World::new().await;
    assert_eq!(depth(&world).await, QueueDepth::default());
    for _ in 0..3 {
        world.queued().await;
    }
    assert_eq!(counts(depth(&world).await), (3, 0, 0));

    let first = world.claim().await.unwrap();
    let second = world.claim().await.unwrap();
    assert_eq!(counts(depth(&world).await), (1, 0, 2));

    let later = Duration::from_secs(600);
    commit!(world, jobs::release, &second.lease, later).unwrap();
    assert_eq!(counts(depth(&world).await), (1, 1, 1));

    // A worker that died leaves a dictation to the next one.
    world
        .sql(
            "UPDATE jobs SET lease_until = now() - interval '1 second' WHERE transcription_id = $1",
            first.lease.transcription_id.as_uuid(),
        )
        .await;
    assert_eq!(counts(depth(&world).await), (2, 1, 0));
}

#[tokio::test]
async fn the_oldest_one_has_waited_since_it_could_first_run() {
    let world = World::new().await;
    let (old, postponed) = (world.queued().await, world.queued().await);
    let age = "UPDATE jobs SET enqueued_at = now() - interval '100 seconds',
                      run_after = now() - interval '100 seconds' WHERE transcription_id = $1";
    world.sql(age, old.as_uuid()).await;
    let age = "UPDATE jobs SET enqueued_at = now() - interval '500 seconds',
                      run_after = now() + interval '10 seconds' WHERE transcription_id = $1";
    world.sql(age, postponed.as_uuid()).await;
    let waited = depth(&world).await.oldest_waiting.as_secs();
    assert!((100..160).contains(&waited), "{waited}");

    // Given back a moment ago, it waits for a moment.
    let release = "UPDATE jobs SET run_after = now() - interval '5 seconds'
                    WHERE transcription_id = $1";
    world.sql(release, old.as_uuid()).await;
    let waited = depth(&world).await.oldest_waiting.as_secs();
    assert!((5..65).contains(&waited), "{waited}");
}
