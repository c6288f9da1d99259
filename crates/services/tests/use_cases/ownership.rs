//! Another doctor's things do not exist.

use seva_model::{AppError, ErrorCode, PrescriptionContent};
use seva_services::{AudioError, PrescriptionFilter, TranscriptionFilter};
use time::UtcOffset;

use crate::world::World;

fn refusal<T>(result: Result<T, AppError>) -> AppError {
    result.err().expect("a refusal")
}

#[tokio::test(flavor = "multi_thread")]
async fn another_doctors_dictation_is_not_found() {
    let world = World::new().await;
    let (owner, other) = (world.doctor("owner").await, world.doctor("other").await);
    let id = world.completed(owner).await;
    let before = world.get(owner, id).await;
    let s = &world.services;
    let audio = match s.open_audio(other, id, None).await.err() {
        Some(AudioError::App(error)) => error,
        _ => panic!("a refusal"),
    };
    let refusals = [
        audio,
        refusal(s.get_transcription(other, id).await),
        refusal(s.events_since(other, id, None).await),
        refusal(s.watch(other, id, None).await),
        refusal(s.edit_transcript(other, id, 0, "Mine.").await),
        refusal(s.retry_extraction(other, id).await),
        refusal(s.cancel_transcription(other, id).await),
        refusal(s.retry_transcription(other, id).await),
        refusal(s.delete_transcription(other, id).await),
        refusal(s.undelete_transcription(other, id).await),
        refusal(s.propose_prescription(other, id).await),
        refusal(s.draft_prescription(other, id).await),
        refusal(
            s.create_prescription(other, Some(id), PrescriptionContent::default())
                .await,
        ),
    ];
    for error in refusals {
        assert_eq!(error, AppError::not_found("dictation"));
    }
    s.delete_transcription(owner, id).await.unwrap();
    assert_eq!(
        refusal(s.undelete_transcription(other, id).await).code,
        ErrorCode::NotFound
    );
    s.undelete_transcription(owner, id).await.unwrap();

    let all = TranscriptionFilter::default();
    assert!(
        s.list_transcriptions(other, &all)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    let after = world.get(owner, id).await;
    assert_eq!(
        (after.transcript, after.entities),
        (before.transcript, before.entities)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_doctors_prescription_is_not_found() {
    let world = World::new().await;
    let (owner, other) = (world.doctor("owner").await, world.doctor("other").await);
    let dictation = world.completed(owner).await;
    let s = &world.services;
    let id = s.draft_prescription(owner, dictation).await.unwrap();
    for signed in [false, true] {
        if signed {
            s.finalize_prescription(owner, id, 1, UtcOffset::UTC)
                .await
                .unwrap();
        }
        let refusals = [
            refusal(s.get_prescription(other, id).await),
            refusal(
                s.save_prescription(other, id, 1, PrescriptionContent::default())
                    .await,
            ),
            refusal(s.finalize_prescription(other, id, 1, UtcOffset::UTC).await),
            refusal(s.preview_pdf(other, id, UtcOffset::UTC).await),
            refusal(s.prescription_pdf_link(other, id).await),
            refusal(s.copy_prescription(other, id).await),
            refusal(s.delete_prescription(other, id).await),
            refusal(s.undelete_prescription(other, id).await),
        ];
        for error in refusals {
            assert_eq!(error, AppError::not_found("prescription"));
        }
    }
    let all = PrescriptionFilter::default();
    assert!(
        s.list_prescriptions(other, &all)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    assert_eq!(
        s.list_prescriptions(owner, &all).await.unwrap().items.len(),
        1
    );
}
