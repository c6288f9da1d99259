//! Precision, recall and F1 of spans.

use serde_json::{Value, json};

/// Code points, end exclusive.
pub(crate) type Span = (usize, usize);

/// Counts over documents.
#[derive(Default)]
pub(crate) struct Marks {
    exact: Counts,
    overlap: Counts,
}

#[derive(Default)]
struct Counts {
    /// Found spans that are right, and all found.
    right: usize,
    found: usize,
    /// Gold spans that were found, and all gold.
    hit: usize,
    gold: usize,
}

/// Whether two spans share a code point.
pub(crate) fn touch(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

impl Marks {
    /// Adds one document.
    pub(crate) fn add(&mut self, gold: &[Span], found: &[Span]) {
        self.exact.add(gold, found, |a, b| a == b);
        self.overlap.add(gold, found, touch);
    }

    pub(crate) fn report(&self) -> Value {
        json!({ "exact": self.exact.report(), "overlap": self.overlap.report() })
    }
}

impl Counts {
    fn add(&mut self, gold: &[Span], found: &[Span], same: impl Fn(Span, Span) -> bool) {
        self.found += found.len();
        self.gold += gold.len();
        self.right += found
            .iter()
            .filter(|f| gold.iter().any(|g| same(*g, **f)))
            .count();
        self.hit += gold
            .iter()
            .filter(|g| found.iter().any(|f| same(**g, *f)))
            .count();
    }

    fn report(&self) -> Value {
        let share = |part: usize, whole: usize| {
            if whole == 0 {
                0.0
            } else {
                part as f64 / whole as f64
            }
        };
        let (precision, recall) = (share(self.right, self.found), share(self.hit, self.gold));
        let sum = precision + recall;
        let f1 = if sum == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / sum
        };
        let percent = |share: f64| (share * 1e4).round() / 1e2;
        json!({
            "precision": percent(precision), "recall": percent(recall), "f1": percent(f1),
            "found": self.found, "gold": self.gold,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gold_against_gold_is_whole() {
        let spans = [(0, 4), (6, 9)];
        let mut marks = Marks::default();
        marks.add(&spans, &spans);
        let report = marks.report();
        assert_eq!(report["exact"]["f1"], 100.0);
        assert_eq!(report["overlap"]["f1"], 100.0);
    }

    #[test]
    fn a_part_counts_for_overlap_alone() {
        let mut marks = Marks::default();
        marks.add(&[(0, 10)], &[(0, 4), (20, 24)]);
        let report = marks.report();
        assert_eq!(report["exact"]["recall"], 0.0);
        assert_eq!(report["overlap"]["recall"], 100.0);
        assert_eq!(report["overlap"]["precision"], 50.0);
    }
}
