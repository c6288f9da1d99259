//! A dictation: its states, its text, and the words with their times.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{Entity, PrescriptionId, PrescriptionStatus, Specialty, TranscriptionId, names::names};

names!(
    /// Where a dictation stands.
    TranscriptionStatus {
        /// Stored, waiting for a worker.
        Pending = "PENDING",
        /// A worker has it.
        InProgress = "IN_PROGRESS",
        /// Transcript and entities are there.
        Completed = "COMPLETED",
        /// It ended with a sentence that says why.
        Failed = "FAILED",
        /// The doctor stopped it.
        Cancelled = "CANCELLED",
    }
);

impl TranscriptionStatus {
    /// Whether nothing moves any more, until the doctor retries.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

names!(
    /// What is happening to a dictation right now.
    Stage {
        /// Waiting for a worker.
        Queued = "QUEUED",
        /// Words are being heard.
        Transcribing = "TRANSCRIBING",
        /// Medicines and conditions are being found.
        Extracting = "EXTRACTING",
        /// Nothing more to do.
        Done = "DONE",
    }
);

/// A word of the transcript.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Word {
    /// As it stands in the transcript, punctuation attached.
    pub text: String,
    /// Seconds from the start of the audio.
    pub start: f64,
    /// Seconds from the start of the audio.
    pub end: f64,
    /// 0 to 1.
    pub confidence: f32,
    /// What it may have been instead, the likeliest first, without punctuation.
    /// Empty where the engine knows none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
}

/// A stretch of decided text.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// Place in the transcript, from 0.
    pub index: u32,
    /// Seconds from the start of the audio.
    pub start: f64,
    /// Seconds from the start of the audio.
    pub end: f64,
    /// Text without leading or trailing space.
    pub text: String,
    /// Its words, in order.
    pub words: Vec<Word>,
}

/// Why a dictation failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Failure {
    /// Stable code, for example `AUDIO_SILENT`.
    pub code: String,
    /// What happened, what is safe, what to do.
    pub message: String,
    /// Whether trying again may help.
    pub may_retry: bool,
}

/// When each stage was reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StageTimes {
    /// A worker began to listen.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub transcribing_at: Option<OffsetDateTime>,
    /// The transcript was safe and extraction began.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub extracting_at: Option<OffsetDateTime>,
    /// The end, whichever.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
}

/// One row of the list of dictations.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptionSummary {
    /// Row id.
    pub id: TranscriptionId,
    /// Where it stands.
    pub status: TranscriptionStatus,
    /// What is happening.
    pub stage: Stage,
    /// 0 to 100 within the stage.
    pub progress: u8,
    /// Dictations ahead of this one while it waits; 0 when the next one.
    pub queue_ahead: Option<u32>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// If the doctor gave one.
    pub patient_name: Option<String>,
    /// Medical specialty.
    pub specialty: Specialty,
    /// Length of the audio, seconds.
    pub duration_seconds: f64,
    /// Medicines found that are current and of the patient.
    pub medicine_count: u32,
    /// Finding entities failed while the transcript is good; a retry is offered.
    pub extraction_failed: bool,
    /// Words the engine was unsure of (confidence under 0.5).
    pub unsure_count: u32,
    /// The prescription made from it.
    pub prescription: Option<(PrescriptionId, PrescriptionStatus)>,
    /// Number of the latest change; resumes the event stream.
    pub version: i64,
    /// When it was uploaded.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When the stages were reached.
    pub times: StageTimes,
}

/// A whole dictation, for its page and for the API.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Transcription {
    /// What the list shows too.
    #[serde(flatten)]
    pub summary: TranscriptionSummary,
    /// BCP 47, for example `en-US`.
    pub language_code: String,
    /// Which try this is, from 1.
    pub attempt: i32,
    /// Name of the uploaded file, as the browser gave it, tidied.
    pub file_name: String,
    /// The current text: the newest edit, else what the engine heard. Empty
    /// until it is there.
    pub transcript: String,
    /// Number of the newest edit; 0 is what the engine heard.
    pub transcript_version: i32,
    /// What the engine heard, with times. Grows while it runs.
    pub segments: Vec<Segment>,
    /// Found in `transcript`, ordered by offset.
    pub entities: Vec<Entity>,
}
