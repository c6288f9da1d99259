//! From a string to tokens and sentences: what every other module works on.

mod fold;
mod phrases;
mod sentences;
mod tokens;

pub(crate) use fold::folded_len;
pub(crate) use phrases::Phrases;
pub(crate) use sentences::{Sentence, sentences};
pub(crate) use tokens::{Gap, Kind, Tokens};

/// The form in which a term stands in the lexicon: its tokens in lower case,
/// plural endings cut off, joined with single spaces. Text is brought into the
/// same form before it is looked up, so the two always agree.
#[must_use]
pub fn lexicon_key(term: &str) -> String {
    let tokens = Tokens::new(term);
    let mut key = String::with_capacity(term.len());
    for index in 0..tokens.len() {
        if index > 0 {
            key.push(' ');
        }
        key.push_str(tokens.folded(index));
    }
    key
}
