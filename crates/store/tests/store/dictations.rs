//! Reading and editing dictations.

use seva_model::{
    Category, PrescriptionId, PrescriptionStatus, Specialty, TraitName, TranscriptionStatus,
};
use seva_store::{
    edits, entities, jobs,
    prescriptions::{self, NewPrescription},
    transcriptions::{self, TranscriptionFilter},
};

use crate::{
    dictation_lists::{found, search},
    fixture::{World, assert_refused, commit, content, entity, medicine, segment, sqlstate},
};

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
    assert!(read.summary.extraction_failed && read.entities.is_empty());
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
    assert!(!read.summary.extraction_failed && read.entities.len() == 1);
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
