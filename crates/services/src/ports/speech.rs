//! Recordings, and what is said in them.

use std::path::Path;

use async_trait::async_trait;
use seva_model::{Language, Segment, Specialty, TranscriptionId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::PortError;

/// What a recording turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioFacts {
    /// Usual file name ending of what the content is.
    pub extension: &'static str,
    /// MIME type of what the content is.
    pub mime: &'static str,
    /// Length in seconds.
    pub duration_seconds: f64,
}

/// A recording that can't be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}")]
pub struct AudioRefused {
    /// Stable code, for example `AUDIO_SILENT`.
    pub code: &'static str,
    /// What is wrong and what to do, for the doctor.
    pub message: String,
}

/// Decides by content whether a file is a usable recording.
#[async_trait]
pub trait AudioInspector: Send + Sync {
    /// Decodes the whole file once; refuses silence, truncation and what holds
    /// no audio.
    async fn inspect(&self, file: &Path) -> Result<AudioFacts, AudioRefused>;
}

/// What to transcribe.
#[derive(Clone, Debug)]
pub struct TranscriptionRequest {
    /// Names the job at a cloud provider, so that a repeated start is the same one.
    pub id: TranscriptionId,
    /// Where the recording is in the object store.
    pub audio_key: String,
    /// Medical specialty.
    pub specialty: Specialty,
    /// BCP 47.
    pub language_code: String,
    /// Length in seconds.
    pub duration_seconds: f64,
}

/// News of a running transcription.
#[derive(Clone, Debug)]
pub enum TranscriberEvent {
    /// 0 to 100, never falling. 0 says that nothing is known yet: an engine that
    /// can't tell how far it is says 0 at the start and 100 at the end.
    Progress(u8),
    /// Decided text, in order of `index`.
    Segment(Segment),
}

/// Why a transcription ended without a transcript.
#[derive(Debug, thiserror::Error)]
pub enum TranscriberError {
    /// The cancellation token was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The audio can't be transcribed, now or later.
    #[error("the audio was refused: {0}")]
    Refused(AudioRefused),
    /// The engine failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What became of what a provider keeps of a dictation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// Nothing is left, or there never was anything.
    Gone,
    /// The provider still works on it and removes nothing before it has ended.
    NotYet,
}

/// Speech to text.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// Transcribes one recording. Sends news while it runs and returns all
    /// segments at the end. Ends within a second of the token's cancellation.
    ///
    /// A cancellation alone says nothing about the dictation: the process may only
    /// be shutting down. What a provider keeps for the next worker to find stays
    /// until [`forget`](Self::forget).
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError>;

    /// What a doctor can choose from: the languages of the form that it understands, in the
    /// form's order, English first. [`transcribe`](Self::transcribe) refuses the others as
    /// `LANGUAGE_UNSUPPORTED`; only an undetermined one may be taken for the one language
    /// that there is. A code that is in no form is for `transcribe` alone to judge.
    async fn languages(&self) -> &'static [Language];

    /// Whether a dictation of this specialty leaves something at a provider until it
    /// is told to [`forget`](Self::forget) it. An engine in this process does not.
    fn leaves_traces(&self, specialty: Specialty) -> bool {
        let _ = specialty;
        false
    }

    /// Removes what a provider keeps of a dictation: its job and its copies. Called
    /// when the transcript or another end is safe in the database, never while the
    /// dictation is transcribed; again and again until everything is gone, and
    /// perhaps for a dictation that the provider never heard of.
    ///
    /// # Errors
    /// Something stays at the provider.
    async fn forget(&self, id: TranscriptionId) -> Result<Forgotten, PortError> {
        let _ = id;
        Ok(Forgotten::Gone)
    }
}
