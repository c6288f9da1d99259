//! A transcript as programs take it out: its text, and the words with their times.

use serde::Serialize;
use time::OffsetDateTime;

use crate::{Specialty, TranscriptionId};

/// The current text of a dictation, with its words.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptDocument {
    /// Which dictation.
    pub transcription_id: TranscriptionId,
    /// Medical specialty.
    pub specialty: Specialty,
    /// BCP 47, for example `en-US`.
    pub language_code: String,
    /// Length of the audio, seconds.
    pub duration_seconds: f64,
    /// Number of the newest edit; 0 is what the engine heard.
    pub transcript_version: i32,
    /// When it was uploaded.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was complete.
    #[serde(with = "time::serde::rfc3339::option")]
    pub completed_at: Option<OffsetDateTime>,
    /// The whole text.
    pub transcript: String,
    /// Its words, in order.
    pub words: Vec<TimedWord>,
}

/// A word of the text; what the doctor wrote has no times.
#[derive(Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimedWord {
    /// As it stands in the text, punctuation attached.
    pub text: String,
    /// First Unicode code point in the text.
    pub begin_offset: usize,
    /// Code point after the last.
    pub end_offset: usize,
    /// Seconds from the start of the audio.
    pub start: Option<f64>,
    /// Seconds from the start of the audio.
    pub end: Option<f64>,
    /// 0 to 1.
    pub confidence: Option<f32>,
}
