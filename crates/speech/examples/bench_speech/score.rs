//! How right a transcript is: wrong, dropped and invented words, and names of medicines.

use std::collections::BTreeMap;

use seva_clinical_nlp::{Category, Extractor};

use super::normalise::normalise;

/// Words by what became of them. Sums over recordings are sums of the fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    /// In the reference.
    pub(crate) words: usize,
    pub(crate) substituted: usize,
    pub(crate) dropped: usize,
    pub(crate) invented: usize,
    /// Names of medicines in the reference.
    pub(crate) medicines: usize,
    /// Of those, how many stand in the transcript.
    pub(crate) medicines_right: usize,
    /// Names of medicines in the transcript that nobody said.
    pub(crate) medicines_invented: usize,
}

impl Score {
    pub(crate) fn of(reference: &str, heard: &str) -> Self {
        let (expected, found) = (normalise(reference), normalise(heard));
        let mut score = aligned(&expected, &found);
        for (name, count) in medicines(reference) {
            score.medicines += count;
            score.medicines_right += count.min(occurrences(&name, &found));
        }
        for (name, count) in medicines(heard) {
            score.medicines_invented += count.saturating_sub(occurrences(&name, &expected));
        }
        score
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.words += other.words;
        self.substituted += other.substituted;
        self.dropped += other.dropped;
        self.invented += other.invented;
        self.medicines += other.medicines;
        self.medicines_right += other.medicines_right;
        self.medicines_invented += other.medicines_invented;
    }

    pub(crate) fn errors(&self) -> usize {
        self.substituted + self.dropped + self.invented
    }

    /// Errors for each word of the reference; `None` without a reference.
    pub(crate) fn word_error_rate(&self) -> Option<f64> {
        (self.words > 0).then(|| self.errors() as f64 / self.words as f64)
    }
}

/// The cheapest way from one text to the other, each change costing one. Among equals the
/// one with the fewest changed words that are not changed for another.
fn aligned(expected: &[String], found: &[String]) -> Score {
    let dropped = |dropped| Score {
        words: dropped,
        dropped,
        ..Score::default()
    };
    let invented = |invented| Score {
        invented,
        ..Score::default()
    };
    let mut row: Vec<Score> = (0..=found.len()).map(invented).collect();
    for (i, word) in expected.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = dropped(i + 1);
        for (j, other) in found.iter().enumerate() {
            let mut same = diagonal;
            same.words += 1;
            same.substituted += usize::from(word != other);
            let mut without = row[j + 1];
            without.words += 1;
            without.dropped += 1;
            let mut more = row[j];
            more.invented += 1;
            diagonal = row[j + 1];
            row[j + 1] = [same, without, more]
                .into_iter()
                .min_by_key(Score::errors)
                .unwrap_or(same);
        }
    }
    row[found.len()]
}

/// Names of medicines that the lexicon knows, as normalised words, and how often they stand there.
fn medicines(text: &str) -> BTreeMap<Vec<String>, usize> {
    let mut names = BTreeMap::new();
    for entity in Extractor::embedded().extract(text) {
        // The name alone: what is behind it may be a strength.
        let name: Vec<String> = normalise(&entity.text)
            .into_iter()
            .take_while(|word| !word.starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        if entity.category == Category::Medication && !entity.rxnorm.is_empty() && !name.is_empty()
        {
            *names.entry(name).or_default() += 1;
        }
    }
    names
}

fn occurrences(name: &[String], text: &[String]) -> usize {
    text.windows(name.len())
        .filter(|words| *words == name)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Metformin five hundred mg twice daily. No paracetamol.";

    #[test]
    fn a_text_against_itself_has_no_error() {
        let score = Score::of(SAID, SAID);
        assert_eq!((score.words, score.errors()), (7, 0));
        assert_eq!(score.word_error_rate(), Some(0.0));
        assert_eq!((score.medicines, score.medicines_right), (2, 2));
        assert_eq!(score.medicines_invented, 0);
    }

    #[test]
    fn each_kind_of_error_is_counted_by_itself() {
        let score = Score::of(SAID, "metformin 500 mg daily, no Parrisatimol please");
        let kinds = (score.substituted, score.dropped, score.invented);
        assert_eq!(kinds, (1, 1, 1));
        assert_eq!((score.medicines, score.medicines_right), (2, 1));
    }

    #[test]
    fn a_medicine_that_nobody_said_is_counted() {
        let score = Score::of("take it twice daily", "take aspirin twice daily");
        assert_eq!((score.errors(), score.medicines_invented), (1, 1));
    }

    #[test]
    fn nothing_against_something_is_all_invented_or_all_dropped() {
        assert_eq!(Score::of("", "thank you").invented, 2);
        assert_eq!(Score::of("", "thank you").word_error_rate(), None);
        assert_eq!(Score::of("thank you", "").dropped, 2);
    }
}
