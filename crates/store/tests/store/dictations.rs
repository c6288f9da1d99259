//! Reading, searching and editing dictations.

use std::time::Duration;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use seva_model::{
    Category, PrescriptionId, PrescriptionStatus, Specialty, TraitName, TranscriptionId,
    TranscriptionStatus,
};
use seva_store::{
    edits, entities, jobs,
    prescriptions::{self, NewPrescription},
    transcriptions::{self, TranscriptionFilter},
};
use time::OffsetDateTime;

use crate::fixture::{
    World, assert_refused, commit, content, entity, is_not_found, medicine, segment, sqlstate,
};

async fn found(world: &World, filter: &TranscriptionFilter) -> Vec<TranscriptionId> {
    let page = transcriptions::list(world.pool(), world.asha, filter)
        .await
        .unwrap();
    page.items.iter().map(|row| row.id).collect()
}

fn search(text: &str) -> TranscriptionFilter {
    TranscriptionFilter {
        search: Some(text.to_owned()),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_whole_dictation_reads_back() {
    let world = World::new().await;
    let id = world.queued_for(world.asha, Some("Meera Iyer")).await;
    let lease = world.claim().await.unwrap().lease;
    let heard = [
        segment(0, "Start metformin?"),
        segment(1, "No chest? pain."),
    ];
    let text = "Start metformin? No chest? pain.";
    commit!(world, jobs::progress, &lease, 50, &heard[..1]).unwrap();
    commit!(world, jobs::finish_transcription, &lease, text, &heard).unwrap();
    let entities = [
        medicine("metformin", 6),
        entity(
            "chest? pain",
            20,
            Category::MedicalCondition,
            &[TraitName::Negation],
        ),
    ];
    commit!(world, jobs::finish_extraction, &lease, Some(&entities)).unwrap();

    let read = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(read.transcript, text);
    assert_eq!(read.segments, heard);
    assert_eq!(read.entities, entities);
    assert_eq!((read.attempt, read.transcript_version), (1, 0));
    assert_eq!(
        (read.language_code.as_str(), read.file_name.as_str()),
        ("en-IN", "visit.wav")
    );
    assert_eq!(read.summary.patient_name.as_deref(), Some("Meera Iyer"));
    assert_eq!(read.summary.specialty, Specialty::Cardiology);
    assert_eq!(read.summary.status, TranscriptionStatus::Completed);
    assert_eq!(
        (read.summary.medicine_count, read.summary.unsure_count),
        (1, 2)
    );
    assert_eq!(
        (read.summary.queue_ahead, read.summary.prescription),
        (None, None)
    );
    let all = TranscriptionFilter::default();
    let listed = transcriptions::list(world.pool(), world.asha, &all)
        .await
        .unwrap();
    assert_eq!(listed.items, [read.summary]);
    let audio = transcriptions::audio(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!((audio.bytes, audio.mime.as_str()), (4_321, "audio/wav"));
}

#[tokio::test]
async fn only_current_medicines_of_the_patient_are_counted() {
    let world = World::new().await;
    let entities = [
        medicine("Metformin", 0),
        medicine("metformin", 40),
        medicine("Aspirin", 80),
        entity(
            "Warfarin",
            100,
            Category::Medication,
            &[TraitName::Negation],
        ),
        entity(
            "Insulin",
            120,
            Category::Medication,
            &[TraitName::PertainsToFamily],
        ),
        entity(
            "Digoxin",
            140,
            Category::Medication,
            &[TraitName::PastHistory],
        ),
        entity(
            "Statin",
            160,
            Category::Medication,
            &[TraitName::Hypothetical],
        ),
        entity("cough", 180, Category::MedicalCondition, &[]),
    ];
    let id = world.completed("…", &entities).await;
    let read = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(read.summary.medicine_count, 2);
    assert_eq!(read.entities, entities, "ordered by offset");
}

#[tokio::test]
async fn an_edit_is_a_version_and_the_original_stays() {
    let world = World::new().await;
    let id = world
        .completed("Start metformin.", &[medicine("metformin", 6)])
        .await;
    assert_refused!(
        commit!(world, edits::insert, world.asha, id, 1, "x"),
        StaleVersion
    );
    assert_eq!(
        commit!(
            world,
            edits::insert,
            world.asha,
            id,
            0,
            "Start aspirin and digoxin."
        )
        .unwrap(),
        1
    );
    assert_refused!(
        commit!(world, edits::insert, world.asha, id, 0, "late"),
        StaleVersion
    );
    let new = [medicine("aspirin", 6), medicine("digoxin", 18)];
    assert_refused!(
        commit!(world, entities::replace, world.asha, id, 0, Some(&new)),
        StaleVersion
    );
    commit!(world, entities::replace, world.asha, id, 1, Some(&new)).unwrap();

    let read = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert_eq!(read.transcript, "Start aspirin and digoxin.");
    assert_eq!(
        (read.transcript_version, read.summary.medicine_count),
        (1, 2)
    );
    assert_eq!(read.entities, new);
    assert_eq!(
        read.segments,
        [segment(0, "Start metformin.")],
        "what was heard stays"
    );
    let original = edits::original(world.pool(), world.asha, id).await.unwrap();
    assert_eq!(original, "Start metformin.");
    assert_eq!(found(&world, &search("digoxin")).await, [id]);
    assert!(
        found(&world, &search("metformin")).await.is_empty(),
        "the current text is searched"
    );
}

#[tokio::test]
async fn a_failed_extraction_of_an_edit_is_marked_until_one_succeeds() {
    let world = World::new().await;
    let id = world
        .completed("Start metformin.", &[medicine("metformin", 6)])
        .await;
    commit!(world, entities::replace, world.asha, id, 0, None).unwrap();
    let read = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert!(read.extraction_failed && read.entities.is_empty());
    commit!(
        world,
        entities::replace,
        world.asha,
        id,
        0,
        Some(&[medicine("metformin", 6)])
    )
    .unwrap();
    let read = transcriptions::get(world.pool(), world.asha, id)
        .await
        .unwrap();
    assert!(!read.extraction_failed && read.entities.len() == 1);
}

#[tokio::test]
async fn only_a_complete_dictation_is_edited() {
    let world = World::new().await;
    let id = world.queued().await;
    assert_refused!(
        commit!(world, edits::insert, world.asha, id, 0, "x"),
        WrongState
    );
    assert_refused!(
        commit!(world, entities::replace, world.asha, id, 0, None),
        WrongState
    );
    assert_refused!(
        edits::original(world.pool(), world.asha, id).await,
        WrongState
    );
}

#[tokio::test]
async fn two_edits_of_one_version_never_both_succeed() {
    let world = World::new().await;
    let id = world.completed("Start metformin.", &[]).await;
    let edit = async |text| commit!(world, edits::insert, world.asha, id, 0, text);
    let (one, two) = tokio::join!(edit("one"), edit("two"));
    assert_eq!(one.is_ok() as u8 + two.is_ok() as u8, 1, "{one:?} {two:?}");
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
    let until = TranscriptionFilter {
        created_before: Some(yesterday),
        ..Default::default()
    };
    assert_eq!(found(&world, &until).await, [old]);
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

#[tokio::test]
async fn the_prescription_made_last_is_shown() {
    let world = World::new().await;
    let id = world.completed("x", &[]).await;
    let draft = PrescriptionId::generate();
    let new = NewPrescription {
        id: draft,
        transcription_id: Some(id),
        content: &content("Meera Iyer", &["Aspirin"]),
    };
    commit!(world, prescriptions::insert, world.asha, &new).unwrap();
    let shown = async || {
        let read = transcriptions::get(world.pool(), world.asha, id)
            .await
            .unwrap();
        read.summary.prescription
    };
    assert_eq!(shown().await, Some((draft, PrescriptionStatus::Draft)));
    commit!(world, prescriptions::soft_delete, world.asha, draft).unwrap();
    assert_eq!(shown().await, None);
}

#[tokio::test]
async fn a_purge_takes_everything_but_the_prescriptions() {
    let world = World::new().await;
    let id = world
        .completed("Start metformin.", &[medicine("metformin", 6)])
        .await;
    let signed = world.signed("ABCD-1234").await;
    world
        .sql(
            "UPDATE prescriptions SET transcription_id = (SELECT id FROM transcriptions)
              WHERE id = $1",
            signed.as_uuid(),
        )
        .await;
    is_not_found("purge", commit!(world, transcriptions::purge, id));
    commit!(world, transcriptions::soft_delete, world.asha, id).unwrap();
    let due = || transcriptions::purgeable(world.pool(), Duration::ZERO, 10);
    assert_eq!(due().await.unwrap(), [], "an undo is possible still");
    world
        .sql(
            "UPDATE transcriptions SET deleted_at = now() - interval '31 s' WHERE id = $1",
            id.as_uuid(),
        )
        .await;
    let list = due().await.unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].transcription_id, id);
    assert!(list[0].audio_key.starts_with("audio/"));
    commit!(world, transcriptions::purge, id).unwrap();
    for table in [
        "SELECT count(*) FROM transcriptions",
        "SELECT count(*) FROM transcript_segments",
        "SELECT count(*) FROM transcript_words",
        "SELECT count(*) FROM medical_entities",
    ] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
    let kept = prescriptions::get(world.pool(), world.asha, signed)
        .await
        .unwrap();
    assert_eq!(kept.transcription_id, None);
}

/// The schema refuses what no program should write.
#[tokio::test]
async fn a_state_that_makes_no_sense_is_refused() {
    let world = World::new().await;
    let id = world.queued().await;
    for sql in [
        "UPDATE transcriptions SET status = 'FAILED' WHERE id = $1",
        "UPDATE transcriptions SET status = 'COMPLETED' WHERE id = $1",
        "UPDATE transcriptions SET status = 'LOST' WHERE id = $1",
        "UPDATE transcriptions SET progress = 101 WHERE id = $1",
        "UPDATE jobs SET lease_until = now() WHERE transcription_id = $1",
    ] {
        let result = sqlx::query(sql)
            .bind(id.as_uuid())
            .execute(world.pool())
            .await;
        assert_eq!(sqlstate(result), "23514", "{sql}");
    }
}

/// PostgreSQL quotes the failing row in its errors; ours do not.
#[tokio::test]
async fn an_error_holds_nothing_of_the_row() {
    let world = World::new().await;
    let mut bad = content("Meera Iyer", &["Metformin"]);
    bad.patient_age = Some(400);
    let new = NewPrescription {
        id: PrescriptionId::generate(),
        transcription_id: None,
        content: &bad,
    };
    let error = commit!(world, prescriptions::insert, world.asha, &new).unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("23514") && shown.contains("prescriptions"),
        "{shown}"
    );
    assert!(
        !shown.contains("Meera") && !shown.contains("400"),
        "{shown}"
    );
    assert!(std::error::Error::source(&error).is_none());
    assert!(!error.may_retry());
}
