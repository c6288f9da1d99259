use std::path::PathBuf;

use super::{
    Provider,
    source::{Reader, absolute},
};

/// Speech on this machine.
///
/// - `SEVA_WHISPER_MODEL`: a GGML model of Whisper; required when the
///   transcriber is `local`
/// - `SEVA_WHISPER_THREADS`: threads of one transcription; two, or one on a
///   single core
#[derive(Clone, Debug)]
pub struct SpeechConfig {
    /// A GGML model of Whisper.
    pub model: PathBuf,
    /// Threads of one transcription.
    pub threads: Option<usize>,
}

impl SpeechConfig {
    pub(super) fn read(reader: &mut Reader<'_>, transcriber: Provider) -> Self {
        const MODEL: &str = "SEVA_WHISPER_MODEL";
        let model = reader.needed(MODEL, transcriber == Provider::Local);
        let threads = reader.parsed("SEVA_WHISPER_THREADS", 0, "a number of threads");
        Self {
            model: absolute(&model).unwrap_or_else(|_| model.into()),
            threads: (threads > 0).then_some(threads),
        }
    }
}
