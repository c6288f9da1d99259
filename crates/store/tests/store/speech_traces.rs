//! What a provider may keep: due in the transaction that ends the dictation, taken
//! by one at a time, and out of the way of a new try.

use std::time::Duration;

use seva_model::TranscriptionId;
use seva_store::{
    jobs::{self, Lease},
    speech_traces::{self, Debt},
    transcriptions,
};

use crate::fixture::{LEASE, World, assert_refused, commit, failure, segment};

/// A dictation that is being transcribed at a provider.
async fn announced(world: &World) -> Lease {
    world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    commit!(world, speech_traces::announce, &lease).unwrap();
    lease
}

/// A dictation that failed, with what a provider keeps of it.
async fn failed(world: &World) -> TranscriptionId {
    let lease = announced(world).await;
    commit!(world, jobs::fail, &lease, &failure()).unwrap();
    lease.transcription_id
}

async fn take(world: &World) -> Option<Debt> {
    speech_traces::take(world.pool(), LEASE).await.unwrap()
}

/// Lets the time pass that what ended is left alone for.
async fn make_due(world: &World) {
    run(
        world,
        "UPDATE speech_traces SET forget_after = forget_after - interval '1 hour'",
    )
    .await;
}

async fn run(world: &World, sql: &'static str) {
    sqlx::query(sql).execute(world.pool()).await.unwrap();
}

async fn traces(world: &World) -> i64 {
    world.count("SELECT count(*) FROM speech_traces").await
}

#[tokio::test]
async fn each_end_makes_it_due_and_nothing_else_does() {
    let world = World::new().await;
    let heard = announced(&world).await;
    assert_eq!(take(&world).await, None, "it is needed");
    let text = "Start metformin.";
    let segments = [segment(0, text)];
    commit!(world, jobs::finish_transcription, &heard, text, &segments).unwrap();
    let debt = take(&world).await.unwrap();
    assert_eq!(debt.transcription_id, heard.transcription_id);
    commit!(world, jobs::release, &heard, Duration::ZERO).unwrap();
    speech_traces::settle(world.pool(), &debt).await.unwrap();
    commit!(
        world,
        jobs::request_cancel,
        world.asha,
        heard.transcription_id
    )
    .unwrap();
    assert_eq!(traces(&world).await, 0, "what is settled stays so");

    let released = announced(&world).await;
    commit!(world, jobs::release, &released, Duration::ZERO).unwrap();
    make_due(&world).await;
    assert_eq!(take(&world).await, None, "the next worker needs it");
    let id = released.transcription_id;
    commit!(world, jobs::request_cancel, world.asha, id).unwrap();
    assert_eq!(take(&world).await, None, "a start may still arrive");
    make_due(&world).await;
    assert_eq!(take(&world).await.unwrap().transcription_id, id);

    let failed = failed(&world).await;
    make_due(&world).await;
    assert_eq!(take(&world).await.unwrap().transcription_id, failed);

    let purged = announced(&world).await.transcription_id;
    commit!(world, transcriptions::soft_delete, world.asha, purged).unwrap();
    make_due(&world).await;
    assert_eq!(take(&world).await, None, "it may be taken back");
    commit!(world, transcriptions::purge, purged).unwrap();
    make_due(&world).await;
    assert_eq!(take(&world).await.unwrap().transcription_id, purged);
    assert_eq!(take(&world).await, None);
}

#[tokio::test]
async fn one_process_at_a_time_has_it() {
    let world = World::new().await;
    let id = failed(&world).await;
    make_due(&world).await;
    let first = take(&world).await.unwrap();
    assert_eq!(take(&world).await, None);

    run(
        &world,
        "UPDATE speech_traces SET lease_until = now() - interval '1 s'",
    )
    .await;
    let second = take(&world).await.unwrap();
    assert_eq!((second.transcription_id, second.tries), (id, 2));
    speech_traces::settle(world.pool(), &first).await.unwrap();
    speech_traces::postpone(world.pool(), &first, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(take(&world).await, None, "the first lost its hold");

    speech_traces::postpone(world.pool(), &second, Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(take(&world).await, None, "it is left alone for a minute");
    make_due(&world).await;
    let third = take(&world).await.unwrap();
    speech_traces::settle(world.pool(), &third).await.unwrap();
    assert_eq!(traces(&world).await, 0);
}

#[tokio::test]
async fn a_new_try_takes_it_back_and_waits_for_whoever_is_at_it() {
    let world = World::new().await;
    let id = failed(&world).await;
    make_due(&world).await;
    let debt = take(&world).await.unwrap();
    commit!(world, jobs::retry, world.asha, id).unwrap();
    assert!(world.claim().await.is_none(), "it is being forgotten");

    speech_traces::postpone(world.pool(), &debt, Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(take(&world).await, None, "the new try needs it");
    let lease = world.claim().await.unwrap().lease;
    commit!(world, speech_traces::announce, &lease).unwrap();
    commit!(world, jobs::fail, &lease, &failure()).unwrap();
    make_due(&world).await;
    let again = take(&world).await.unwrap();
    assert_eq!((again.transcription_id, again.tries), (id, 1));
}

#[tokio::test]
async fn a_new_try_of_what_is_heard_needs_nothing_of_it() {
    let world = World::new().await;
    let lease = announced(&world).await;
    let text = "Start metformin.";
    let segments = [segment(0, text)];
    commit!(world, jobs::finish_transcription, &lease, text, &segments).unwrap();
    commit!(world, jobs::fail, &lease, &failure()).unwrap();
    commit!(world, jobs::retry, world.asha, lease.transcription_id).unwrap();
    let debt = take(&world).await.unwrap();
    assert_eq!(debt.transcription_id, lease.transcription_id);
    assert!(world.claim().await.is_some(), "nor does it wait");
}

#[tokio::test]
async fn whoever_lost_a_dictation_announces_nothing() {
    let world = World::new().await;
    world.queued().await;
    let lease = world.claim_for(Duration::ZERO).await.unwrap().lease;
    world.claim().await.unwrap();
    assert_refused!(commit!(world, speech_traces::announce, &lease), LeaseLost);
    assert_eq!(traces(&world).await, 0);
}
