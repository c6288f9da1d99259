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

use super::watch::Watch;
use super::{Turn, Window};
use crate::{CancelFlag, SAMPLE_RATE, SpeechError};

/// The model wants at least a second to hear; shorter pieces are padded with silence.
const SHORTEST_INPUT: usize = SAMPLE_RATE * 5 / 4;
/// How often the caller hears about progress and looks at the flag.
const TICK: Duration = Duration::from_millis(100);
/// When an answer is poor, the model tries again at this temperature, and at its double.
const TEMPERATURE_STEP: f32 = 0.4;
/// Texts side by side that whisper.cpp has room for.
const MOST_TEXTS: u8 = 8;
/// Samples in one place of the model's window: 20 ms.
const PLACE: usize = SAMPLE_RATE / 50;
/// Places of silence behind the sound; their number divides that of all.
const SILENT_PLACES: usize = 64;
/// Places at least: with a window much shorter than it was trained with, the model says
/// the same again and again.
const LEAST_PLACES: usize = 768;

/// How words are found in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strategy {
    /// So many texts side by side.
    Beam(u8),
    /// The likeliest; drawn anew where it is poor.
    Greedy,
    /// The likeliest, however poor.
    GreedyOnce,
}

/// All that a run needs; it owns it, because it may outlive its caller.
pub(crate) struct Job {
    pub(crate) state: WhisperState,
    pub(crate) samples: Vec<f32>,
    /// `None`: listen for it.
    pub(crate) language: Option<String>,
    pub(crate) prompt: Vec<WhisperTokenId>,
    pub(crate) strategy: Strategy,
    pub(crate) window: Window,
    /// Places of the model's window, each of 20 ms.
    pub(crate) places: i32,
    /// Tokens that one look may write.
    pub(crate) most_tokens: i32,
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
        let mut params = parameters(self.strategy, &language, threads);
        params.set_no_timestamps(!self.has_stamps);
        params.set_max_tokens(self.most_tokens);
        if self.window == Window::Sound {
            params.set_audio_ctx(places_for(self.samples.len()).min(self.places));
        }
        if !self.prompt.is_empty() {
            params.set_tokens(&self.prompt);
        }
        self.watch.attach(&mut params);
        let result = self.state.full(params, &self.samples);
        self.language = Some(language);
        result
    }
}

/// Places that sound takes in the model's window, and a second of silence behind it, in a
/// round number.
fn places_for(samples: usize) -> i32 {
    let places = (samples.div_ceil(PLACE) + SILENT_PLACES).max(LEAST_PLACES);
    i32::try_from(places.next_multiple_of(SILENT_PLACES)).unwrap_or(i32::MAX)
}

fn parameters(strategy: Strategy, language: &str, threads: usize) -> FullParams<'_, '_> {
    let mut params = FullParams::new(match strategy {
        Strategy::Beam(size) => SamplingStrategy::BeamSearch {
            beam_size: i32::from(size.clamp(1, MOST_TEXTS)),
            patience: -1.0,
        },
        Strategy::Greedy => SamplingStrategy::Greedy { best_of: 5 },
        Strategy::GreedyOnce => SamplingStrategy::Greedy { best_of: 1 },
    });
    params.set_n_threads(i32::try_from(threads).unwrap_or(1));
    params.set_language(Some(language));
    params.set_token_timestamps(true);
    params.set_no_context(true);
    // One look at the sound. By default whisper.cpp looks again from the last time stamp on,
    // and writes what it just wrote once more when the stamp was wrong; where it leaves a
    // tenth of a second, its alignment ends the whole process. What a look leaves out is
    // found by laying the words over the sound: see `settle`.
    params.set_single_segment(true);
    params.set_temperature_inc(match strategy {
        Strategy::GreedyOnce => 0.0,
        _ => TEMPERATURE_STEP,
    });
    params.set_suppress_nst(true);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_special(false);
    params.set_print_timestamps(false);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_holds_the_sound_and_a_second_of_silence() {
        for samples in [15, 20, 29].map(|seconds| seconds * SAMPLE_RATE) {
            let places = usize::try_from(places_for(samples)).unwrap_or(0);
            assert_eq!(places % SILENT_PLACES, 0);
            let more = places * PLACE - samples;
            assert!((SAMPLE_RATE..3 * SAMPLE_RATE).contains(&more), "{more}");
        }
    }

    #[test]
    fn the_window_of_a_short_sound_is_no_shorter_than_fifteen_seconds() {
        for samples in [SHORTEST_INPUT, 5 * SAMPLE_RATE, 13 * SAMPLE_RATE] {
            assert_eq!(places_for(samples), 768);
        }
    }
}
