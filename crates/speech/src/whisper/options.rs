//! What may be set: of the engine once, and of each transcription.

use super::threads::default_threads;
use crate::Segment;
use crate::figures::Doses;

/// How to run the engine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EngineOptions {
    /// Threads at most, shared by the transcriptions that run at once. A busy machine gives
    /// fewer: see [`default_threads`].
    pub threads: usize,
    /// How the words are found among those that the model takes for likely.
    pub search: Search,
    /// How much the model hears at a time.
    pub window: Window,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            threads: default_threads(),
            search: Search::default(),
            window: Window::default(),
        }
    }
}

/// How the words are found among those that the model takes for likely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Search {
    /// So many texts side by side, 1 to 8. whisper.cpp draws how each goes on, and keeps the
    /// likeliest of all that were drawn.
    Beam(u8),
    /// Always the likeliest. A poor text is drawn anew at a higher temperature.
    Greedy,
    /// Always the likeliest; a text that is doubtful then is searched for side by side.
    GreedyThenBeam {
        /// Texts side by side, 1 to 8.
        beam: u8,
        /// Mean log probability of a token below which a phrase is doubtful.
        doubtful: f64,
    },
}

impl Default for Search {
    fn default() -> Self {
        Self::Beam(5)
    }
}

/// How much the model hears at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// Half a minute, as it was trained to; shorter sound is filled up with silence.
    Whole,
    /// A second more than the sound, and 15 seconds at least: a quarter less work.
    #[default]
    Sound,
}

/// How to transcribe one recording.
#[derive(Clone, Debug)]
pub struct TranscribeOptions {
    /// ISO 639-1 code of the spoken language; `None` listens for it, which costs a second.
    /// Anything but English needs a multilingual model.
    pub language: Option<String>,
    /// Words to expect, the likeliest first: names of medicines, say. The first 20 stand
    /// before each piece as if they had just been said. Of all of them, a thousand if need
    /// be, one that is begun is likelier to be gone on with: that adds none by itself.
    pub prompt_terms: Vec<String>,
    /// How doses are written in an English text. Other languages are written as heard.
    pub doses: Doses,
    /// Segments of this recording that an interrupted run has handed out already: they
    /// open the transcript again, and are not handed out a second time.
    pub resume_from: Option<Vec<Segment>>,
}

impl Default for TranscribeOptions {
    fn default() -> Self {
        Self {
            language: Some("en".to_owned()),
            prompt_terms: Vec::new(),
            doses: Doses::default(),
            resume_from: None,
        }
    }
}
