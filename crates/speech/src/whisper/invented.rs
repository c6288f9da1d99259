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

/// Takes words off the end of a text, or off its beginning, that were squeezed out of the
/// stretch beside it in which they were found again.
pub(crate) fn give_way(words: &mut Vec<Word>, found: &[Segment]) {
    let last = words.len()
        - words
            .iter()
            .rev()
            .take_while(|word| is_nowhere(word))
            .count();
    if is_found_again(&words[last..], found) {
        words.truncate(last);
    }
    let first = words.iter().take_while(|word| is_nowhere(word)).count();
    if is_found_again(&words[..first], found) {
        words.drain(..first);
    }
}

/// Whether words that stand at the beginning or the end of what was found begin or end it.
fn is_found_again(squeezed: &[Word], found: &[Segment]) -> bool {
    let (Some(word), Some(first), Some(last)) = (squeezed.first(), found.first(), found.last())
    else {
        return false;
    };
    let spelt = |words: &[Word]| words.iter().map(spelt).collect::<Vec<_>>();
    let again: Vec<String> = found.iter().flat_map(|found| spelt(&found.words)).collect();
    let at = |time: f64| (word.start - time).abs() < NOWHERE;
    at(first.start) && again.starts_with(&spelt(squeezed))
        || at(last.end) && again.ends_with(&spelt(squeezed))
}

/// A word without its capitals and the signs around it; those within a dose stay.
fn spelt(word: &Word) -> String {
    let core = word.text.trim_matches(|sign: char| !sign.is_alphanumeric());
    core.to_lowercase()
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
    fn words_without_a_time_give_way_to_themselves_where_they_were_found() {
        let found = [said(1.2, &[1.6, 2.0, 2.4, 2.8, 3.2, 3.6])];
        let left = |mut words: Vec<Word>| {
            give_way(&mut words, &found);
            words.len()
        };
        assert_eq!(left(said(1.2, &[1.2; 6]).words), 0);
        let mut end = said(0.0, &[0.4, 0.8, 1.2]).words;
        end.extend(said(1.2, &[1.2; 2]).words);
        assert_eq!(left(end), 3, "\"Take one\" was squeezed at its end");

        let heard = said(0.8, &[1.2, 1.6, 2.0, 2.4, 2.8, 3.2]);
        assert_eq!(left(heard.words), 6, "they have their times");
        let elsewhere = said(5.0, &[5.0; 6]);
        assert_eq!(left(elsewhere.words), 6);
        let other = said(1.2, &[1.2; 6]).words[2..3].to_vec();
        assert_eq!(left(other), 1, "\"tablet\" does not begin what was found");
    }

    #[test]
    fn signs_within_a_dose_tell_words_apart() {
        let word = |text: &str| Word {
            text: text.to_owned(),
            start: 0.0,
            end: 0.0,
            confidence: 1.0,
        };
        assert_ne!(spelt(&word("1.5")), spelt(&word("15")));
        assert_ne!(spelt(&word("1-0-1")), spelt(&word("101")));
        assert_eq!(spelt(&word("Daily.")), spelt(&word("daily")));
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
