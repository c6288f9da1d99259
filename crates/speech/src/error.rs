//! What can go wrong, each with a stable code and a sentence for the person who dictated.
//!
//! No sentence names a file: the caller's spool paths mean nothing to a doctor.

/// Why a recording can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file has no bytes.
    #[error("The file is empty. Choose the recording again, or record it anew.")]
    Empty,
    /// The content is none of the accepted formats.
    #[error(
        "This is not a recording SEVA can read. Send WAV, MP3, FLAC, MP4, M4A, or WebM or Ogg with Opus."
    )]
    Unsupported,
    /// A container that holds pictures or text, but no sound.
    #[error("The file has no sound in it. Check that the microphone was on, and record again.")]
    NoTrack,
    /// The file ends before the sound it promises.
    #[error(
        "The recording is cut short: {decoded_seconds:.0} of {promised_seconds:.0} seconds are there. Send the original file again."
    )]
    Truncated {
        /// Seconds of sound that could be read.
        decoded_seconds: f64,
        /// Seconds of sound that the container announces.
        promised_seconds: f64,
    },
    /// The file ends in the middle of its own structure, so its length isn't known.
    #[error("The recording is cut short: the file ends too early. Send the original file again.")]
    TruncatedUnknown,
    /// The container is whole, but its sound can't be decoded.
    #[error("The recording is damaged and can't be played. Send the original file again.")]
    Damaged,
    /// A tenth of a second or less.
    #[error("The recording is too short: {seconds:.2} seconds. Record at least a few words.")]
    TooShort {
        /// Seconds of sound in the file.
        seconds: f64,
    },
    /// More than two hours.
    #[error("The recording is longer than two hours. Send it in shorter parts.")]
    TooLong,
    /// Nothing louder than the noise of a closed microphone.
    #[error("The recording is silent. Check that the microphone isn't muted, and record again.")]
    Silent,
    /// Somebody raised the [`CancelFlag`](crate::CancelFlag).
    #[error("Stopped, as you asked.")]
    Cancelled,
    /// The file can't be opened or read.
    #[error("The recording could not be read from the disk. Try again.")]
    Io(#[source] std::io::Error),
}

impl AudioError {
    /// A stable name for programs: the sentence may be reworded, the code stays.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "AUDIO_EMPTY",
            Self::Unsupported => "AUDIO_UNSUPPORTED",
            Self::NoTrack => "AUDIO_NO_TRACK",
            Self::Truncated { .. } | Self::TruncatedUnknown => "AUDIO_TRUNCATED",
            Self::Damaged => "AUDIO_DAMAGED",
            Self::TooShort { .. } => "AUDIO_TOO_SHORT",
            Self::TooLong => "AUDIO_TOO_LONG",
            Self::Silent => "AUDIO_SILENT",
            Self::Cancelled => "AUDIO_CANCELLED",
            Self::Io(_) => "AUDIO_IO",
        }
    }
}

/// Why speech could not be turned into text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpeechError {
    /// The model file isn't there or can't be read.
    #[error("The speech model could not be read. Install it again.")]
    ModelUnreadable(#[source] std::io::Error),
    /// The model file isn't a GGML Whisper model, or is incomplete.
    #[error("The speech model is not a complete GGML Whisper model. Install it again.")]
    ModelInvalid,
    /// The language code is not one the model knows.
    #[error("The speech model does not know the language \"{0}\". Choose another one.")]
    UnknownLanguage(String),
    /// Another language than English was asked of a model that knows no other.
    #[error(
        "The speech model understands English only. Choose English, or install a multilingual model."
    )]
    EnglishOnly,
    /// Somebody raised the [`CancelFlag`](crate::CancelFlag).
    #[error("Stopped, as you asked.")]
    Cancelled,
    /// The engine gave up; trying again may help.
    #[error("The speech engine stopped working on this recording. Try again.")]
    Engine(#[source] whisper_rs::WhisperError),
}

impl SpeechError {
    /// A stable name for programs: the sentence may be reworded, the code stays.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ModelUnreadable(_) => "SPEECH_MODEL_UNREADABLE",
            Self::ModelInvalid => "SPEECH_MODEL_INVALID",
            Self::UnknownLanguage(_) => "SPEECH_LANGUAGE",
            Self::EnglishOnly => "SPEECH_ENGLISH_ONLY",
            Self::Cancelled => "SPEECH_CANCELLED",
            Self::Engine(_) => "SPEECH_ENGINE",
        }
    }
}

/// Why a recording could not be turned into text.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The recording can't be used.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The recording can be used, but speech could not be turned into text.
    #[error(transparent)]
    Speech(#[from] SpeechError),
}

impl FileError {
    /// A stable name for programs: that of the error within.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Audio(error) => error.code(),
            Self::Speech(error) => error.code(),
        }
    }
}
