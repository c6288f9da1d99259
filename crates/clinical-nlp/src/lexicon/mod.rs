//! The embedded tables: a finite state transducer from token sequences to
//! entries, the medicines and the ICD-10-CM titles.

mod entry;
mod medicines;

use std::sync::LazyLock;

use fst::raw::{Fst, Output};

use crate::text::{Gap, Tokens};
pub use entry::{Entry, TermKind, Tier};
pub use medicines::MedicineKind;
pub(crate) use medicines::{Medicine, Medicines};

static TERMS: &[u8] = include_bytes!("../../lexicon/terms.fst");
static MEDICINES: &str = include_str!("../../lexicon/medicines.txt");
static ICD10: &str = include_str!("../../lexicon/icd10.txt");

static EMBEDDED: LazyLock<Lexicon> = LazyLock::new(Lexicon::load);

/// Punctuation that may stand inside a term.
const INSIDE: Gap = Gap::SPACE
    .or(Gap::HYPHEN)
    .or(Gap::APOSTROPHE)
    .or(Gap::SLASH);

/// No term is longer.
const MAX_TOKENS: usize = 9;

/// A term found at some token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    /// One past the last token.
    pub(crate) end: usize,
    pub(crate) entry: Entry,
}

pub(crate) struct Lexicon {
    terms: Option<Fst<&'static [u8]>>,
    pub(crate) medicines: Medicines,
    icd10: Vec<(&'static str, &'static str)>,
}

impl Lexicon {
    pub(crate) fn embedded() -> &'static Self {
        &EMBEDDED
    }

    fn load() -> Self {
        // The tables are built and checked with the crate: a test opens them.
        let terms = Fst::new(TERMS).ok();
        let icd10 = ICD10
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .collect();
        Self {
            terms,
            medicines: Medicines::parse(MEDICINES),
            icd10,
        }
    }

    /// Row of the code that an entry of a condition points to.
    pub(crate) fn icd10_row(&self, entry: Entry) -> Option<usize> {
        let row = (entry.concept as usize).checked_sub(1)?;
        (row < self.icd10.len()).then_some(row)
    }

    /// Codes with their titles, in order of the codes.
    pub(crate) fn icd10_rows(&self) -> &[(&'static str, &'static str)] {
        &self.icd10
    }

    /// The medicine an entry points to.
    pub(crate) fn medicine(&self, entry: Entry) -> Option<&Medicine> {
        let index = (entry.concept as usize).checked_sub(1)?;
        self.medicines.get(index)
    }

    /// Every term that starts at token `first`, the shortest first.
    pub(crate) fn hits(&self, tokens: &Tokens<'_>, first: usize, hits: &mut Vec<Hit>) {
        hits.clear();
        if opens_no_term(tokens.lower(first)) {
            return;
        }
        let Some(terms) = self.terms.as_ref() else {
            return;
        };
        let mut node = terms.root();
        let mut sum = Output::zero();
        for index in first..tokens.len().min(first + MAX_TOKENS) {
            if index > first {
                if !joins(tokens, index) {
                    return;
                }
                let Some(at) = node.find_input(b' ') else {
                    return;
                };
                let step = node.transition(at);
                sum = sum.cat(step.out);
                node = terms.node(step.addr);
            }
            for byte in tokens.folded(index).bytes() {
                let Some(at) = node.find_input(byte) else {
                    return;
                };
                let step = node.transition(at);
                sum = sum.cat(step.out);
                node = terms.node(step.addr);
            }
            if node.is_final() {
                let value = sum.cat(node.final_output()).value();
                hits.push(Hit {
                    end: index + 1,
                    entry: Entry::unpack(value),
                });
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn is_whole(&self) -> bool {
        self.terms
            .as_ref()
            .is_some_and(|terms| terms.verify().is_ok() && terms.len() > 50_000)
            && self.icd10.len() > 1_000
    }
}

/// Of the words that stand most often in a text, those at the start of no term.
fn opens_no_term(word: &str) -> bool {
    matches!(word.len(), 2..=4)
        && matches!(
            word,
            "and"
                | "are"
                | "been"
                | "but"
                | "did"
                | "does"
                | "for"
                | "from"
                | "had"
                | "has"
                | "have"
                | "her"
                | "his"
                | "if"
                | "is"
                | "my"
                | "of"
                | "our"
                | "so"
                | "that"
                | "the"
                | "then"
                | "they"
                | "this"
                | "to"
                | "was"
                | "we"
                | "were"
                | "when"
                | "who"
                | "will"
                | "with"
                | "you"
                | "your"
        )
}

/// Whether a term may run on over the gap before token `index`.
fn joins(tokens: &Tokens<'_>, index: usize) -> bool {
    let gap = tokens.gap(index);
    gap.only(INSIDE) || (gap.only(INSIDE.or(Gap::PERIOD)) && tokens.lower(index - 1).len() == 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn no_term_begins_with_a_word_that_is_passed_over() {
        use fst::{IntoStreamer as _, Streamer as _};
        let terms = Lexicon::embedded().terms.as_ref().unwrap();
        let mut keys = terms.stream().into_stream();
        while let Some((key, _)) = keys.next() {
            let key = std::str::from_utf8(key).unwrap();
            let first = key.split(' ').next().unwrap();
            assert!(!opens_no_term(first), "{key}");
        }
    }

    #[test]
    fn the_embedded_tables_are_whole() {
        assert!(Lexicon::embedded().is_whole());
    }
}
