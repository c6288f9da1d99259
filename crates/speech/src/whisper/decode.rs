//! One piece of sound at a time through the model, and what of its answer can be believed.

use std::collections::HashSet;
use std::sync::Arc;

use whisper_rs::{WhisperState, WhisperToken, WhisperTokenId, get_lang_id, get_lang_str};

use super::expected::Expected;
use super::invented::{is_unsaid, once};
use super::job::{Job, Strategy};
use super::watch::Watch;
use super::words::{Token, words};
use super::{Engine, Search, TranscribeOptions, Turn, seconds};
use crate::audio::measure::Measured;
use crate::cut::Piece;
use crate::{CancelFlag, Segment, SpeechError};

/// Mean log probability of a token under which a segment is invented.
const LEAST_LOG_PROBABILITY: f64 = -1.0;

/// The one language of a model that is not multilingual.
const ENGLISH: &str = "en";

/// So many tokens in a row have at least so many different ones, but for repetitions.
const CIRCLE: usize = 32;
const CIRCLE_TOKENS: usize = 11;

/// Some of a recording's sound, with what was measured on all of it.
#[derive(Clone, Copy)]
pub(crate) struct Sound<'a> {
    pub(crate) samples: &'a [f32],
    /// Which sample of the recording the first of them is.
    pub(crate) first: usize,
    pub(crate) measured: &'a Measured,
}

impl Sound<'_> {
    /// Whether somebody may speak between two times in seconds of the recording.
    pub(crate) fn has_voice(&self, start: f64, end: f64) -> bool {
        self.measured.voice.is_likely(start, end)
    }
}

/// How a stretch of sound is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With the names to expect before it.
    Expecting,
    /// Without them.
    Plain,
    /// Without them and without the model's own time stamps, one of which may have led it
    /// past what was said.
    Afresh,
}

/// The model at work on one recording.
pub(crate) struct Decoder<'a> {
    engine: &'a Engine,
    cancel: &'a CancelFlag,
    /// Away while the model works, and for good after a cancellation.
    state: Option<WhisperState>,
    language: Option<String>,
    expected: Arc<Expected>,
    turn: Arc<Turn>,
}

/// A segment that is believed, with the mean log probability of its tokens.
pub(crate) struct Believed {
    pub(crate) segment: Segment,
    pub(crate) mean: f64,
}

/// What the model wrote for one stretch of sound.
struct Heard {
    tokens: Vec<Token>,
    /// When the text before it ended.
    start: f64,
}

impl Heard {
    fn from(start: f64) -> Self {
        let tokens = Vec::new();
        Self { tokens, start }
    }

    /// The mean log probability of its tokens.
    fn mean(&self) -> f64 {
        let count = self.tokens.len().max(1) as f64;
        let sum: f64 = self.tokens.iter().map(|token| token.log_probability).sum();
        sum / count
    }

    /// Whether it goes round in circles, as the model does when it has lost its way.
    fn repeats(&self) -> bool {
        self.tokens.windows(CIRCLE).any(|tokens| {
            let different: HashSet<&[u8]> = tokens.iter().map(|t| t.bytes.as_slice()).collect();
            different.len() < CIRCLE_TOKENS
        })
    }
}

/// Whether an answer should be searched for again: nothing, or something in it that the
/// model hardly believes or repeats.
fn is_doubtful(answer: &[Heard], doubtful: f64) -> bool {
    let is_poor = |heard: &Heard| heard.mean() < doubtful || heard.repeats();
    answer.is_empty() || answer.iter().any(is_poor)
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(
        engine: &'a Engine,
        options: &TranscribeOptions,
        cancel: &'a CancelFlag,
    ) -> Result<Self, SpeechError> {
        let language = language(engine, options.language.as_deref())?;
        let state = Some(engine.context.create_state().map_err(SpeechError::Engine)?);
        let expected = engine
            .expected
            .get(&engine.context, &options.prompt_terms)?;
        let turn = Arc::new(engine.take_turn());
        Ok(Self {
            engine,
            cancel,
            state,
            language,
            expected,
            turn,
        })
    }

    /// Whether the recording is in English, as far as is known by now.
    pub(crate) fn is_english(&self) -> bool {
        self.language.as_deref() == Some(ENGLISH)
    }

    pub(crate) fn has_prompt(&self) -> bool {
        !self.expected.prompt.is_empty()
    }

    /// What can be believed of the model's answer to one stretch of a sound; `heard` learns
    /// how many seconds of it are written.
    pub(crate) fn attempt(
        &mut self,
        sound: Sound<'_>,
        piece: Piece,
        manner: Manner,
        heard: &mut dyn FnMut(f64),
    ) -> Result<Vec<Believed>, SpeechError> {
        if self.cancel.is_cancelled() {
            return Err(SpeechError::Cancelled);
        }
        let answer = self.search(sound, piece, manner, heard)?;
        let mut believed: Vec<Believed> = Vec::new();
        for phrase in answer
            .iter()
            .filter_map(|heard| believe(heard, sound, manner))
        {
            match believed.last_mut() {
                Some(last) if let Some(once) = once(&last.segment, &phrase.segment) => {
                    last.segment = once;
                }
                _ => believed.push(phrase),
            }
        }
        Ok(believed)
    }

    fn search(
        &mut self,
        sound: Sound<'_>,
        piece: Piece,
        manner: Manner,
        heard: &mut dyn FnMut(f64),
    ) -> Result<Vec<Heard>, SpeechError> {
        match self.engine.options.search {
            Search::Beam(size) => self.run(sound, piece, manner, Strategy::Beam(size), heard),
            Search::Greedy => self.run(sound, piece, manner, Strategy::Greedy, heard),
            Search::GreedyThenBeam { beam, doubtful } => {
                let answer = self.run(sound, piece, manner, Strategy::GreedyOnce, heard)?;
                if is_doubtful(&answer, doubtful) {
                    self.run(sound, piece, manner, Strategy::Beam(beam), heard)
                } else {
                    Ok(answer)
                }
            }
        }
    }

    fn run(
        &mut self,
        sound: Sound<'_>,
        piece: Piece,
        manner: Manner,
        strategy: Strategy,
        heard: &mut dyn FnMut(f64),
    ) -> Result<Vec<Heard>, SpeechError> {
        let Some(state) = self.state.take() else {
            return Err(SpeechError::Cancelled);
        };
        let job = Job {
            state,
            samples: sound.samples[piece.start - sound.first..piece.end - sound.first].to_vec(),
            language: self.language.clone(),
            prompt: if manner == Manner::Expecting {
                self.expected.prompt.clone()
            } else {
                Vec::new()
            },
            strategy,
            window: self.engine.options.window,
            places: self.engine.context.n_audio_ctx(),
            // One less than where whisper.cpp gives up, and looks again.
            most_tokens: self.engine.context.n_text_ctx() / 2 - 5,
            has_stamps: manner != Manner::Afresh,
            watch: Watch::new(
                self.cancel.clone(),
                &self.engine.context,
                Arc::clone(&self.expected),
            ),
            turn: Arc::clone(&self.turn),
        };
        let done = job.run_beside(self.cancel, heard)?;
        self.state = Some(done.state);
        self.language = done.language;
        done.result.map_err(SpeechError::Engine)?;
        Ok(self.answer(piece))
    }

    /// Reads the decoder's tokens, a phrase for each that ends with one of the model's time
    /// stamps; times become those of the recording.
    fn answer(&self, piece: Piece) -> Vec<Heard> {
        let mut now = seconds(piece.start);
        let mut written = Vec::new();
        let mut answer = vec![Heard::from(now)];
        for segment in self.state.iter().flat_map(WhisperState::as_iter) {
            for token in (0..segment.n_tokens()).filter_map(|at| segment.get_token(at)) {
                if token.token_id() >= self.engine.context.token_beg() {
                    answer.push(Heard::from(now));
                } else if token.token_id() < self.engine.context.token_eot() {
                    let token = self.token(&token, &written, piece, now);
                    now = token.end;
                    if let Some(phrase) = answer.last_mut() {
                        phrase.tokens.push(token);
                    }
                }
                written.push(token.token_id());
            }
        }
        answer.retain(|phrase| !phrase.tokens.is_empty());
        answer
    }

    /// A token of text behind what was `written` until `now`, in seconds of the recording.
    fn token(
        &self,
        token: &WhisperToken<'_, '_>,
        written: &[WhisperTokenId],
        piece: Piece,
        now: f64,
    ) -> Token {
        let data = token.token_data();
        let (offset, latest) = (seconds(piece.start), seconds(piece.end));
        let said = f64::from(data.plog);
        Token {
            bytes: token.to_bytes().unwrap_or_default().to_vec(),
            log_probability: self.expected.names.unleaned(written, data.id, said),
            end: match data.t_dtw {
                ..0 => now,
                end => (offset + end as f64 / 100.0).clamp(now, latest),
            },
        }
    }
}

/// A segment, unless it was invented.
fn believe(heard: &Heard, sound: Sound<'_>, manner: Manner) -> Option<Believed> {
    let mean = heard.mean();
    let words = words(&heard.tokens, heard.start, sound.measured);
    let (start, end) = (words.first()?.start, words.last()?.end);
    // Never the text itself: it is a patient's.
    tracing::debug!(start, end, mean, ?manner, "segment");
    if mean < LEAST_LOG_PROBABILITY || !sound.has_voice(start, end) || is_unsaid(&words) {
        return None;
    }
    let mut segment = Segment {
        index: 0,
        start,
        end,
        text: String::new(),
        words,
    };
    segment.follow_words();
    Some(Believed { segment, mean })
}

/// The model's name of a language; `None` is still to be listened for.
fn language(engine: &Engine, wanted: Option<&str>) -> Result<Option<String>, SpeechError> {
    let known = match wanted {
        None if engine.is_multilingual => return Ok(None),
        None => ENGLISH,
        Some(code) => (!code.contains('\0'))
            .then(|| get_lang_id(code))
            .flatten()
            .and_then(get_lang_str)
            .ok_or_else(|| SpeechError::UnknownLanguage(code.to_owned()))?,
    };
    if !engine.is_multilingual && known != ENGLISH {
        return Err(SpeechError::EnglishOnly);
    }
    Ok(Some(known.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(words: &[&str], log_probability: f64) -> Heard {
        let token = |word: &&str| Token {
            bytes: word.as_bytes().to_vec(),
            log_probability,
            end: 0.0,
        };
        Heard {
            tokens: words.iter().map(token).collect(),
            start: 0.0,
        }
    }

    #[test]
    fn a_poor_phrase_among_good_ones_is_doubtful_and_so_is_none() {
        let good = || heard(&["Take", " one", " daily"], -0.1);
        let poor = heard(&["Parrisatimol"], -0.9);
        assert!(!is_doubtful(&[good(), good()], -0.4));
        assert!(is_doubtful(&[good(), poor], -0.4));
        assert!(is_doubtful(&[], -0.4));
    }

    #[test]
    fn a_phrase_that_goes_round_in_circles_is_doubtful() {
        let round = ["10", " mg", ","].repeat(12);
        assert!(is_doubtful(&[heard(&round, -0.1)], -0.4));
        let listed: Vec<String> = (0..36).map(|at| at.to_string()).collect();
        let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
        assert!(!is_doubtful(&[heard(&listed, -0.1)], -0.4));
    }
}
