//! Lists of dictations: searched, filtered, paged.

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use seva_model::{TranscriptionId, TranscriptionStatus};
use seva_store::{
    jobs,
    transcriptions::{self, TranscriptionFilter},
};
use time::OffsetDateTime;

use crate::fixture::{World, commit};

pub(crate) async fn found(world: &World, filter: &TranscriptionFilter) -> Vec<TranscriptionId> {
    let page = transcriptions::list(world.pool(), world.asha, filter)
        .await
        .unwrap();
    page.items.iter().map(|row| row.id).collect()
}

pub(crate) fn search(text: &str) -> TranscriptionFilter {
    TranscriptionFilter {
        search: Some(text.to_owned()),
        ..Default::default()
    }
}

#[tokio::test]
async fn the_list_is_searched_by_name_and_text_taken_literally() {
    let world = World::new().await;
    let meera = world.queued_for(world.asha, Some("Meera Iyer")).await;
    let odd = world.queued_for(world.asha, Some(r"50%_of\it")).await;
    let hindi = world.queued_for(world.asha, Some("क्षमा शर्मा")).await;
    for _ in 0..3 {
        let lease = world.claim().await.unwrap().lease;
        commit!(world, jobs::cancelled, &lease).unwrap();
    }
    let spoken = world.completed("Advised METFORMIN today.", &[]).await;
    assert_eq!(found(&world, &search("mEERA")).await, [meera]);
    assert_eq!(found(&world, &search(" iyer ")).await, [meera]);
    assert_eq!(found(&world, &search("%_of")).await, [odd]);
    assert_eq!(found(&world, &search(r"f\i")).await, [odd]);
    assert_eq!(found(&world, &search("_")).await, [odd]);
    assert_eq!(found(&world, &search("शर्मा")).await, [hindi]);
    assert_eq!(found(&world, &search("metformin")).await, [spoken]);
    assert_eq!(found(&world, &search("'; DROP TABLE users; --")).await, []);
    assert_eq!(found(&world, &search("  ")).await.len(), 4);
}

#[tokio::test]
async fn the_list_is_filtered_by_status_and_day() {
    let world = World::new().await;
    let done = world.completed("x", &[]).await;
    let failed = world.failed().await;
    let old = world.failed().await;
    world
        .sql(
            "UPDATE transcriptions SET created_at = now() - interval '2 days' WHERE id = $1",
            old.as_uuid(),
        )
        .await;
    let by_status = |status| TranscriptionFilter {
        status: Some(status),
        ..Default::default()
    };
    assert_eq!(
        found(&world, &by_status(TranscriptionStatus::Completed)).await,
        [done]
    );
    assert_eq!(
        found(&world, &by_status(TranscriptionStatus::Failed)).await,
        [failed, old]
    );
    assert_eq!(
        found(&world, &by_status(TranscriptionStatus::Pending)).await,
        []
    );
    let yesterday = OffsetDateTime::now_utc() - time::Duration::days(1);
    let since = TranscriptionFilter {
        created_from: Some(yesterday),
        ..Default::default()
    };
    assert_eq!(found(&world, &since).await, [failed, done]);
}

/// Many rows share a time, so that only the id can tell them apart.
#[tokio::test]
async fn pages_of_any_size_show_every_row_once_in_order() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO transcriptions (id, user_id, file_name, audio_key, audio_mime, audio_bytes,
                                     audio_sha256, duration_seconds, created_at)
         SELECT gen_random_uuid(), $1, 'a.wav', 'audio/' || n, 'audio/wav', 1,
                decode(repeat('00', 32), 'hex'), 1, '2026-01-01'::timestamptz + n / 7 * interval '1 s'
           FROM generate_series(1, 45) n",
    )
    .bind(world.asha.as_uuid())
    .execute(world.pool())
    .await
    .unwrap();
    let all = found(
        &world,
        &TranscriptionFilter {
            limit: 100,
            ..Default::default()
        },
    )
    .await;
    assert_eq!(all.len(), 45);

    let limits = prop::collection::vec(1u32..60, 1..50);
    let mut runner = TestRunner::deterministic();
    for _ in 0..256 {
        let sizes = limits.new_tree(&mut runner).unwrap().current();
        let mut seen = Vec::new();
        let mut after = None;
        for limit in sizes.into_iter().chain(std::iter::repeat(7)) {
            let filter = TranscriptionFilter {
                after,
                limit,
                ..Default::default()
            };
            let page = transcriptions::list(world.pool(), world.asha, &filter)
                .await
                .unwrap();
            assert!(page.items.len() <= limit as usize);
            seen.extend(page.items.iter().map(|row| row.id));
            // The cursor travels as text.
            let Some(next) = page.next else { break };
            after = Some(next.to_string().parse().unwrap());
        }
        assert_eq!(seen, all);
    }
}

#[tokio::test]
async fn the_usual_page_has_25_rows_and_the_largest_100() {
    let world = World::new().await;
    sqlx::query(
        "INSERT INTO transcriptions (id, user_id, file_name, audio_key, audio_mime, audio_bytes,
                                     audio_sha256, duration_seconds)
         SELECT gen_random_uuid(), $1, 'a.wav', 'audio/' || n, 'audio/wav', 1,
                decode(repeat('00', 32), 'hex'), 1 FROM generate_series(1, 101) n",
    )
    .bind(world.asha.as_uuid())
    .execute(world.pool())
    .await
    .unwrap();
    for (limit, rows) in [(0, 25), (1000, 100), (u32::MAX, 100)] {
        let filter = TranscriptionFilter {
            limit,
            ..Default::default()
        };
        assert_eq!(found(&world, &filter).await.len(), rows);
    }
}
