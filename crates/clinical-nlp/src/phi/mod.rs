//! What identifies a person: names, ages, dates, numbers, addresses.

mod addressed;
mod dates;
mod numbers;
mod people;
mod places;
mod starts;

use crate::text::{Sentence, Tokens};
use crate::types::EntityType;

/// A find in bytes of the text, with the tokens it covers.
#[derive(Clone, Debug)]
pub(crate) struct Private {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) kind: EntityType,
    pub(crate) score: f32,
}

/// Every private detail, in order and without overlap.
pub(crate) fn private(
    tokens: &Tokens<'_>,
    sentences: &[Sentence],
    is_term: impl Fn(usize) -> bool,
) -> Vec<Private> {
    let mut found = Vec::new();
    for sentence in sentences {
        let mut at = sentence.first;
        while at < sentence.end {
            let here = starts::may_start(tokens, at)
                .then(|| find(tokens, sentence, at, &is_term))
                .flatten();
            match here {
                Some(private) => {
                    at = private.end;
                    found.push(private);
                }
                None => at += 1,
            }
        }
    }
    found
}

fn find(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    numbers::find(tokens, at)
        .or_else(|| people::find(tokens, sentence, at, is_term))
        .filter(|private| private.end > at)
}
