//! A worker may die at any moment, or wake after it was given up.

use std::time::Duration;

use seva_model::{Stage, TranscriptionStatus};
use seva_store::{jobs, transcriptions};

use crate::fixture::{LEASE, World, assert_refused, commit, failure, medicine, segment};

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over_and_counts_as_a_crash() {
    let world = World::new().await;
    let id = world.queued().await;
    let dead = world.claim_for(Duration::ZERO).await.unwrap();
    let next = world.claim().await.unwrap();
    assert_eq!(next.lease.transcription_id, id);
    assert_ne!(next.lease.token, dead.lease.token);
    assert_eq!((next.lease.attempt, next.crashes), (2, 1));
    assert!(
        world.claim().await.is_none(),
        "a living lease is not taken over"
    );
}

#[tokio::test]
async fn a_heartbeat_keeps_the_lease() {
    let world = World::new().await;
    world.queued().await;
    let lease = world.claim_for(Duration::ZERO).await.unwrap().lease;
    assert!(!commit!(world, jobs::heartbeat, &lease, LEASE).unwrap());
    assert!(world.claim().await.is_none());
    assert_eq!(commit!(world, jobs::progress, &lease, 5, &[]).unwrap(), 3);
}

#[tokio::test]
async fn a_worker_whose_lease_was_taken_over_can_write_nothing() {
    let world = World::new().await;
    let id = world.queued().await;
    let old = world.claim_for(Duration::ZERO).await.unwrap().lease;
    let new = world.claim().await.unwrap().lease;
    let before = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    let heard = [segment(0, "from the dead")];
    let found = [medicine("metformin", 0)];

    assert_refused!(commit!(world, jobs::heartbeat, &old, LEASE), LeaseLost);
    assert_refused!(commit!(world, jobs::progress, &old, 90, &heard), LeaseLost);
    assert_refused!(
        commit!(
            world,
            jobs::finish_transcription,
            &old,
            "from the dead",
            &heard
        ),
        LeaseLost
    );
    assert_refused!(
        commit!(world, jobs::finish_extraction, &old, Some(&found)),
        LeaseLost
    );
    assert_refused!(commit!(world, jobs::fail, &old, &failure()), LeaseLost);
    assert_refused!(commit!(world, jobs::cancelled, &old), LeaseLost);
    assert_refused!(
        commit!(world, jobs::release, &old, Duration::ZERO),
        LeaseLost
    );
    assert_eq!(
        transcriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap(),
        before
    );

    // And neither after the new one has finished.
    commit!(
        world,
        jobs::finish_transcription,
        &new,
        "alive",
        &[segment(0, "alive")]
    )
    .unwrap();
    assert!(commit!(world, jobs::finish_extraction, &new, Some(&found)).unwrap());
    assert_refused!(
        commit!(world, jobs::finish_extraction, &old, Some(&[])),
        LeaseLost
    );
    assert_refused!(commit!(world, jobs::fail, &old, &failure()), LeaseLost);
    let done = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(
        (done.transcript.as_str(), done.entities.len()),
        ("alive", 1)
    );
}

/// The old worker's write and the new worker's claim meet at the job's row: the
/// write waits for the claim, and then finds its lease gone.
#[tokio::test]
async fn a_write_that_waits_for_a_take_over_is_refused() {
    let world = World::new().await;
    world.queued().await;
    let old = world.claim_for(Duration::ZERO).await.unwrap().lease;
    let mut taking = world.begin().await;
    jobs::claim(&mut taking, LEASE).await.unwrap().unwrap();
    let pool = world.pool().clone();
    let late = tokio::spawn(async move {
        let mut tx = seva_store::begin(&pool).await.unwrap();
        let written = jobs::progress(&mut tx, &old, 90, &[segment(0, "late")]).await;
        seva_store::commit(tx).await.unwrap();
        written
    });
    // Until the server says that the late write waits for the row.
    let waiting = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while world.count(waiting).await == 0 {
        tokio::task::yield_now().await;
    }
    seva_store::commit(taking).await.unwrap();
    assert_refused!(late.await.unwrap(), LeaseLost);
    assert_eq!(
        world
            .count("SELECT count(*) FROM transcript_segments")
            .await,
        0
    );
}

#[tokio::test]
async fn the_next_worker_starts_transcription_anew_without_doubled_words() {
    let world = World::new().await;
    let id = world.queued().await;
    let dead = world.claim_for(Duration::ZERO).await.unwrap().lease;
    let first = [segment(0, "Start metformin?"), segment(1, "Review in")];
    commit!(world, jobs::progress, &dead, 40, &first).unwrap();

    let next = world.claim().await.unwrap();
    assert_eq!(next.stage, Stage::Transcribing);
    let event = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    assert_eq!(
        (event.attempt, event.progress, event.segments.len()),
        (2, 0, 0)
    );

    let all = [
        segment(0, "Start metformin."),
        segment(1, "Review in two weeks."),
    ];
    commit!(world, jobs::progress, &next.lease, 50, &all[..1]).unwrap();
    commit!(
        world,
        jobs::finish_transcription,
        &next.lease,
        "Start …",
        &all
    )
    .unwrap();
    let done = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(done.segments, all);
    assert_eq!(
        world.count("SELECT count(*) FROM transcript_words").await,
        6
    );
    assert_eq!(
        world
            .count("SELECT max(index)::bigint FROM transcript_words")
            .await,
        5,
        "words are numbered through"
    );
}

#[tokio::test]
async fn the_next_worker_keeps_a_transcript_and_watchers_get_it_again() {
    let world = World::new().await;
    let id = world.queued().await;
    let dead = world.claim_for(Duration::ZERO).await.unwrap().lease;
    let heard = [segment(0, "Start metformin.")];
    let seen = commit!(
        world,
        jobs::finish_transcription,
        &dead,
        "Start metformin.",
        &heard
    )
    .unwrap();

    let next = world.claim().await.unwrap();
    assert_eq!(next.stage, Stage::Extracting);
    assert_eq!(next.transcript_text.as_deref(), Some("Start metformin."));
    let event = transcriptions::event(world.pool(), world.asha, id, Some(seen))
        .await
        .unwrap();
    assert_eq!((event.attempt, event.stage), (2, Stage::Extracting));
    assert_eq!(
        event.segments, heard,
        "a new attempt sends all segments again"
    );

    let found = [medicine("metformin", 6)];
    assert!(commit!(world, jobs::finish_extraction, &next.lease, Some(&found)).unwrap());
    let done = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(done.entities, found);
}

#[tokio::test]
async fn the_transcript_is_what_the_engine_gave_in_the_end() {
    let told = |texts: &[&str]| -> Vec<_> {
        (0..)
            .zip(texts)
            .map(|(at, text)| segment(at, text))
            .collect()
    };
    let on_the_way = told(&["Start metformin.", "Review in too weeks.", "Thanks."]);
    for end in [
        told(&["Start metformin.", "Review in two weeks.", "Thanks."]),
        told(&["Start metformin?", "Review in too weeks.", "Thanks."]),
        told(&["Start metformin."]),
        told(&["Start metformin.", "Review.", "Thank you.", "Bye."]),
        told(&[]),
        on_the_way.clone(),
    ] {
        let world = World::new().await;
        let id = world.queued().await;
        let lease = world.claim().await.unwrap().lease;
        commit!(world, jobs::progress, &lease, 90, &on_the_way).unwrap();
        for _ in 0..2 {
            commit!(world, jobs::finish_transcription, &lease, "…", &end).unwrap();
            let stored = transcriptions::get(world.pool(), world.asha, id)
                .await
                .unwrap();
            assert_eq!(stored.segments, end);
            let words: usize = end.iter().map(|segment| segment.words.len()).sum();
            let numbered = "SELECT count(*) FROM transcript_words WHERE index <
                                (SELECT count(*) FROM transcript_words)";
            assert_eq!(world.count(numbered).await, words as i64);
        }
    }
}

#[tokio::test]
async fn finishing_twice_changes_nothing() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    let heard = [segment(0, "Start metformin.")];
    // The answer to a commit may be lost at either stage.
    commit!(
        world,
        jobs::finish_transcription,
        &lease,
        "Start metformin.",
        &heard
    )
    .unwrap();
    commit!(
        world,
        jobs::finish_transcription,
        &lease,
        "Start metformin.",
        &heard
    )
    .unwrap();
    let found = [medicine("metformin", 6)];
    assert!(commit!(world, jobs::finish_extraction, &lease, Some(&found)).unwrap());
    let done = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    let other = [medicine("metformin", 6)];
    assert!(!commit!(world, jobs::finish_extraction, &lease, Some(&other)).unwrap());
    assert_eq!(
        transcriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap(),
        done
    );
    assert_eq!(done.summary.status, TranscriptionStatus::Completed);
    assert_eq!(
        (done.summary.stage, done.summary.progress),
        (Stage::Done, 100)
    );
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
}

#[tokio::test]
async fn progress_never_falls_and_news_are_told_once() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    let first = commit!(world, jobs::progress, &lease, 30, &[segment(0, "one two")]).unwrap();
    // The same segment again, as after an answer that was lost, and a new one.
    let news = [segment(0, "one two"), segment(1, "three")];
    let second = commit!(world, jobs::progress, &lease, 20, &news).unwrap();
    assert!(second > first);
    let event = transcriptions::event(world.pool(), world.asha, id, Some(first))
        .await
        .unwrap();
    assert_eq!((event.version, event.progress), (second, 30));
    assert_eq!(event.segments, [segment(1, "three")]);
    let all = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap();
    assert_eq!(all.segments, news);
    assert_eq!(
        world.count("SELECT count(*) FROM transcript_words").await,
        3
    );
}

#[tokio::test]
async fn a_failed_extraction_completes_with_the_transcript() {
    let world = World::new().await;
    let id = world.queued().await;
    let lease = world.claim().await.unwrap().lease;
    commit!(
        world,
        jobs::finish_transcription,
        &lease,
        "Start metformin.",
        &[]
    )
    .unwrap();
    assert!(commit!(world, jobs::finish_extraction, &lease, None).unwrap());
    let done = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(done.summary.status, TranscriptionStatus::Completed);
    assert!(done.summary.extraction_failed && done.entities.is_empty());
    assert_eq!(done.transcript, "Start metformin.");
}

#[tokio::test]
async fn the_times_of_the_stages_are_kept() {
    let world = World::new().await;
    let id = world.completed("Start metformin.", &[]).await;
    let times = transcriptions::event(world.pool(), world.asha, id, None)
        .await
        .unwrap()
        .times;
    let (began, heard, done) = (
        times.transcribing_at.unwrap(),
        times.extracting_at.unwrap(),
        times.completed_at.unwrap(),
    );
    assert!(began <= heard && heard <= done);
}
