//! Words as heard, found again in the text as it stands now: what the review page
//! marks, and what a transcript's export takes its times from.

use crate::{Segment, Word};

/// A word as heard, with its place in the whole transcript.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardWord {
    /// First code point in the text.
    pub begin: usize,
    /// Code point after the last.
    pub end: usize,
    /// Place in the transcript as heard, from 0.
    pub index: usize,
    /// Seconds from the start of the audio.
    pub start: f64,
    /// Seconds from the start of the audio.
    pub stop: f64,
    /// 0 to 1.
    pub confidence: f32,
}

/// How far ahead a word of an edited text is looked for among the heard ones.
const LOOK_AHEAD: usize = 24;

/// Finds the heard words in the text. After an edit those that are still there,
/// in order, keep their times, and so does another reading in the place of its
/// word; new ones have none.
#[must_use]
pub fn align(text: &str, segments: &[Segment]) -> Vec<HeardWord> {
    let heard: Vec<&Word> = segments.iter().flat_map(|s| &s.words).collect();
    let folded: Vec<String> = heard.iter().map(|w| fold(&w.text)).collect();
    let tokens: Vec<_> = tokens(text)
        .map(|(begin, end, token)| (begin, end, fold(token)))
        .collect();
    // Whether text and transcript go on, or end, alike.
    let agree = |word: usize, token: usize| {
        folded.get(word) == tokens.get(token).map(|(_, _, token)| token)
    };
    let (mut next, mut at) = (0, 0);
    let mut found = Vec::with_capacity(heard.len());
    while let Some((begin, _, token)) = tokens.get(at) {
        let mut window = next..(next + LOOK_AHEAD).min(heard.len());
        let same = window.find(|&i| folded[i] == *token);
        let reread = heard
            .get(next)
            .and_then(|word| length_of_reading(word, &tokens[at..]));
        let (index, length) = match (same, reread) {
            (Some(index), _) if index == next => (index, 1),
            // The word farther on may be meant, unless what follows says otherwise.
            (same, Some(length)) if same.is_none() || agree(next + 1, at + length) => {
                (next, length)
            }
            (Some(index), _) => (index, 1),
            (None, _) => {
                at += 1;
                continue;
            }
        };
        let word = heard[index];
        found.push(HeardWord {
            begin: *begin,
            end: tokens[at + length - 1].1,
            index,
            start: word.start,
            stop: word.end,
            confidence: word.confidence,
        });
        next = index + 1;
        at += length;
    }
    found
}

/// How many tokens the longest of the word's other readings takes that the tokens
/// begin with.
fn length_of_reading(word: &Word, tokens: &[(usize, usize, String)]) -> Option<usize> {
    let length = |reading: &String| {
        let parts: Vec<_> = reading.split_whitespace().map(fold).collect();
        let said = tokens.get(..parts.len())?.iter().map(|(_, _, token)| token);
        (!parts.is_empty() && parts.iter().eq(said)).then_some(parts.len())
    };
    word.alternatives.iter().filter_map(length).max()
}

/// White-space separated pieces of the text with the code points they begin at and
/// end before.
pub fn tokens(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut chars = text.char_indices().enumerate().peekable();
    std::iter::from_fn(move || {
        while chars.next_if(|(_, (_, c))| c.is_whitespace()).is_some() {}
        let &(begin, (from, _)) = chars.peek()?;
        let (mut end, mut to) = (begin, from);
        while let Some((at, (byte, c))) = chars.next_if(|(_, (_, c))| !c.is_whitespace()) {
            end = at + 1;
            to = byte + c.len_utf8();
        }
        Some((begin, end, &text[from..to]))
    })
}

/// What two spellings of the same word share.
#[must_use]
pub fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn segment(words: &[&str]) -> Segment {
        let words: Vec<_> = (0_u16..)
            .zip(words)
            .map(|(i, text)| Word {
                text: (*text).to_owned(),
                start: f64::from(i),
                end: f64::from(i) + 0.5,
                confidence: 0.9,
                alternatives: Vec::new(),
            })
            .collect();
        let texts: Vec<_> = words.iter().map(|w| w.text.as_str()).collect();
        Segment {
            index: 0,
            start: 0.0,
            end: 9.0,
            text: texts.join(" "),
            words,
        }
    }

    #[test]
    fn heard_words_keep_their_times_after_an_edit() {
        let heard = [segment(&["Start", "metformin", "500", "milligrams."])];
        let words = align("Start the metformin 850 milligrams.", &heard);
        let kept: Vec<_> = words.iter().map(|w| (w.begin, w.index)).collect();
        assert_eq!(kept, [(0, 0), (10, 1), (24, 3)]);
    }

    #[test]
    fn another_reading_keeps_the_times_of_its_word() {
        let mut heard = segment(&["the", "wounds", "are", "dry."]);
        heard.words[1].alternatives = vec!["winds".to_owned(), "dry".to_owned()];
        let places = |text: &str| -> Vec<usize> {
            align(text, std::slice::from_ref(&heard))
                .iter()
                .map(|word| word.index)
                .collect()
        };
        assert_eq!(places("the winds are dry."), [0, 1, 2, 3]);
        assert_eq!(places("the dry."), [0, 3], "a word of its own comes first");
        assert_eq!(places("the dry are dry."), [0, 1, 2, 3]);
    }

    #[test]
    fn a_reading_of_several_words_stands_for_one() {
        let mut heard = segment(&["wounds", "clothes", "well"]);
        heard.words[1].alternatives = vec!["clothed".to_owned(), "clothed up".to_owned()];
        let words = align("wounds (clothed up), well", std::slice::from_ref(&heard));
        let places: Vec<_> = words.iter().map(|w| (w.begin, w.end, w.index)).collect();
        assert_eq!(places, [(0, 6, 0), (7, 20, 1), (21, 25, 2)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn unedited_text_finds_every_word_again(text in "\\PC{0,80}") {
            let heard = segment(&text.split_whitespace().collect::<Vec<_>>());
            let words = align(&text, std::slice::from_ref(&heard));
            prop_assert_eq!(words.len(), heard.words.len());
        }

        #[test]
        fn tokens_are_the_words_of_the_text_in_their_places(text in "(\\PC|[ \t\n]){0,80}") {
            let chars: Vec<char> = text.chars().collect();
            let found: Vec<_> = tokens(&text).collect();
            for (begin, end, token) in &found {
                prop_assert_eq!(chars[*begin..*end].iter().collect::<String>(), *token);
            }
            let texts: Vec<_> = found.into_iter().map(|(_, _, token)| token).collect();
            prop_assert_eq!(texts, text.split_whitespace().collect::<Vec<_>>());
        }
    }
}
