#![doc = include_str!("../README.md")]

mod audio;
mod cancel;
mod cut;
mod error;
mod figures;
mod transcript;
mod whisper;

pub use audio::{AudioFormat, AudioInfo, Pcm, SAMPLE_RATE, check, decode, decode_in_pieces, probe};
pub use cancel::CancelFlag;
pub use cut::{Piece, cut_in_silence};
pub use error::{AudioError, FileError, SpeechError};
pub use figures::Doses;
pub use transcript::{Event, Segment, Transcript, Word};
pub use whisper::{
    Engine, EngineOptions, Search, TranscribeOptions, Window, default_threads, is_multilingual,
};
