//! The review of one dictation: its text, its findings, its prescription.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use seva_model::{
    MedicationLine, PrescriptionContent, PrescriptionId, PrescriptionStatus, Transcription,
    TranscriptionId, TranscriptionSummary,
};

use super::Listing;
use crate::UiError;

/// What stands beside the transcript.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// The prescription that was made from the dictation, if there is one.
    pub prescription: Option<(PrescriptionId, PrescriptionStatus)>,
    /// Its content, or what a draft would hold.
    pub content: PrescriptionContent,
}

/// A dictation and what stands beside it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The dictation.
    pub transcription: Transcription,
    /// Only when the transcript is ready.
    pub beside: Option<Beside>,
}

impl Beside {
    /// The lines that were heard or written.
    #[must_use]
    pub fn lines(&self) -> &[MedicationLine] {
        &self.content.medications
    }
}

/// Everything the page of a dictation shows.
#[server(prefix = "/fn", endpoint = "load_review")]
pub async fn load_review(id: TranscriptionId) -> Result<Review, UiError> {
    let caller = super::caller().await?;
    let services = super::services()?;
    let transcription = services.get_transcription(caller, id).await?;
    let beside = match (
        transcription.summary.status,
        transcription.summary.prescription,
    ) {
        (_, Some((prescription, status))) => Some(Beside {
            prescription: Some((prescription, status)),
            content: services
                .get_prescription(caller, prescription)
                .await?
                .content,
        }),
        (seva_model::TranscriptionStatus::Completed, None) => Some(Beside {
            prescription: None,
            content: services.propose_prescription(caller, id).await?,
        }),
        _ => None,
    };
    Ok(Review {
        transcription,
        beside,
    })
}

/// All dictations, newest first, whose patient or text holds the words.
#[server(prefix = "/fn", endpoint = "list_dictations")]
pub async fn list_dictations(
    search: String,
    before: Option<String>,
) -> Result<Listing<TranscriptionSummary>, UiError> {
    let caller = super::caller().await?;
    let filter = seva_services::TranscriptionFilter {
        search: super::search_words(&search),
        before,
        ..Default::default()
    };
    let page = super::services()?
        .list_transcriptions(caller, &filter)
        .await?;
    Ok(Listing::of(page, filter.search.as_deref()))
}

/// Stores an edit of the text. The version it was made on guards against a
/// second window.
#[server(prefix = "/fn", endpoint = "save_transcript")]
pub async fn save_transcript(
    id: TranscriptionId,
    expected_version: i32,
    text: String,
) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?
        .edit_transcript(caller, id, expected_version, &text)
        .await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}

/// Looks for entities again after that failed.
#[server(prefix = "/fn", endpoint = "retry_extraction")]
pub async fn retry_extraction(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.retry_extraction(caller, id).await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}

/// Stops a dictation that waits or runs.
#[server(prefix = "/fn", endpoint = "cancel_dictation")]
pub async fn cancel_dictation(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.cancel_transcription(caller, id).await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}

/// Starts a failed or cancelled dictation again.
#[server(prefix = "/fn", endpoint = "retry_dictation")]
pub async fn retry_dictation(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.retry_transcription(caller, id).await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}

/// Deletes a dictation; [`undelete_dictation`] brings it back.
#[server(prefix = "/fn", endpoint = "delete_dictation")]
pub async fn delete_dictation(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.delete_transcription(caller, id).await?;
    leptos_axum::redirect("/dictations");
    Ok(())
}

/// Brings a deleted dictation back.
#[server(prefix = "/fn", endpoint = "undelete_dictation")]
pub async fn undelete_dictation(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?
        .undelete_transcription(caller, id)
        .await?;
    leptos_axum::redirect(&format!("/dictations/{id}"));
    Ok(())
}

/// Opens the prescription of a dictation, drafting it if there is none yet.
#[server(prefix = "/fn", endpoint = "draft_prescription")]
pub async fn draft_prescription(id: TranscriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    let prescription = super::services()?.draft_prescription(caller, id).await?;
    leptos_axum::redirect(&format!("/prescriptions/{prescription}"));
    Ok(())
}
