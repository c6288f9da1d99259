//! From the service's words and marks to a transcript's segments.

use std::ops::Range;

use seva_model::{Segment, Word};

/// Silence that ends a segment though no sentence ended, in seconds.
const PAUSE: f64 = 1.5;
/// Other readings that are kept of a word.
const KEPT: usize = 3;
/// Words of another reading that may stand for one.
const FOR_ONE: usize = 3;
/// Beyond it two readings are not compared: nobody speaks so long without a break.
const COMPARED: usize = 600;

/// A word or a mark, as both of the service's forms tell it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// Something said.
    Word {
        content: String,
        /// Seconds; `None` where the service left it out.
        start: Option<f64>,
        end: Option<f64>,
        confidence: f32,
        /// Other readings of this very word.
        others: Vec<String>,
    },
    /// Punctuation. It has no times of its own.
    Mark(String),
}

/// Words in order, with what is needed to cut them into segments.
#[derive(Debug, Default)]
pub(super) struct Heard {
    words: Vec<Word>,
    /// Places of words that end a sentence, ascending.
    ends: Vec<usize>,
}

impl Heard {
    /// Puts marks to their words. Times that are missing or run backwards are
    /// taken from the word before.
    pub(super) fn new(items: impl IntoIterator<Item = Item>) -> Self {
        let mut heard = Self::default();
        for item in items {
            match item {
                Item::Word {
                    content,
                    start,
                    end,
                    confidence,
                    others,
                } if !content.trim().is_empty() => {
                    let (after, until) =
                        heard.words.last().map_or((0.0, 0.0), |w| (w.start, w.end));
                    let start = start.filter(|s| s.is_finite()).unwrap_or(until).max(after);
                    let end = end.filter(|e| e.is_finite()).unwrap_or(start).max(start);
                    heard.words.push(Word {
                        text: content.trim().to_owned(),
                        start,
                        end,
                        confidence: confidence.clamp(0.0, 1.0),
                        alternatives: Vec::new(),
                    });
                    for other in others {
                        heard.offer(heard.words.len() - 1, other.trim());
                    }
                }
                Item::Mark(mark) => heard.mark(mark.trim()),
                Item::Word { .. } => {}
            }
        }
        heard
    }

    fn mark(&mut self, mark: &str) {
        // A mark before the first word belongs to nothing.
        let Some(last) = self.words.last_mut() else {
            return;
        };
        last.text.push_str(mark);
        let place = self.words.len() - 1;
        if mark.ends_with(['.', '?', '!']) && self.ends.last() != Some(&place) {
            self.ends.push(place);
        }
    }

    /// The words that begin within these seconds.
    pub(super) fn between(&self, start: f64, end: f64) -> Range<usize> {
        // The service rounds the two kinds of times apart.
        const SLACK: f64 = 0.005;
        let from = self.words.partition_point(|w| w.start < start - SLACK);
        let to = self.words.partition_point(|w| w.start <= end + SLACK);
        from..to.max(from)
    }

    /// All words.
    pub(super) fn all(&self) -> Range<usize> {
        0..self.words.len()
    }

    /// Lays another reading of a stretch beside it, and keeps what differs as
    /// alternatives of the words it differs in.
    pub(super) fn compare(&mut self, stretch: Range<usize>, reading: &[String]) {
        let best: Vec<String> = self.words[stretch.clone()]
            .iter()
            .map(|w| fold(&w.text))
            .collect();
        let other: Vec<String> = reading.iter().map(|word| fold(word)).collect();
        if best.len() > COMPARED || other.len() > COMPARED {
            return;
        }
        for (gap, said) in gaps(&best, &other) {
            let said = &reading[said];
            if gap.len() == said.len() {
                for (place, word) in gap.zip(said) {
                    self.offer(stretch.start + place, word);
                }
            } else if gap.len() == 1 && (1..=FOR_ONE).contains(&said.len()) {
                self.offer(stretch.start + gap.start, &said.join(" "));
            }
        }
    }

    fn offer(&mut self, place: usize, reading: &str) {
        let Some(word) = self.words.get_mut(place) else {
            return;
        };
        let folded = fold(reading);
        let known = || word.alternatives.iter().chain([&word.text]);
        if folded.is_empty()
            || word.alternatives.len() >= KEPT
            || known().any(|k| fold(k) == folded)
        {
            return;
        }
        word.alternatives.push(reading.to_owned());
    }

    /// Cut at the ends of sentences and at long silences; numbered from `first`.
    pub(super) fn into_segments(self, first: u32) -> Vec<Segment> {
        let Self { words, ends } = self;
        let mut segments = Vec::new();
        let mut open: Vec<Word> = Vec::new();
        let mut ends = ends.into_iter().peekable();
        for (place, word) in words.into_iter().enumerate() {
            if open
                .last()
                .is_some_and(|before| word.start - before.end >= PAUSE)
            {
                segments.extend(segment(&mut open));
            }
            open.push(word);
            if ends.next_if_eq(&place).is_some() {
                segments.extend(segment(&mut open));
            }
        }
        segments.extend(segment(&mut open));
        for (index, segment) in (first..).zip(&mut segments) {
            segment.index = index;
        }
        segments
    }
}

fn segment(open: &mut Vec<Word>) -> Option<Segment> {
    let words = std::mem::take(open);
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let (start, text) = (words.first()?.start, text.join(" "));
    let end = words.iter().map(|word| word.end).fold(start, f64::max);
    Some(Segment {
        index: 0,
        start,
        end,
        text,
        words,
    })
}

/// What two spellings of the same word share.
fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Where two readings differ: the places of the one, and of the other, between
/// the words that both have.
fn gaps(one: &[String], other: &[String]) -> Vec<(Range<usize>, Range<usize>)> {
    // `shared[i][j]`: the most words that `one[i..]` and `other[j..]` share in order.
    let wide = other.len() + 1;
    let mut shared = vec![0_u16; (one.len() + 1) * wide];
    for i in (0..one.len()).rev() {
        for j in (0..other.len()).rev() {
            shared[i * wide + j] = if one[i] == other[j] {
                shared[(i + 1) * wide + j + 1] + 1
            } else {
                shared[(i + 1) * wide + j].max(shared[i * wide + j + 1])
            };
        }
    }
    let (mut i, mut j, mut from) = (0, 0, (0, 0));
    let mut found = Vec::new();
    let mut close = |i: usize, j: usize, from: (usize, usize)| {
        if from.0 < i && from.1 < j {
            found.push((from.0..i, from.1..j));
        }
    };
    while i < one.len() && j < other.len() {
        if one[i] == other[j] {
            close(i, j, from);
            (i, j) = (i + 1, j + 1);
            from = (i, j);
        } else if shared[(i + 1) * wide + j] >= shared[i * wide + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    close(one.len(), other.len(), from);
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn word(content: &str, start: f64) -> Item {
        Item::Word {
            content: content.to_owned(),
            start: Some(start),
            end: Some(start + 0.2),
            confidence: 0.9,
            others: Vec::new(),
        }
    }

    fn mark(content: &str) -> Item {
        Item::Mark(content.to_owned())
    }

    fn said(text: &str) -> Heard {
        Heard::new(
            (0_u32..)
                .zip(text.split(' '))
                .map(|(at, content)| word(content, f64::from(at) * 0.3)),
        )
    }

    fn reading(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn alternatives(heard: &Heard) -> Vec<(&str, Vec<&str>)> {
        heard
            .words
            .iter()
            .filter(|w| !w.alternatives.is_empty())
            .map(|w| {
                (
                    w.text.as_str(),
                    w.alternatives.iter().map(String::as_str).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn sentences_and_silences_end_a_segment() {
        let segments = Heard::new([
            word("Start", 0.0),
            word("Tylenol", 0.3),
            mark(","),
            word("daily", 0.6),
            mark("."),
            word("Review", 1.0),
            word("later", 3.0),
        ])
        .into_segments(4);
        let texts: Vec<_> = segments
            .iter()
            .map(|s| (s.index, s.text.as_str()))
            .collect();
        assert_eq!(
            texts,
            [(4, "Start Tylenol, daily."), (5, "Review"), (6, "later")]
        );
        assert_eq!((segments[0].start, segments[0].end), (0.0, 0.8));
    }

    #[test]
    fn a_point_within_a_word_ends_nothing() {
        let segments =
            Heard::new([word("Dr.", 0.0), word("Rao", 0.3), word("98.2", 0.6)]).into_segments(0);
        assert_eq!(segments.len(), 1);
    }

    #[test]
    fn words_without_times_follow_the_one_before() {
        let lost = Item::Word {
            content: "lost".to_owned(),
            start: None,
            end: Some(f64::NAN),
            confidence: 2.0,
            others: Vec::new(),
        };
        let segments =
            Heard::new([mark("."), word("first", 1.0), lost, word("back", 0.5)]).into_segments(0);
        let times: Vec<_> = segments[0]
            .words
            .iter()
            .map(|w| (w.start, w.end, w.confidence))
            .collect();
        assert_eq!(times, [(1.0, 1.2, 0.9), (1.2, 1.2, 1.0), (1.2, 1.2, 0.9)]);
        assert_eq!(segments[0].text, "first lost back");
    }

    #[test]
    fn readings_become_alternatives_of_the_words_they_differ_in() {
        let mut heard = said("the wounds are clothes with myelodysplastic syndrome");
        heard.compare(
            0..7,
            &reading("The winds are closed with my low dysplastic syndrome"),
        );
        heard.compare(0..7, &reading("the woods are closed with syndrome"));
        assert_eq!(
            alternatives(&heard),
            [
                ("wounds", vec!["winds", "woods"]),
                ("clothes", vec!["closed"]),
                ("myelodysplastic", vec!["my low dysplastic"]),
            ]
        );
    }

    #[test]
    fn a_stretch_keeps_its_readings_to_itself() {
        let mut heard = said("take it take it");
        let later = heard.between(0.6, 0.9);
        assert_eq!(later, 2..4);
        heard.compare(later, &reading("shake it"));
        assert_eq!(alternatives(&heard), [("take", vec!["shake"])]);
        assert!(heard.words[2].alternatives.len() == 1);
    }

    proptest! {
        #[test]
        fn property_20_segments_hold_every_word_once_and_in_order(
            items in prop::collection::vec((0_u8..4, "[a-z]{1,5}", 0.0_f64..50.0), 0..40),
            other in prop::collection::vec("[a-z]{1,5}", 0..40),
        ) {
            let items: Vec<_> = items
                .into_iter()
                .map(|(kind, text, at)| if kind == 0 { mark(".") } else { word(&text, at) })
                .collect();
            let spoken: String = items
                .iter()
                .skip_while(|item| matches!(item, Item::Mark(_)))
                .map(|item| match item {
                    Item::Word { content, .. } | Item::Mark(content) => content.as_str(),
                })
                .collect();
            let mut heard = Heard::new(items);
            heard.compare(heard.all(), &other);
            let segments = heard.into_segments(0);
            let mut now = 0.0;
            for (place, segment) in (0..).zip(&segments) {
                prop_assert_eq!(segment.index, place);
                prop_assert!(!segment.words.is_empty());
                let joined: Vec<_> = segment.words.iter().map(|w| w.text.as_str()).collect();
                prop_assert_eq!(joined.join(" "), segment.text.as_str());
                for word in &segment.words {
                    prop_assert!(word.start >= now && word.end >= word.start);
                    prop_assert!(word.end <= segment.end);
                    prop_assert!(word.alternatives.len() <= KEPT);
                    prop_assert!(word.alternatives.iter().all(|a| fold(a) != fold(&word.text)));
                    now = word.start;
                }
            }
            let text: String = segments.iter().map(|s| s.text.as_str()).collect();
            prop_assert_eq!(text.replace(' ', ""), spoken);
        }
    }
}
