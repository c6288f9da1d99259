//! Whisper on this machine's processor.

mod cover;
mod decode;
mod job;
mod model;
mod names;
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
use crate::figures::Doses;
use crate::{
    AudioError, CancelFlag, Event, FileError, Pcm, SAMPLE_RATE, Segment, SpeechError, Transcript,
    decode_in_pieces,
};
use model::ModelHeader;
use run::Run;
pub use threads::default_threads;

/// A loaded model. Load it once and share it: it is `Send` and `Sync`, and each
/// transcription brings its own working memory.
pub struct Engine {
    context: WhisperContext,
    is_multilingual: bool,
    threads: usize,
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
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// How to run the engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Threads at most, shared by the transcriptions that run at once. A busy machine gives
    /// fewer: see [`default_threads`].
    pub threads: usize,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            threads: default_threads(),
        }
    }
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

impl Engine {
    /// Reads a GGML model: base takes about 0.2 s and 150 MB.
    ///
    /// # Errors
    /// [`SpeechError::ModelUnreadable`] and [`SpeechError::ModelInvalid`].
    pub fn load(model: &Path, options: EngineOptions) -> Result<Self, SpeechError> {
        install_logging_hooks();
        let header = ModelHeader::read(model)?;
        let mut parameters = WhisperContextParameters::default();
        parameters.use_gpu(false).flash_attn(false);
        parameters.dtw_parameters(DtwParameters {
            mode: header.alignment(),
            ..Default::default()
        });
        let context = WhisperContext::new_with_params(model, parameters)
            .map_err(|_| SpeechError::ModelInvalid)?;
        Ok(Self {
            context,
            is_multilingual: header.is_multilingual(),
            threads: options.threads.max(1),
            running: Arc::default(),
        })
    }

    pub(crate) fn take_turn(&self) -> Turn {
        self.running.fetch_add(1, Ordering::Relaxed);
        Turn {
            running: Arc::clone(&self.running),
            wanted: self.threads,
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
