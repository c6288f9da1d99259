//! News reach every process that listens.

use seva_model::TranscriptionId;
use seva_store::{Change, LiveUpdates, jobs, transcriptions};
use sqlx::postgres::PgListener;
use tokio::{sync::broadcast, task::JoinHandle};

use crate::fixture::{LEASE, World, commit, failure, segment};

struct Listening {
    changes: broadcast::Receiver<Change>,
    task: JoinHandle<()>,
}

impl Listening {
    /// Listens, and is connected when this returns.
    async fn new(world: &World) -> Self {
        let updates = LiveUpdates::new();
        let changes = updates.subscribe();
        let pool = world.pool().clone();
        let task = tokio::spawn(async move { updates.run(&pool).await });
        let mut listening = Self { changes, task };
        assert_eq!(listening.next().await, Change::Everything);
        listening
    }

    async fn next(&mut self) -> Change {
        self.changes.recv().await.unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn now(world: &World, id: TranscriptionId) -> Change {
    let event = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    Change::Dictation {
        id,
        version: event.version,
    }
}

#[tokio::test]
async fn every_change_of_a_dictation_is_told() {
    let world = World::new().await;
    let mut listening = Listening::new(&world).await;
    let id = world.queued().await;
    assert_eq!(listening.next().await, Change::Dictation { id, version: 1 });
    let lease = world.claim().await.unwrap().lease;
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(world, jobs::progress, &lease, 10, &[segment(0, "one")]).unwrap();
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(
        world,
        jobs::finish_transcription,
        &lease,
        "one",
        &[segment(0, "one")]
    )
    .unwrap();
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(world, jobs::request_cancel, world.asha, id).unwrap();
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(world, jobs::fail, &lease, &failure()).unwrap();
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(world, jobs::retry, world.asha, id).unwrap();
    assert_eq!(listening.next().await, now(&world, id).await);
    commit!(world, transcriptions::soft_delete, world.asha, id).unwrap();
    assert!(matches!(listening.next().await, Change::Dictation { id: told, .. } if told == id));
}

#[tokio::test]
async fn what_is_rolled_back_is_not_told_and_a_heartbeat_is_no_news() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    let mut listening = Listening::new(&world).await;
    let mut tx = world.begin().await;
    jobs::progress(&mut tx, &lease, 10, &[]).await.unwrap();
    tx.rollback().await.unwrap();
    commit!(world, jobs::heartbeat, &lease, LEASE).unwrap();
    commit!(world, jobs::progress, &lease, 20, &[]).unwrap();
    assert_eq!(listening.next().await, Change::Dictation { id, version: 3 });
}

#[tokio::test]
async fn a_notification_holds_ids_and_nothing_else() {
    let world = World::new().await;
    let mut listener = PgListener::connect_with(world.pool()).await.unwrap();
    listener.listen_all(["dictations"]).await.unwrap();
    let id = world.queued_for(world.asha, Some("Meera Iyer")).await;
    let notification = listener.recv().await.unwrap();
    assert_eq!(notification.payload(), format!("{id}:1"));
}

#[tokio::test]
async fn after_a_lost_connection_everybody_reads_anew() {
    let world = World::new().await;
    let mut listening = Listening::new(&world).await;
    let ended = world
        .count(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid()
                AND query LIKE 'LISTEN%'",
        )
        .await;
    assert_eq!(ended, 1);
    assert_eq!(listening.next().await, Change::Everything);
    let id = world.queued().await;
    assert_eq!(listening.next().await, Change::Dictation { id, version: 1 });
}
