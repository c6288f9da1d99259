//! Whisper on this machine's processor.

mod cover;
mod decode;
mod job;
mod model;
mod names;
mod settle;
mod threads;
mod watch;
mod words;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use whisper_rs::{DtwParameters, WhisperContext, WhisperContextParameters, install_logging_hooks};

use crate::audio::level::Envelope;
use crate::audio::voice::Voice;
use crate::cut::cut;
use crate::figures::{self, Doses};
use crate::{CancelFlag, Event, Pcm, SAMPLE_RATE, Segment, SpeechError, Transcript};
use decode::{Decoder, Sound};
use model::ModelHeader;
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
    /// [`SpeechError::UnknownLanguage`], [`SpeechError::Engine`].
    pub fn transcribe(
        &self,
        pcm: &Pcm,
        options: &TranscribeOptions,
        on_event: &mut dyn FnMut(Event),
        cancel: &CancelFlag,
    ) -> Result<Transcript, SpeechError> {
        let envelope = Envelope::of(pcm.samples());
        let voice = Voice::of(pcm.samples(), &envelope);
        let sound = Sound {
            pcm,
            envelope: &envelope,
            voice: &voice,
        };
        let total = pcm.seconds();
        let mut decoder = Decoder::new(self, sound, options, cancel)?;
        let mut segments = options.resume_from.clone().unwrap_or_default();
        let resumed = segments.last().map_or(0.0, |segment| segment.end);
        let dosed = last_words(&options.prompt_terms);
        let mut percent = 0.0_f32;
        on_event(Event::Progress { percent });
        let mut report = |now: f64, on_event: &mut dyn FnMut(Event)| {
            let now = now.min(100.0) as f32;
            if now > percent {
                percent = now;
                on_event(Event::Progress { percent });
            }
        };
        let share = |seconds: f64| 100.0 * seconds / total;
        for piece in cut(&envelope, pcm.samples().len()) {
            let end = seconds(piece.end);
            if end > resumed {
                let start = seconds(piece.start);
                let mut heard = |within: f64| report(share((start + within).min(end)), on_event);
                let decided = settle::piece(&mut decoder, sound, piece, &mut heard)?;
                // An interruption within a piece: what was handed out stays out.
                for mut segment in decided.into_iter().filter(|s| s.start >= resumed - 0.01) {
                    segment.index = segments.len();
                    if decoder.is_english() {
                        segment.words = figures::write(segment.words, options.doses, &dosed);
                        segment.follow_words();
                    }
                    on_event(Event::Segment(segment.clone()));
                    segments.push(segment);
                }
            }
            report(share(end), on_event);
        }
        report(100.0, on_event);
        Ok(Transcript::from_segments(segments, total))
    }
}

/// The last word of each name, in lower case: what a dose follows.
fn last_words(names: &[String]) -> HashSet<String> {
    let last = |name: &String| Some(name.split_whitespace().last()?.to_lowercase());
    names.iter().filter_map(last).collect()
}

fn seconds(sample: usize) -> f64 {
    sample as f64 / SAMPLE_RATE as f64
}
