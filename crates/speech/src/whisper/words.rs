//! From the model's tokens to words with times and confidence.

use crate::Word;
use crate::audio::level::{FRAME_SECONDS, frame_at};
use crate::audio::measure::Measured;

/// A token as the decoder gave it; times in seconds of the recording.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// Part of a UTF-8 text: a letter may be spread over several tokens.
    pub(crate) bytes: Vec<u8>,
    /// Natural logarithm of the token's probability.
    pub(crate) log_probability: f64,
    /// When its sound ends: what the alignment gives.
    pub(crate) end: f64,
}

/// The longest that a word may last: a time per word and a time per letter, in seconds.
const LONGEST_WORD: f64 = 0.6;
const LONGEST_LETTER: f64 = 0.12;
/// The longest silence within a word, before a p or a t, in frames.
const LONGEST_STOP: usize = 12;

/// Joins tokens to words: a token that begins with a space begins a word. `start` is when
/// the first word begins at the earliest.
pub(crate) fn words(tokens: &[Token], start: f64, measured: &Measured) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut earliest = start;
    for group in groups(tokens) {
        let bytes: Vec<u8> = group
            .iter()
            .flat_map(|token| token.bytes.iter().copied())
            .collect();
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        let after = group.last().map_or(earliest, |token| token.end);
        match words.last_mut() {
            _ if text.is_empty() => {}
            // Punctuation that stands alone belongs to the word before it.
            Some(before) if !text.contains(char::is_alphanumeric) => before.text.push_str(&text),
            _ => {
                let end = group
                    .iter()
                    .rfind(|token| is_spoken(token))
                    .map_or(after, |t| t.end);
                let (start, confidence) = (earliest, confidence(group));
                let mut word = Word {
                    text,
                    start,
                    end: end.max(start),
                    confidence,
                };
                fit_to_sound(&mut word, measured);
                words.push(word);
            }
        }
        earliest = earliest.max(after);
    }
    words
}

fn groups(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.chunk_by(|_, next| !next.bytes.starts_with(b" "))
}

/// Commas and full stops, which the model places by taste, have no sound.
fn is_spoken(token: &Token) -> bool {
    let text = String::from_utf8_lossy(&token.bytes);
    text.contains(|letter: char| letter.is_alphanumeric() || !letter.is_ascii())
}

/// The probability that all of the word's spoken tokens are right.
fn confidence(group: &[Token]) -> f64 {
    let spoken = group.iter().filter(|token| is_spoken(token));
    spoken
        .map(|token| token.log_probability)
        .sum::<f64>()
        .exp()
        .min(1.0)
}

/// The alignment reaches over pauses and noise: a word begins and ends with its sound.
fn fit_to_sound(word: &mut Word, measured: &Measured) {
    let Measured {
        envelope, voice, ..
    } = measured;
    let letters = word.text.chars().count() as f64;
    let (from, to) = (frame_at(word.start), frame_at(word.end));
    let is_loud = |frame: &usize| envelope.is_loud(*frame);
    let spoken = (from..to).rfind(|frame| is_loud(frame) && voice.is_likely_at(*frame));
    let Some(last) = spoken.or_else(|| (from..to).rfind(is_loud)) else {
        return;
    };
    let longest = ((LONGEST_WORD + LONGEST_LETTER * letters) / FRAME_SECONDS) as usize;
    // The last stretch of sound that isn't broken by a pause.
    let mut first = last;
    let mut quiet = 0;
    for frame in (from.max((last + 1).saturating_sub(longest))..=last).rev() {
        if envelope.is_loud(frame) {
            (first, quiet) = (frame, 0);
        } else {
            quiet += 1;
        }
        if quiet > LONGEST_STOP {
            break;
        }
    }
    word.start = word.start.max(first as f64 * FRAME_SECONDS);
    word.end = word
        .end
        .min((last + 1) as f64 * FRAME_SECONDS)
        .max(word.start);
}
