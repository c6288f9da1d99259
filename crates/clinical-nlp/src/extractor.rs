//! The extractor: puts the parts together.

use std::ops::Range;
use std::sync::LazyLock;

use crate::advice::{self, AdviceKind, AdviceSpan};
use crate::alike;
use crate::codes::display;
use crate::context::{Scopes, Subject};
use crate::draft::Drafts;
use crate::lexicon::Lexicon;
use crate::matcher::{self, Mention};
use crate::offsets::{Offsets, byte_of};
use crate::prescription;
use crate::search::{self, MedicineHit};
use crate::strangers;
use crate::suggest::{self, Evidence, Suggestion};
use crate::text::{Sentence, Tokens, sentences};
use crate::types::Entity;

static EMBEDDED: LazyLock<Extractor> = LazyLock::new(|| Extractor {
    lexicon: Lexicon::embedded(),
});

/// Finds medicines, conditions, tests and private details in clinical text.
///
/// Holds nothing but the embedded lexicon: may be shared between threads, and
/// answers the same for the same text.
pub struct Extractor {
    lexicon: &'static Lexicon,
}

/// A text taken apart, as every question about it needs it.
pub(crate) struct Reading<'t> {
    pub(crate) tokens: Tokens<'t>,
    pub(crate) sentences: Vec<Sentence>,
    pub(crate) mentions: Vec<Mention>,
    pub(crate) scopes: Scopes,
}

impl Reading<'_> {
    /// The mentions of one sentence.
    pub(crate) fn mentions_of(&self, sentence: usize) -> &[Mention] {
        let from = self
            .mentions
            .partition_point(|mention| mention.sentence < sentence);
        let to = self
            .mentions
            .partition_point(|mention| mention.sentence <= sentence);
        &self.mentions[from..to]
    }
}

impl Extractor {
    /// The extractor with the embedded lexicon, loaded at the first call.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Every entity of the text, in order of appearance.
    #[must_use]
    pub fn extract(&self, text: &str) -> Vec<Entity> {
        let reading = self.read(text);
        let mut drafts = Drafts::new(&reading, self.lexicon);
        drafts.medicines();
        drafts.findings();
        drafts.private();
        drafts.times();
        drafts.finish()
    }

    /// Whether what stands at `target` (code points, end exclusive) is negated:
    /// "fever" in "denies fever", but not in "denies cough but has fever".
    #[must_use]
    pub fn is_negated(&self, text: &str, target: Range<usize>) -> bool {
        let (from, to) = (byte_of(text, target.start), byte_of(text, target.end));
        let tokens = Tokens::new(text);
        let sentences = sentences(&tokens);
        let inside = |at: &usize| {
            (tokens.at(*at).end as usize) > from && (tokens.at(*at).start as usize) < to
        };
        let Some(first) = (0..tokens.len()).find(inside) else {
            return false;
        };
        let end = (first..tokens.len())
            .take_while(inside)
            .last()
            .map_or(first, |last| last)
            + 1;
        let Some(sentence) = sentences
            .iter()
            .position(|s| s.first <= first && first < s.end)
        else {
            return false;
        };
        let scopes = Scopes::new(&tokens, &sentences, |index| index == sentence);
        let end = end.min(sentences[sentence].end);
        // "not taking aspirin" denies the aspirin; no condition is taken.
        let mut hits = Vec::new();
        self.lexicon.hits(&tokens, first, &mut hits);
        let medicine = hits
            .last()
            .is_some_and(|hit| hit.end <= end && hit.entry.kind.is_medicine());
        let subject = if medicine {
            Subject::Medicine
        } else {
            Subject::Condition
        };
        scopes.negated(sentence, first, end, subject) || scopes.denies_itself(sentence, first, end)
    }

    /// Medicines that a misheard word may have been, the likeliest first; empty
    /// when the word is a medicine. Never applied: the doctor chooses.
    #[must_use]
    pub fn suggest(&self, word: &str, limit: usize) -> Vec<Suggestion> {
        self.suggest_for(word, &Evidence::default(), limit)
    }

    /// The same, with the dose and the conditions that were said moving candidates up or down.
    #[must_use]
    pub fn suggest_for(
        &self,
        word: &str,
        evidence: &Evidence<'_>,
        limit: usize,
    ) -> Vec<Suggestion> {
        suggest::suggest(self.lexicon, word, evidence, limit)
    }

    /// The names that this medicine is mistaken for, by look or sound, as they are written;
    /// the doctor is asked which was meant. Empty when it is on no list of such names.
    #[must_use]
    pub fn asked_about(&self, name: &str) -> Vec<String> {
        let others = alike::asked_about(name).unwrap_or_default();
        let written = |other: &&str| {
            let row = self.lexicon.medicines.named(other);
            row.map_or_else(|| (*other).to_owned(), display)
        };
        others.iter().map(written).collect()
    }

    /// Medicines for what was typed so far, the likeliest first.
    #[must_use]
    pub fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit> {
        search::search(self.lexicon, query, limit)
    }

    /// The most often prescribed generic names, each once and the likeliest first, for
    /// telling a speech recogniser what it may hear.
    #[must_use]
    pub fn prompt_terms(&self, limit: usize) -> Vec<&'static str> {
        self.lexicon
            .medicines
            .frequent()
            .take(limit)
            .map(|medicine| medicine.name)
            .collect()
    }

    /// Advice to the patient and follow-up, in order of appearance.
    #[must_use]
    pub fn advice(&self, text: &str) -> Vec<AdviceSpan> {
        let reading = self.read(text);
        let offsets = Offsets::new(text);
        let prescribes = |first: usize, end: usize| prescription::prescribes(&reading, first, end);
        advice::advice(&reading.tokens, &reading.sentences, prescribes)
            .into_iter()
            .map(|found| span(&reading, &offsets, found.kind, &found.tokens))
            .collect()
    }

    fn read<'t>(&self, text: &'t str) -> Reading<'t> {
        let tokens = Tokens::new(text);
        let sentences = sentences(&tokens);
        let mut mentions = matcher::mentions(self.lexicon, &tokens, &sentences);
        prescription::drop_everyday_words(&tokens, &sentences, &mut mentions);
        strangers::add(&tokens, &sentences, &mut mentions);
        let mut wanted = vec![false; sentences.len()];
        for mention in &mentions {
            wanted[mention.sentence] = true;
        }
        let scopes = Scopes::new(&tokens, &sentences, |index| wanted[index]);
        Reading {
            tokens,
            sentences,
            mentions,
            scopes,
        }
    }
}

fn span(
    reading: &Reading<'_>,
    offsets: &Offsets<'_>,
    kind: AdviceKind,
    tokens: &Range<usize>,
) -> AdviceSpan {
    let (from, to) = reading.tokens.span(tokens.start, tokens.end - 1);
    AdviceSpan {
        kind,
        begin_offset: offsets.points(from),
        end_offset: offsets.points(to),
        text: reading.tokens.text[from..to].to_owned(),
    }
}
