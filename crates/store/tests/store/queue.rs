//! Who gets which job, and what those who wait are told.

use std::{collections::HashSet, time::Duration};

use seva_model::{Stage, TranscriptionId, TranscriptionStatus};
use seva_store::{
    jobs::{self, CancelOutcome},
    transcriptions::{self, TranscriptionFilter},
};

use crate::fixture::{LEASE, World, assert_refused, commit, segment, take_in};

async fn ahead(world: &World, id: TranscriptionId) -> Option<u32> {
    let event = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    let listed = transcriptions::list(world.pool(), world.asha, &TranscriptionFilter::default())
        .await
        .unwrap();
    let row = listed.items.iter().find(|row| row.id == id).unwrap();
    assert_eq!(row.queue_ahead, event.queue_ahead, "list and event agree");
    event.queue_ahead
}

async fn version(world: &World, id: TranscriptionId) -> i64 {
    transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap()
        .version
}

#[tokio::test]
async fn jobs_are_taken_in_the_order_they_came() {
    let world = World::new().await;
    let ids = [
        world.queued().await,
        world.queued().await,
        world.queued().await,
    ];
    for id in ids {
        let job = world.claim().await.unwrap();
        assert_eq!(job.lease.transcription_id, id);
        assert_eq!(job.lease.user_id, world.asha);
        assert_eq!((job.lease.attempt, job.crashes), (1, 0));
        assert_eq!(job.stage, Stage::Transcribing);
        assert_eq!(job.language_code, "en-IN");
        assert_eq!(job.duration_seconds, 12.5);
        assert!(!job.cancel_requested && job.transcript_text.is_none());
    }
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn workers_that_claim_at_once_never_get_the_same_job() {
    let world = World::new().await;
    for _ in 0..12 {
        world.queued().await;
    }
    let claims: Vec<_> = (0..20)
        .map(|_| {
            let pool = world.pool().clone();
            tokio::spawn(async move {
                let mut tx = seva_store::begin(&pool).await.unwrap();
                let job = jobs::claim(&mut tx, LEASE).await.unwrap();
                seva_store::commit(tx).await.unwrap();
                job
            })
        })
        .collect();
    let mut taken = Vec::new();
    for claim in claims {
        taken.extend(claim.await.unwrap().map(|job| job.lease.transcription_id));
    }
    assert_eq!(taken.len(), 12, "every job was taken");
    assert_eq!(taken.iter().collect::<HashSet<_>>().len(), 12, "none twice");
}

#[tokio::test]
async fn a_job_is_there_only_when_its_upload_committed() {
    let world = World::new().await;
    let id = TranscriptionId::generate();
    let mut tx = world.begin().await;
    take_in(&mut tx, world.asha, id, None).await.unwrap();
    jobs::enqueue(&mut tx, world.asha, id).await.unwrap();
    assert!(world.claim().await.is_none());
    tx.rollback().await.unwrap();
    assert!(world.claim().await.is_none());
    assert_eq!(world.count("SELECT count(*) FROM transcriptions").await, 0);
}

#[tokio::test]
async fn those_who_wait_are_told_their_new_place() {
    let world = World::new().await;
    let (first, second, third) = (
        world.queued().await,
        world.queued().await,
        world.queued().await,
    );
    assert_eq!(ahead(&world, first).await, Some(0));
    assert_eq!(ahead(&world, second).await, Some(1));
    assert_eq!(ahead(&world, third).await, Some(2));

    let before = (version(&world, second).await, version(&world, third).await);
    world.claim().await.unwrap();
    assert_eq!(ahead(&world, first).await, None, "it waits no more");
    assert_eq!(ahead(&world, second).await, Some(0));
    assert_eq!(ahead(&world, third).await, Some(1));
    assert!(version(&world, second).await > before.0);
    assert!(version(&world, third).await > before.1);

    let before = version(&world, third).await;
    let outcome = commit!(world, jobs::request_cancel, world.asha, second).unwrap();
    assert_eq!(outcome, CancelOutcome::Cancelled);
    assert_eq!(ahead(&world, third).await, Some(0));
    assert!(version(&world, third).await > before);
}

#[tokio::test]
async fn a_job_given_back_keeps_its_place_and_counts_no_crash() {
    let world = World::new().await;
    let (first, second) = (world.queued().await, world.queued().await);
    let lease = world.claim().await.unwrap().lease;
    assert_eq!(ahead(&world, second).await, Some(0));
    commit!(world, jobs::release, &lease, Duration::ZERO).unwrap();
    assert_eq!(ahead(&world, first).await, Some(0));
    assert_eq!(ahead(&world, second).await, Some(1));
    let event = transcriptions::event(world.pool(), world.asha, first, None)
        .await
        .unwrap();
    assert_eq!(
        (event.status, event.stage),
        (TranscriptionStatus::Pending, Stage::Queued)
    );
    assert_refused!(commit!(world, jobs::progress, &lease, 1, &[]), LeaseLost);

    let again = world.claim().await.unwrap();
    assert_eq!(again.lease.transcription_id, first);
    assert_eq!((again.lease.attempt, again.crashes), (2, 0));
}

#[tokio::test]
async fn a_job_given_back_with_a_delay_lets_others_pass() {
    let world = World::new().await;
    let (first, second) = (world.queued().await, world.queued().await);
    let lease = world.claim().await.unwrap().lease;
    assert_eq!(lease.transcription_id, first);
    commit!(world, jobs::release, &lease, Duration::from_secs(3600)).unwrap();
    assert_eq!(world.claim().await.unwrap().lease.transcription_id, second);
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn cancelling_what_waits_takes_effect_at_once() {
    let world = World::new().await;
    let id = world.queued().await;
    let outcome = commit!(world, jobs::request_cancel, world.asha, id).unwrap();
    assert_eq!(outcome, CancelOutcome::Cancelled);
    let event = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    assert_eq!(
        (event.status, event.stage),
        (TranscriptionStatus::Cancelled, Stage::Done)
    );
    assert!(event.times.completed_at.is_some());
    assert!(world.claim().await.is_none());
    assert_refused!(
        commit!(world, jobs::request_cancel, world.asha, id),
        WrongState
    );
}

#[tokio::test]
async fn cancelling_what_runs_asks_the_worker() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    assert!(!commit!(world, jobs::heartbeat, &lease, LEASE).unwrap());
    let before = version(&world, id).await;
    let outcome = commit!(world, jobs::request_cancel, world.asha, id).unwrap();
    assert_eq!(outcome, CancelOutcome::Requested);
    assert!(version(&world, id).await > before, "the worker is woken");
    assert!(commit!(world, jobs::heartbeat, &lease, LEASE).unwrap());
    commit!(world, jobs::cancelled, &lease).unwrap();
    let event = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    assert_eq!(event.status, TranscriptionStatus::Cancelled);
    assert_refused!(commit!(world, jobs::heartbeat, &lease, LEASE), LeaseLost);
}

#[tokio::test]
async fn cancelling_what_a_dead_worker_had_takes_effect_at_once() {
    let world = World::new().await;
    let id = world.queued().await;
    let dead = world.claim_for(Duration::ZERO).await.unwrap().lease;
    let outcome = commit!(world, jobs::request_cancel, world.asha, id).unwrap();
    assert_eq!(outcome, CancelOutcome::Cancelled);
    assert!(world.claim().await.is_none());
    assert_refused!(commit!(world, jobs::progress, &dead, 50, &[]), LeaseLost);
}

#[tokio::test]
async fn a_retry_goes_to_the_end_and_forgets_the_failure() {
    let world = World::new().await;
    let failed = world.failed().await;
    let event = transcriptions::event(world.pool(), world.asha, failed, None)
        .await
        .unwrap();
    assert_eq!(event.failure, Some(crate::fixture::failure()));
    let waiting = world.queued().await;
    commit!(world, jobs::retry, world.asha, failed).unwrap();
    let event = transcriptions::event(world.pool(), world.asha, failed, None)
        .await
        .unwrap();
    assert_eq!(
        (event.status, event.failure),
        (TranscriptionStatus::Pending, None)
    );
    assert_eq!(event.queue_ahead, Some(1));
    assert_eq!(event.times.completed_at, None);
    assert_refused!(commit!(world, jobs::retry, world.asha, failed), WrongState);
    assert_eq!(world.claim().await.unwrap().lease.transcription_id, waiting);
    let job = world.claim().await.unwrap();
    assert_eq!((job.lease.transcription_id, job.lease.attempt), (failed, 2));
}

#[tokio::test]
async fn a_retry_keeps_a_transcript_that_is_there() {
    let world = World::new().await;
    world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    let heard = [segment(0, "Start metformin.")];
    commit!(
        world,
        jobs::finish_transcription,
        &lease,
        "Start metformin.",
        &heard
    )
    .unwrap();
    commit!(world, jobs::fail, &lease, &crate::fixture::failure()).unwrap();
    commit!(world, jobs::retry, world.asha, lease.transcription_id).unwrap();
    let job = world.claim().await.unwrap();
    assert_eq!(job.stage, Stage::Extracting);
    assert_eq!(job.transcript_text.as_deref(), Some("Start metformin."));
}

#[tokio::test]
async fn a_deleted_dictation_waits_aside_until_it_is_brought_back() {
    let world = World::new().await;
    let (first, second) = (world.queued().await, world.queued().await);
    let before = version(&world, second).await;
    commit!(world, transcriptions::soft_delete, world.asha, first).unwrap();
    assert_eq!(ahead(&world, second).await, Some(0));
    assert!(version(&world, second).await > before);
    commit!(world, transcriptions::undelete, world.asha, first).unwrap();
    assert_eq!(ahead(&world, second).await, Some(1));
    commit!(world, transcriptions::soft_delete, world.asha, first).unwrap();
    assert_eq!(world.claim().await.unwrap().lease.transcription_id, second);
    assert!(world.claim().await.is_none());
}

#[tokio::test]
async fn a_running_deleted_dictation_is_stopped_once_no_undo_is_possible() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    commit!(world, transcriptions::soft_delete, world.asha, id).unwrap();
    assert!(!commit!(world, jobs::heartbeat, &lease, LEASE).unwrap());
    world
        .sql(
            "UPDATE transcriptions SET deleted_at = now() - interval '16 s' WHERE id = $1",
            id.as_uuid(),
        )
        .await;
    assert!(commit!(world, jobs::heartbeat, &lease, LEASE).unwrap());
    assert_refused!(
        commit!(world, transcriptions::undelete, world.asha, id),
        NotFound
    );
}

#[tokio::test]
async fn failures_of_a_service_are_counted_over_workers_until_the_next_stage() {
    let world = World::new().await;
    world.queued().await;
    let first = world.claim().await.unwrap().lease;
    assert_eq!(commit!(world, jobs::count_failure, &first).unwrap(), 1);
    commit!(world, jobs::release, &first, Duration::ZERO).unwrap();
    assert_refused!(commit!(world, jobs::count_failure, &first), LeaseLost);

    let second = world.claim().await.unwrap().lease;
    assert_eq!(commit!(world, jobs::count_failure, &second).unwrap(), 2);
    let heard = [segment(0, "Start metformin.")];
    commit!(
        world,
        jobs::finish_transcription,
        &second,
        "Start metformin.",
        &heard
    )
    .unwrap();
    assert_eq!(commit!(world, jobs::count_failure, &second).unwrap(), 1);

    commit!(world, jobs::fail, &second, &crate::fixture::failure()).unwrap();
    let id = second.transcription_id;
    commit!(world, jobs::retry, world.asha, id).unwrap();
    let third = world.claim().await.unwrap().lease;
    assert_eq!(commit!(world, jobs::count_failure, &third).unwrap(), 1);
}
