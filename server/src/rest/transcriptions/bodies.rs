//! What is sent and answered about dictations.

use serde::Serialize;
use seva_model::{
    Specialty, Transcription, TranscriptionId, TranscriptionStatus, TranscriptionSummary,
};
use seva_services::{Page, TranscriptionFilter};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::rest::{bodies::Success, listing::listing};

/// The form of a new dictation, its fields in any order. It is read as it arrives; this
/// says how.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a form that is never held whole")]
pub(super) struct UploadForm {
    /// WAV, MP3, FLAC, MP4, M4A, or WebM or Ogg with Opus; up to 16 MiB.
    #[schema(value_type = String, format = Binary)]
    audio_file: Vec<u8>,
    /// `PRIMARYCARE` unless told.
    specialty: Option<Specialty>,
    /// 1 to 255 characters.
    patient_name: Option<String>,
    /// A BCP 47 tag of at most 10 characters, `en-US` unless told. `und` leaves it to the
    /// speech engine to find out, where it can.
    language_code: Option<String>,
}

/// The answer to an upload: it is the same however often it is asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = BegunTranscriptionBody)]
pub(super) struct BegunBody {
    #[schema(inline)]
    success: Success,
    transcription_id: TranscriptionId,
    /// Name of the job wherever it runs.
    job_name: String,
    /// The API promises `IN_PROGRESS` for work that was taken on, though the job
    /// may still wait for its turn; asked for, the dictation says which.
    status: TranscriptionStatus,
}

impl BegunBody {
    pub(super) fn new(id: TranscriptionId) -> Self {
        Self {
            success: Success,
            transcription_id: id,
            // There is one for each dictation.
            job_name: format!("seva-{id}"),
            status: TranscriptionStatus::InProgress,
        }
    }
}

listing! {
    TranscriptionFilter { since },
    status: TranscriptionStatus,
    search: "Each of the words is in the patient's name or in the text."
        at "/api/v1/transcriptions/search" as TranscriptionSearchBody,
}

/// A page of a list of dictations.
#[derive(Serialize, ToSchema)]
#[schema(as = TranscriptionListBody)]
pub(crate) struct ListBody {
    #[schema(inline)]
    success: Success,
    transcriptions: Vec<TranscriptionSummary>,
    /// What to send as `before` for the rows that follow; null at the end.
    next: Option<String>,
}

impl ListBody {
    pub(super) fn new(page: Page<TranscriptionSummary>) -> Self {
        Self {
            success: Success,
            transcriptions: page.items,
            next: page.next,
        }
    }
}

/// A whole dictation.
#[derive(Serialize, ToSchema)]
#[schema(as = WholeTranscriptionBody)]
pub(crate) struct WholeBody {
    #[schema(inline)]
    success: Success,
    transcription: TranscriptionBody,
}

#[derive(Serialize, ToSchema)]
struct TranscriptionBody {
    #[serde(flatten)]
    transcription: Transcription,
    /// When it was complete.
    #[serde(with = "time::serde::rfc3339::option")]
    completed_at: Option<OffsetDateTime>,
}

impl WholeBody {
    pub(super) fn new(transcription: Transcription) -> Self {
        Self {
            success: Success,
            transcription: TranscriptionBody {
                completed_at: transcription.summary.times.completed_at,
                transcription,
            },
        }
    }
}
