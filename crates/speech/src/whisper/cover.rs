//! Which speech no word covers.

use crate::Word;
use crate::audio::voice::Span;

/// A stretch of speech between two words, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Gap {
    pub(crate) start: f64,
    pub(crate) end: f64,
    /// Seconds of speech in it.
    pub(crate) spoken: f64,
}

/// The stretches of `within` that no word touches and in which somebody speaks for `least`
/// seconds or more, in order. `voiced` and `words` are in order of their starts.
pub(crate) fn uncovered<'a>(
    within: Span,
    voiced: &[Span],
    words: impl Iterator<Item = &'a Word>,
    least: f64,
) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut start = within.start;
    let words = words.map(|word| (word.start, word.end));
    for (next, end) in words.chain([(within.end, within.end)]) {
        let gap = Span {
            start,
            end: next.min(within.end),
        };
        let spoken = shared(voiced, gap);
        if gap.start < gap.end && spoken >= least {
            gaps.push(Gap {
                start: gap.start,
                end: gap.end,
                spoken,
            });
        }
        start = start.max(end);
    }
    gaps
}

/// Seconds that a stretch shares with others, which do not overlap.
fn shared(others: &[Span], span: Span) -> f64 {
    let part = |other: &Span| other.end.min(span.end) - other.start.max(span.start);
    others.iter().map(|other| part(other).max(0.0)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(start: f64, end: f64) -> Span {
        Span { start, end }
    }

    fn word(start: f64, end: f64) -> Word {
        Word {
            text: "word".to_owned(),
            start,
            end,
            confidence: 1.0,
        }
    }

    fn found(voiced: &[Span], words: &[Word], least: f64) -> Vec<(f64, f64)> {
        uncovered(span(0.0, 10.0), voiced, words.iter(), least)
            .iter()
            .map(|gap| (gap.start, gap.end))
            .collect()
    }

    #[test]
    fn speech_before_between_and_after_words_is_uncovered() {
        let words = [word(3.0, 4.0), word(6.5, 7.0)];
        let voiced = [span(0.0, 10.0)];
        let all = [(0.0, 3.0), (4.0, 6.5), (7.0, 10.0)];
        assert_eq!(found(&voiced, &words, 2.0), all);
        assert_eq!(found(&voiced, &words, 2.6), [all[0], all[2]]);
        assert_eq!(found(&voiced, &[], 2.0), [(0.0, 10.0)]);
    }

    #[test]
    fn only_speech_counts_and_not_the_pauses_in_it() {
        let voiced = [span(1.0, 2.0), span(4.0, 5.5)];
        assert_eq!(found(&voiced, &[], 2.5), [(0.0, 10.0)]);
        assert_eq!(found(&voiced, &[], 2.6), []);
        assert_eq!(found(&[], &[], 0.1), []);
    }

    #[test]
    fn a_word_that_lasts_over_others_covers_all_it_lasts() {
        let words = [word(0.0, 8.0), word(1.0, 2.0)];
        assert_eq!(found(&[span(0.0, 10.0)], &words, 2.0), [(8.0, 10.0)]);
    }

    /// Stretches of random lengths, one behind the other or overlapping by `back`.
    fn stretches(back: f64) -> impl Strategy<Value = Vec<Span>> {
        proptest::collection::vec((-back..2.0, 0.0_f64..1.5), 0..14).prop_map(|lengths| {
            let mut now: f64 = 0.0;
            let mut start: f64 = 0.0;
            let mut all = Vec::new();
            for (pause, length) in lengths {
                start = (now + pause).max(start);
                now = start + length;
                all.push(span(start, now));
            }
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn speech_is_uncovered_if_and_only_if_no_word_is_near(
            voiced in stretches(0.0),
            spoken in stretches(1.0),
            least in 0.2..3.0,
        ) {
            let within = span(0.0, 20.0);
            let words: Vec<Word> = spoken.iter().map(|s| word(s.start, s.end)).collect();
            let gaps = uncovered(within, &voiced, words.iter(), least);
            for pair in gaps.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
            for gap in &gaps {
                prop_assert!(within.start <= gap.start && gap.end <= within.end);
                prop_assert!(gap.spoken >= least && gap.spoken <= gap.end - gap.start + 1e-9);
            }
            for time in (1..2000).map(|at| f64::from(at) / 100.0) {
                if words.iter().any(|word| word.start <= time && time <= word.end) {
                    prop_assert!(!gaps.iter().any(|gap| gap.start < time && time < gap.end));
                    continue;
                }
                // As far as the nearest words leave it.
                let ends = words.iter().map(|word| word.end).filter(|end| *end < time);
                let starts = words.iter().map(|word| word.start).filter(|start| *start > time);
                let around = span(ends.fold(within.start, f64::max), starts.fold(within.end, f64::min));
                let is_found = gaps.iter().any(|gap| gap.start <= time && time <= gap.end);
                prop_assert_eq!(is_found, shared(&voiced, around) >= least, "{}", time);
            }
        }
    }
}
