//! Fixed phrases of one or more words, found longest first.

use rustc_hash::FxHashMap;

use super::{Gap, Tokens};

/// Phrases with what each stands for.
#[derive(Debug)]
pub(crate) struct Phrases<T> {
    by_first: FxHashMap<Box<str>, Vec<Continuation<T>>>,
}

/// The words after the first, and the meaning.
type Continuation<T> = (Vec<Box<str>>, T);

const INSIDE: Gap = Gap::SPACE
    .or(Gap::HYPHEN)
    .or(Gap::APOSTROPHE)
    .or(Gap::SLASH);

impl<T: Copy> Phrases<T> {
    /// Phrases are written in lower case with single spaces; "don't" is "don t".
    pub(crate) fn new<S: AsRef<str>>(list: impl IntoIterator<Item = (S, T)>) -> Self {
        let mut by_first: FxHashMap<Box<str>, Vec<Continuation<T>>> = FxHashMap::default();
        for (phrase, meaning) in list {
            let mut words = phrase.as_ref().split(' ');
            if let Some(first) = words.next() {
                let rest = words.map(Box::from).collect();
                by_first
                    .entry(first.into())
                    .or_default()
                    .push((rest, meaning));
            }
        }
        for rest in by_first.values_mut() {
            rest.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Self { by_first }
    }

    /// The words that phrases begin with.
    pub(crate) fn first_words(&self) -> impl Iterator<Item = &str> {
        self.by_first.keys().map(|word| &**word)
    }

    /// The longest phrase that starts at token `first`: one past its last token, and its meaning.
    pub(crate) fn longest(&self, tokens: &Tokens<'_>, first: usize) -> Option<(usize, T)> {
        let list = self.by_first.get(tokens.lower(first))?;
        list.iter().find_map(|(rest, meaning)| {
            let fits = rest.iter().enumerate().all(|(at, word)| {
                let index = first + 1 + at;
                tokens.lower(index) == &**word && tokens.gap(index).only(INSIDE)
            });
            fits.then_some((first + 1 + rest.len(), *meaning))
        })
    }
}
