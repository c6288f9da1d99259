//! Whisper on this machine's processor.

mod cover;
mod decode;
mod expected;
mod invented;
mod job;
mod model;
mod names;
mod options;
mod progress;
mod run;
mod settle;
mod threads;
mod watch;
mod words;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use whisper_rs::{DtwParameters, WhisperContext, WhisperContextParameters, install_logging_hooks};

use crate::audio::measure::Measure;
use crate::{
    AudioError, CancelFlag, Event, FileError, Pcm, SAMPLE_RATE, SpeechError, Transcript,
    decode_in_pieces,
};
use expected::LastExpected;
use model::ModelHeader;
pub use model::is_multilingual;
pub use options::{EngineOptions, Search, TranscribeOptions, Window};
use run::Run;
pub use threads::default_threads;

/// Whether whisper.cpp was built for a graphics card. Where there is none, it takes the
/// processor.
const HAS_GPU: bool = cfg!(any(feature = "cuda", feature = "metal"));

/// A loaded model. Load it once and share it: it is `Send` and `Sync`, and each
/// transcription brings its own working memory.
pub struct Engine {
    context: WhisperContext,
    is_multilingual: bool,
    options: EngineOptions,
    expected: LastExpected,
    /// Transcriptions that run now.
    running: Arc<AtomicUsize>,
}

/// A share of the engine's threads, as long as it lives.
pub(crate) struct Turn {
    running: Arc<AtomicUsize>,
    wanted: usize,
}

impl Turn {
    /// Two transcriptions at once share the threads.
    pub(crate) fn threads(&self) -> usize {
        threads::affordable(self.wanted / self.running.load(Ordering::Relaxed).max(1))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads a GGML model: base takes about 0.2 s and 150 MB.
    ///
    /// # Errors
    /// [`SpeechError::ModelUnreadable`] and [`SpeechError::ModelInvalid`].
    pub fn load(model: &Path, options: EngineOptions) -> Result<Self, SpeechError> {
        install_logging_hooks();
        let header = ModelHeader::read(model)?;
        let mut parameters = WhisperContextParameters::default();
        // The other way to compute attention does not keep it, whose course tells when each
        // word was said.
        parameters.use_gpu(HAS_GPU).flash_attn(false);
        parameters.dtw_parameters(DtwParameters {
            mode: header.alignment(),
            ..Default::default()
        });
        let context = WhisperContext::new_with_params(model, parameters)
            .map_err(|_| SpeechError::ModelInvalid)?;
        Ok(Self {
            context,
            is_multilingual: header.is_multilingual(),
            options,
            expected: LastExpected::default(),
            running: Arc::default(),
        })
    }

    pub(crate) fn take_turn(&self) -> Turn {
        self.running.fetch_add(1, Ordering::Relaxed);
        Turn {
            running: Arc::clone(&self.running),
            wanted: self.options.threads.max(1),
        }
    }

    /// Turns a recording into text. `on_event` hears, on the calling thread, the progress
    /// several times a second and every segment as soon as it is decided. The same samples
    /// and options give the same segments. Where nothing is said, nothing is written: a
    /// recording without speech gives an empty transcript.
    ///
    /// # Errors
    /// [`SpeechError::Cancelled`] within a second after `cancel` was raised,
    /// [`SpeechError::UnknownLanguage`], [`SpeechError::EnglishOnly`],
    /// [`SpeechError::Engine`].
    pub fn transcribe(
        &self,
        pcm: &Pcm,
        options: &TranscribeOptions,
        on_event: &mut dyn FnMut(Event),
        cancel: &CancelFlag,
    ) -> Result<Transcript, SpeechError> {
        let mut measure = Measure::new();
        for second in pcm.samples().chunks(SAMPLE_RATE) {
            if cancel.is_cancelled() {
                return Err(SpeechError::Cancelled);
            }
            measure.push(second);
        }
        let measured = measure.finish();
        let (mut run, pieces) = Run::begin(self, &measured, options, on_event, cancel)?;
        for piece in pieces {
            run.piece(&pcm.samples()[piece.start..piece.end], piece, on_event)?;
        }
        Ok(run.finish(on_event))
    }

    /// The same for a file, whose sound is never in memory as a whole: it is decoded twice,
    /// once to be measured and once to be written down, of which it is half a minute at a
    /// time that is held.
    ///
    /// # Errors
    /// [`FileError::Audio`] for all that [`decode`](crate::decode) refuses, before anything
    /// is handed out but progress of 0; [`FileError::Speech`] as
    /// [`transcribe`](Self::transcribe).
    pub fn transcribe_file(
        &self,
        file: &Path,
        options: &TranscribeOptions,
        on_event: &mut dyn FnMut(Event),
        cancel: &CancelFlag,
    ) -> Result<Transcript, FileError> {
        let mut measure = Measure::new();
        decode_in_pieces(file, cancel, &mut |samples| {
            measure.push(samples);
            Ok(())
        })?;
        let measured = measure.finish();
        let (mut run, pieces) = Run::begin(self, &measured, options, on_event, cancel)?;
        let mut pieces = pieces.into_iter().peekable();
        let (mut held, mut first) = (Vec::new(), 0);
        let mut failed = None;
        let read = decode_in_pieces(file, cancel, &mut |samples| {
            held.extend_from_slice(samples);
            while let Some(piece) = pieces.next_if(|piece| piece.end <= first + held.len()) {
                let length = piece.end - first;
                if let Err(error) = run.piece(&held[..length], piece, on_event) {
                    failed = Some(error);
                    return Err(AudioError::Cancelled);
                }
                held.drain(..length);
                first = piece.end;
            }
            Ok(())
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        read?;
        if pieces.next().is_some() {
            // Somebody has shortened the file in between.
            return Err(AudioError::Damaged.into());
        }
        Ok(run.finish(on_event))
    }
}

fn seconds(sample: usize) -> f64 {
    sample as f64 / SAMPLE_RATE as f64
}
