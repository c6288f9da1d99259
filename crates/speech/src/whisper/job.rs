//! One run of the model, on a thread of its own.
//!
//! The model looks at its abort callback between two steps of writing, but not while it
//! listens, which takes a second on an idle machine and many on a busy one. So the caller
//! doesn't wait for it: after a cancellation the thread is left alone, ends at its next look
//! and frees its memory.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use whisper_rs::{
    FullParams, SamplingStrategy, WhisperError, WhisperState, WhisperTokenId, get_lang_str,
};

use super::Turn;
use super::watch::Watch;
use crate::{CancelFlag, SAMPLE_RATE, SpeechError};

/// The model wants at least a second to hear; shorter pieces are padded with silence.
const SHORTEST_INPUT: usize = SAMPLE_RATE * 5 / 4;
/// How often the caller hears about progress and looks at the flag.
const TICK: Duration = Duration::from_millis(100);
/// When an answer is poor, the model tries again at this temperature, and at its double.
const TEMPERATURE_STEP: f32 = 0.4;

/// All that a run needs; it owns it, because it may outlive its caller.
pub(crate) struct Job {
    pub(crate) state: WhisperState,
    pub(crate) samples: Vec<f32>,
    /// `None`: listen for it.
    pub(crate) language: Option<String>,
    pub(crate) prompt: Vec<WhisperTokenId>,
    /// Whether the model writes time stamps of its own between phrases.
    pub(crate) has_stamps: bool,
    pub(crate) watch: Watch,
    pub(crate) turn: Arc<Turn>,
}

/// What comes back.
pub(crate) struct Done {
    pub(crate) state: WhisperState,
    pub(crate) language: Option<String>,
    pub(crate) result: Result<(), WhisperError>,
}

impl Job {
    /// Runs on another thread; meanwhile `heard` learns several times a second how many
    /// seconds of the sound are written.
    ///
    /// # Errors
    /// `Cancelled` at once, while the thread comes to its end by itself.
    pub(crate) fn run_beside(
        mut self,
        cancel: &CancelFlag,
        heard: &mut dyn FnMut(f64),
    ) -> Result<Done, SpeechError> {
        let progress = self.watch.progress();
        let (send, receive) = channel();
        let thread = std::thread::spawn(move || {
            let result = self.run();
            // Nobody listens after a cancellation.
            let _ = send.send(Done {
                state: self.state,
                language: self.language,
                result,
            });
        });
        loop {
            match receive.recv_timeout(TICK) {
                _ if cancel.is_cancelled() => return Err(SpeechError::Cancelled),
                Ok(done) => return Ok(done),
                Err(RecvTimeoutError::Timeout) => heard(progress.seconds()),
                Err(RecvTimeoutError::Disconnected) => match thread.join() {
                    Err(panic) => std::panic::resume_unwind(panic),
                    Ok(()) => return Err(SpeechError::Cancelled),
                },
            }
        }
    }

    fn run(&mut self) -> Result<(), WhisperError> {
        let threads = self.turn.threads();
        self.samples
            .resize(self.samples.len().max(SHORTEST_INPUT), 0.0);
        let language = match &self.language {
            Some(language) => language.clone(),
            None => {
                self.state.pcm_to_mel(&self.samples, threads)?;
                let (id, _) = self.state.lang_detect(0, threads)?;
                get_lang_str(id).unwrap_or("en").to_owned()
            }
        };
        let mut params = parameters(&language, threads);
        params.set_no_timestamps(!self.has_stamps);
        if !self.prompt.is_empty() {
            params.set_tokens(&self.prompt);
        }
        self.watch.attach(&mut params);
        let result = self.state.full(params, &self.samples);
        self.language = Some(language);
        result
    }
}

fn parameters(language: &str, threads: usize) -> FullParams<'_, '_> {
    let mut params = FullParams::new(SamplingStrategy::BeamSearch {
        beam_size: 5,
        patience: -1.0,
    });
    params.set_n_threads(i32::try_from(threads).unwrap_or(1));
    params.set_language(Some(language));
    params.set_token_timestamps(true);
    params.set_no_context(true);
    params.set_temperature_inc(TEMPERATURE_STEP);
    params.set_suppress_nst(true);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_special(false);
    params.set_print_timestamps(false);
    params
}
