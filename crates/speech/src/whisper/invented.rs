//! Phrases that the model wrote and nobody said, told by their times.
//!
//! Under a tone or a long pause the model likes to write the sentence before it once more.
//! The alignment has no sound left for such words, and puts them all at one moment.

use crate::{Segment, Word};

/// Words that are no longer than this stand nowhere: two steps of the alignment.
const NOWHERE: f64 = 0.021;
/// So many words make a phrase of which can be said whether it lies in the sound.
const PHRASE: usize = 4;
/// The share of its words that stand nowhere in a phrase that was not said.
const UNSAID: f64 = 0.6;
/// The share of words that stand nowhere, of those of one, in a phrase that was written
/// twice: the two share the sound of one.
const SHARED: f64 = 0.7;

fn is_nowhere(word: &Word) -> bool {
    word.end - word.start < NOWHERE
}

fn nowhere(words: &[Word]) -> usize {
    words.iter().filter(|word| is_nowhere(word)).count()
}

/// Whether the words lie nowhere in the sound.
pub(crate) fn is_unsaid(words: &[Word]) -> bool {
    words.len() >= PHRASE && nowhere(words) as f64 >= UNSAID * words.len() as f64
}

/// The phrase of which both are halves, where the same words were written twice for what
/// was said once: each word from where it has a time.
pub(crate) fn once(first: &Segment, second: &Segment) -> Option<Segment> {
    let (words, again) = (&first.words, &second.words);
    let of_both = nowhere(words) + nowhere(again);
    let is_same = words.len() == again.len()
        && words.len() >= PHRASE
        && words.iter().map(spelt).eq(again.iter().map(spelt));
    if !is_same || (of_both as f64) < SHARED * words.len() as f64 {
        return None;
    }
    let mut once = first.clone();
    for (word, again) in once.words.iter_mut().zip(again) {
        if is_nowhere(word) && !is_nowhere(again) {
            word.clone_from(again);
        }
    }
    // Words that have no time in either stand between their neighbours.
    for at in 1..once.words.len() {
        let earliest = once.words[at - 1].end;
        let word = &mut once.words[at];
        word.start = word.start.max(earliest);
        word.end = word.end.max(word.start);
    }
    once.follow_words();
    Some(once)
}

/// Whether a word was squeezed out of the stretch in which it was found again.
pub(crate) fn is_squeezed_copy(word: &Word, found: &[Segment]) -> bool {
    let is_copy = |found: &Segment| {
        let is_beside = found.start - NOWHERE < word.end && word.start < found.end + NOWHERE;
        is_beside && found.words.iter().any(|again| spelt(again) == spelt(word))
    };
    is_nowhere(word) && found.iter().any(is_copy)
}

/// A word without its capitals and stops.
fn spelt(word: &Word) -> String {
    let letters = word.text.chars().filter(|letter| letter.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sentence whose words end at these times, one behind the other.
    fn said(start: f64, ends: &[f64]) -> Segment {
        let spoken = ["Take", "one", "tablet", "after", "food", "daily."];
        let starts = std::iter::once(start).chain(ends.iter().copied());
        let words = spoken
            .iter()
            .zip(starts.zip(ends))
            .map(|(text, (start, end))| Word {
                text: (*text).to_owned(),
                start,
                end: *end,
                confidence: 0.9,
            });
        let mut segment = Segment {
            index: 0,
            start: 0.0,
            end: 0.0,
            text: String::new(),
            words: words.collect(),
        };
        segment.follow_words();
        segment
    }

    #[test]
    fn a_phrase_at_one_moment_was_not_said() {
        assert!(is_unsaid(&said(8.3, &[9.1, 9.1, 9.1, 9.1, 9.1, 9.1]).words));
        assert!(!is_unsaid(
            &said(0.0, &[0.4, 0.4, 1.2, 1.6, 2.0, 2.4]).words
        ));
        let short = said(3.0, &[3.0, 3.0, 3.0]);
        assert!(!is_unsaid(&short.words), "a short one may be squeezed");
    }

    #[test]
    fn two_halves_of_one_sentence_are_one() {
        let first = said(0.0, &[0.4, 0.8, 1.2, 1.2, 1.2, 1.2]);
        let mut second = said(1.2, &[1.2, 1.2, 1.2, 1.6, 2.0, 2.4]);
        second.words[5].text = "Daily".to_owned();
        let once = once(&first, &second).unwrap_or_else(|| panic!("the same"));
        let ends: Vec<f64> = once.words.iter().map(|word| word.end).collect();
        assert_eq!(ends, [0.4, 0.8, 1.2, 1.6, 2.0, 2.4]);
        assert_eq!((once.start, once.end), (0.0, 2.4));
    }

    #[test]
    fn a_word_without_a_time_gives_way_to_itself_where_it_was_found() {
        let found = [said(1.2, &[1.6, 2.0, 2.4, 2.8, 3.2, 3.6])];
        let squeezed = said(1.2, &[1.2; 6]);
        assert!(is_squeezed_copy(&squeezed.words[0], &found));
        let heard = said(0.8, &[1.2, 1.6, 2.0, 2.4, 2.8, 3.2]);
        assert!(!is_squeezed_copy(&heard.words[0], &found));
        let elsewhere = said(5.0, &[5.0; 6]);
        assert!(!is_squeezed_copy(&elsewhere.words[0], &found));
    }

    #[test]
    fn what_was_said_twice_stays_twice() {
        let first = said(0.0, &[0.4, 0.8, 1.2, 1.6, 2.0, 2.4]);
        let second = said(3.0, &[3.4, 3.8, 4.2, 4.2, 5.0, 5.4]);
        assert_eq!(once(&first, &second), None);
        let mut other = said(2.4, &[2.4; 6]);
        other.words[1].text = "two".to_owned();
        assert_eq!(once(&first, &other), None, "other words");
    }
}
