//! Precision, recall and F1 of attributes: type, span and medicine must all be right.

use std::collections::BTreeMap;

use seva_clinical_nlp::AttributeType;

use super::gold::{Annotated, Sentence};
use super::{Medicine, Span, overlap, shared};

/// Counts over sentences.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    /// Equal spans.
    pub(crate) exact: BTreeMap<AttributeType, Counts>,
    /// Overlapping spans.
    pub(crate) relaxed: BTreeMap<AttributeType, Counts>,
    /// Amounts found as DOSAGE that are STRENGTH, or the other way round.
    pub(crate) confused: usize,
    /// What was wrong, in words.
    pub(crate) errors: Vec<String>,
}

/// How many were right, found too much, and missed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
}

impl Counts {
    /// 0 to 100; 100 when there was nothing to find and nothing was found.
    pub(crate) fn f1(self) -> f64 {
        let whole = 2 * self.right + self.wrong + self.missed;
        if whole == 0 {
            return 100.0;
        }
        200.0 * self.right as f64 / whole as f64
    }

    /// 0 to 100.
    pub(crate) fn precision(self) -> f64 {
        100.0 * self.right as f64 / (self.right + self.wrong).max(1) as f64
    }

    /// 0 to 100.
    pub(crate) fn recall(self) -> f64 {
        100.0 * self.right as f64 / (self.right + self.missed).max(1) as f64
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

/// The counts of all types together.
pub(crate) fn total(by_type: &BTreeMap<AttributeType, Counts>) -> Counts {
    by_type.values().fold(Counts::default(), |mut sum, counts| {
        sum.add(*counts);
        sum
    })
}

impl Score {
    /// All types, equal spans.
    pub(crate) fn exact(&self) -> Counts {
        total(&self.exact)
    }

    /// All types, overlapping spans.
    pub(crate) fn relaxed(&self) -> Counts {
        total(&self.relaxed)
    }

    /// Adds one sentence.
    pub(crate) fn add(&mut self, gold: &Sentence, found: &[Medicine]) {
        let mut of_gold: Vec<Vec<(AttributeType, Span)>> = vec![Vec::new(); gold.medicines.len()];
        for medicine in found {
            let best = (0..gold.medicines.len())
                .filter(|index| overlap(gold.medicines[*index].name, medicine.name))
                .max_by_key(|index| shared(gold.medicines[*index].name, medicine.name));
            if let Some(index) = best {
                of_gold[index].extend(&medicine.attributes);
            } else if !gold
                .ignored
                .iter()
                .any(|span| overlap(*span, medicine.name))
            {
                for attribute in &medicine.attributes {
                    self.stray(gold, *attribute);
                }
            }
        }
        for (medicine, mut attributes) in gold.medicines.iter().zip(of_gold) {
            attributes.sort_unstable();
            attributes.dedup();
            self.medicine(gold, medicine, &attributes);
        }
    }

    /// An attribute of a medicine that is none.
    fn stray(&mut self, gold: &Sentence, (kind, at): (AttributeType, Span)) {
        if !gold.ignored.iter().any(|span| overlap(*span, at)) {
            self.exact.entry(kind).or_default().wrong += 1;
            self.relaxed.entry(kind).or_default().wrong += 1;
            self.note(gold, "stray", kind, at);
        }
    }

    fn medicine(&mut self, gold: &Sentence, medicine: &Annotated, found: &[(AttributeType, Span)]) {
        let wanted: Vec<(AttributeType, Span)> = medicine
            .attributes
            .iter()
            .filter(|a| !a.optional)
            .map(|a| (a.kind, a.at))
            .collect();
        let moot = |at: Span| {
            let optional = medicine
                .attributes
                .iter()
                .filter(|a| a.optional)
                .map(|a| a.at);
            (medicine.name.0 <= at.0 && at.1 <= medicine.name.1)
                || optional
                    .chain(gold.ignored.iter().copied())
                    .any(|span| overlap(span, at))
        };
        for (kind, at) in &wanted {
            let inside: Vec<Span> = found
                .iter()
                .filter(|(k, f)| k == kind && at.0 <= f.0 && f.1 <= at.1)
                .map(|(_, f)| *f)
                .collect();
            let exact = inside.first().is_some_and(|f| f.0 == at.0)
                && inside.iter().map(|f| f.1).max() == Some(at.1);
            let relaxed = found.iter().any(|(k, f)| k == kind && overlap(*f, *at));
            hit(self.exact.entry(*kind).or_default(), exact);
            hit(self.relaxed.entry(*kind).or_default(), relaxed);
            if !exact {
                self.note(gold, if relaxed { "span" } else { "missed" }, *kind, *at);
            }
        }
        for (kind, at) in found {
            let right = |whole: bool| {
                wanted.iter().any(|(k, w)| {
                    k == kind
                        && if whole {
                            self.pieced(*kind, *w, *at, found)
                        } else {
                            overlap(*w, *at)
                        }
                })
            };
            let (exact, relaxed) = (right(true), right(false));
            if exact || (!relaxed && moot(*at)) {
                continue;
            }
            let other = wanted.iter().any(|(k, w)| w == at && k != kind);
            let amounts = [AttributeType::Dosage, AttributeType::Strength];
            self.confused += usize::from(other && amounts.contains(kind));
            self.exact.entry(*kind).or_default().wrong += 1;
            if !relaxed {
                self.relaxed.entry(*kind).or_default().wrong += 1;
            }
            self.note(gold, "wrong", *kind, *at);
        }
    }

    /// Whether `at` is the wanted span or one of several pieces that make it up.
    fn pieced(
        &self,
        kind: AttributeType,
        wanted: Span,
        at: Span,
        found: &[(AttributeType, Span)],
    ) -> bool {
        let pieces = || {
            found
                .iter()
                .filter(|(k, f)| *k == kind && wanted.0 <= f.0 && f.1 <= wanted.1)
                .map(|(_, f)| f)
        };
        wanted.0 <= at.0
            && at.1 <= wanted.1
            && pieces().map(|f| f.0).min() == Some(wanted.0)
            && pieces().map(|f| f.1).max() == Some(wanted.1)
    }

    fn note(&mut self, gold: &Sentence, what: &str, kind: AttributeType, at: Span) {
        let text: String = gold.text.chars().skip(at.0).take(at.1 - at.0).collect();
        self.errors
            .push(format!("{} {what} {kind} \"{text}\"", gold.id));
    }
}

fn hit(counts: &mut Counts, right: bool) {
    if right {
        counts.right += 1;
    } else {
        counts.missed += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ASIDE, TUNE, read};
    use super::*;

    fn annotated(sentence: &Sentence) -> Vec<Medicine> {
        sentence
            .medicines
            .iter()
            .map(|medicine| Medicine {
                name: medicine.name,
                attributes: medicine.attributes.iter().map(|a| (a.kind, a.at)).collect(),
            })
            .collect()
    }

    fn one(line: &str) -> (Sentence, Vec<Medicine>) {
        let sentence = read(&format!("# x\n{line}")).remove(0);
        let found = annotated(&sentence);
        (sentence, found)
    }

    fn score(gold: &Sentence, found: &[Medicine]) -> Score {
        let mut score = Score::default();
        score.add(gold, found);
        score
    }

    #[test]
    fn gold_against_gold_is_whole_and_nothing_finds_nothing() {
        for file in [TUNE, ASIDE] {
            let (mut whole, mut empty) = (Score::default(), Score::default());
            for sentence in read(file) {
                whole.add(&sentence, &annotated(&sentence));
                empty.add(&sentence, &[]);
            }
            assert!(whole.exact().right > 1_000, "{:?}", whole.exact());
            assert!(whole.errors.is_empty(), "{:?}", whole.errors);
            assert_eq!((whole.exact().f1(), whole.relaxed().f1()), (100.0, 100.0));
            assert_eq!((empty.exact().f1(), empty.relaxed().f1()), (0.0, 0.0));
        }
    }

    #[test]
    fn attributes_of_the_wrong_medicine_are_wrong_and_missed() {
        let (gold, mut found) = one("[A|M1] [5 mg|D1] and [B|M2] [6 mg|D2]");
        let first = std::mem::take(&mut found[0].attributes);
        found[0].attributes = std::mem::replace(&mut found[1].attributes, first);
        let swapped = score(&gold, &found);
        assert_eq!(swapped.relaxed().f1(), 0.0);
        assert_eq!((swapped.exact().wrong, swapped.exact().missed), (2, 2));
    }

    #[test]
    fn the_wrong_type_is_wrong_and_counted_as_confusion() {
        let (gold, mut found) = one("[A|M1] [5 mg|D1]");
        found[0].attributes[0].0 = AttributeType::Strength;
        let confused = score(&gold, &found);
        assert_eq!((confused.confused, confused.relaxed().f1()), (1, 0.0));
    }

    #[test]
    fn a_span_too_long_is_right_only_when_relaxed() {
        let (gold, mut found) = one("[A|M1] for [5 days|T1]");
        found[0].attributes[0].1.0 -= 4;
        let long = score(&gold, &found);
        assert_eq!((long.exact().f1(), long.relaxed().f1()), (0.0, 100.0));
    }

    #[test]
    fn pieces_that_make_up_a_span_are_one_hit_and_a_part_is_none() {
        let (gold, mut found) = one("[A|M1] [BD, PC|F1]");
        let kind = AttributeType::Frequency;
        found[0].attributes = vec![(kind, (2, 4)), (kind, (6, 8))];
        let pieced = score(&gold, &found);
        assert_eq!((pieced.exact().right, pieced.exact().wrong), (1, 0));
        found[0].attributes.pop();
        let part = score(&gold, &found);
        assert_eq!((part.exact().right, part.exact().wrong), (0, 1));
        assert_eq!((part.relaxed().right, part.relaxed().wrong), (1, 0));
    }

    #[test]
    fn optional_and_ignored_spans_are_neither_right_nor_wrong() {
        let (gold, found) = one("[A|M1] [5 days|T1?] with [water|X0] [2 ml|X0]");
        assert_eq!(score(&gold, &found).exact().f1(), 100.0);
        let water = Medicine {
            name: (14, 19),
            attributes: vec![(AttributeType::Dosage, (20, 24))],
        };
        let counted = score(&gold, &[water]);
        assert_eq!((counted.exact().wrong, counted.exact().missed), (0, 0));
    }

    #[test]
    fn what_lies_inside_the_name_is_not_counted() {
        let (gold, mut found) = one("[Dolo 650|M1]");
        found[0].attributes.push((AttributeType::Strength, (5, 8)));
        assert_eq!(score(&gold, &found).exact().wrong, 0);
    }

    #[test]
    fn attributes_of_what_is_no_medicine_are_wrong() {
        let (gold, mut found) = one("[A|M1] then something 5 mg");
        found.push(Medicine {
            name: (7, 16),
            attributes: vec![(AttributeType::Dosage, (17, 21))],
        });
        assert_eq!(score(&gold, &found).exact().wrong, 1);
    }
}
