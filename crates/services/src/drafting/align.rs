//! Which words of the recording a stretch of the transcript was heard as.

use seva_model::{Word, WordRange};

/// How far an edit may reach before the two sides are given up as unrelated,
/// in words.
const WINDOW: usize = 64;

/// How many words in a row have to agree behind an edit.
const ANCHOR: usize = 3;

/// The transcript's words, each with the word of the recording it was heard as.
pub(super) struct Alignment<'a> {
    tokens: Vec<Token<'a>>,
    words: &'a [&'a Word],
}

struct Token<'a> {
    text: &'a str,
    begin: u32,
    end: u32,
    heard_as: Option<usize>,
}

impl<'a> Alignment<'a> {
    /// Aligns the current text with the words as heard. Words that the doctor
    /// typed have no counterpart.
    pub(super) fn new(transcript: &'a str, words: &'a [&'a Word]) -> Self {
        let mut tokens = tokens(transcript);
        let agree = |token: &Token<'_>, word: &&Word| token.text == word.text.trim();
        let (mut t, mut w) = (0, 0);
        while t < tokens.len() && w < words.len() {
            if agree(&tokens[t], &words[w]) {
                tokens[t].heard_as = Some(w);
                (t, w) = (t + 1, w + 1);
                continue;
            }
            let (skip_tokens, skip_words) =
                resume(&tokens[t..], &words[w..], agree).unwrap_or((1, 1));
            (t, w) = (t + skip_tokens, w + skip_words);
        }
        Self { tokens, words }
    }

    /// The words from the first to the last that any of the stretches (code
    /// points, end exclusive) was heard as.
    pub(super) fn range(&self, stretches: impl Iterator<Item = (u32, u32)>) -> Option<WordRange> {
        let (mut first, mut last) = (usize::MAX, 0);
        for (begin, end) in stretches {
            let from = self.tokens.partition_point(|token| token.end <= begin);
            for token in &self.tokens[from..] {
                if token.begin >= end {
                    break;
                }
                if let Some(word) = token.heard_as {
                    first = first.min(word);
                    last = last.max(word);
                }
            }
        }
        let (from, to) = (self.words.get(first)?, self.words.get(last)?);
        Some(WordRange {
            first: u32::try_from(first).ok()?,
            last: u32::try_from(last).ok()?,
            start_ms: milliseconds(from.start),
            end_ms: milliseconds(to.end),
        })
    }
}

/// The text's words between white space, with their place in code points.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut open: Option<(usize, u32)> = None;
    for (place, (byte, c)) in (0..).zip(text.char_indices().chain([(text.len(), ' ')])) {
        match (c.is_whitespace(), open) {
            (false, None) => open = Some((byte, place)),
            (true, Some((from, begin))) => {
                tokens.push(Token {
                    text: &text[from..byte],
                    begin,
                    end: place,
                    heard_as: None,
                });
                open = None;
            }
            _ => {}
        }
    }
    tokens
}

/// The fewest words to skip on either side until both agree again.
fn resume<T, W>(
    tokens: &[T],
    words: &[W],
    agree: impl Fn(&T, &W) -> bool,
) -> Option<(usize, usize)> {
    let agree_from = |t: usize, w: usize| {
        let run = ANCHOR.min(tokens.len() - t).min(words.len() - w);
        run > 0 && (0..run).all(|i| agree(&tokens[t + i], &words[w + i]))
    };
    (1..=WINDOW)
        .flat_map(|skipped| (0..=skipped).map(move |t| (t, skipped - t)))
        .chain((1..=WINDOW).map(|both| (both, both)))
        .find(|&(t, w)| t < tokens.len() && w < words.len() && agree_from(t, w))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and no recording lasts 49 days"
)]
fn milliseconds(seconds: f64) -> u32 {
    (seconds * 1000.0).round() as u32
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<Word> {
        let mut at = 0.0;
        text.split_whitespace()
            .map(|text| {
                at += 0.5;
                Word {
                    text: text.to_owned(),
                    start: at - 0.5,
                    end: at,
                    confidence: 0.9,
                    alternatives: Vec::new(),
                }
            })
            .collect()
    }

    /// The words heard for `part` of `text`, when `heard` was heard.
    fn heard_as(text: &str, heard: &str, part: &str) -> Option<String> {
        let words = words(heard);
        let words: Vec<_> = words.iter().collect();
        let byte = text.find(part).unwrap();
        let begin = u32::try_from(text[..byte].chars().count()).unwrap();
        let end = begin + u32::try_from(part.chars().count()).unwrap();
        let range = Alignment::new(text, &words).range([(begin, end)].into_iter())?;
        assert_eq!(range.start_ms, range.first * 500);
        assert_eq!(range.end_ms, (range.last + 1) * 500);
        let found: Vec<_> = words[range.first as usize..=range.last as usize]
            .iter()
            .map(|w| w.text.as_str())
            .collect();
        Some(found.join(" "))
    }

    #[test]
    fn offsets_count_code_points() {
        let text = "मरीज़ को Dolo 650 mg दो बार";
        assert_eq!(heard_as(text, text, "Dolo 650").unwrap(), "Dolo 650");
    }

    #[test]
    fn what_the_doctor_typed_was_not_heard() {
        let heard = "Start lisinapril ten milligrams once daily for her pressure";
        let text = "Start lisinopril ten milligrams once daily, by mouth, for her pressure";
        assert_eq!(heard_as(text, heard, "lisinopril"), None);
        assert_eq!(heard_as(text, heard, "lisinopril ten").unwrap(), "ten");
        assert_eq!(
            heard_as(text, heard, "her pressure").unwrap(),
            "her pressure"
        );
    }

    #[test]
    fn an_inserted_and_a_removed_sentence_are_stepped_over() {
        let heard = "She has fever. She denies cough. Give paracetamol twice daily.";
        let text = "New line here. She has fever. Give paracetamol twice daily.";
        assert_eq!(
            heard_as(text, heard, "paracetamol twice").unwrap(),
            "paracetamol twice"
        );
    }

    #[test]
    fn no_words_give_no_range() {
        assert!(
            Alignment::new("Give paracetamol", &[])
                .range([(0, 16)].into_iter())
                .is_none()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn an_unedited_text_aligns_word_by_word(parts in prop::collection::vec("[a-cक-घ]{1,3}", 1..40), at in any::<prop::sample::Index>()) {
            let text = parts.join(" ");
            let words = words(&text);
            let words: Vec<_> = words.iter().collect();
            let chosen = at.index(parts.len());
            let begin = parts[..chosen].iter().map(|p| p.chars().count() + 1).sum::<usize>();
            let end = begin + parts[chosen].chars().count();
            let range = Alignment::new(&text, &words)
                .range([(u32::try_from(begin).unwrap(), u32::try_from(end).unwrap())].into_iter())
                .unwrap();
            prop_assert_eq!((range.first as usize, range.last as usize), (chosen, chosen));
        }

        #[test]
        fn an_edit_never_aligns_different_words(
            heard in prop::collection::vec("[a-d]", 0..30),
            text in prop::collection::vec("[a-d]", 0..30),
        ) {
            let text = text.join(" ");
            let words = words(&heard.join(" "));
            let words: Vec<_> = words.iter().collect();
            let alignment = Alignment::new(&text, &words);
            let pairs: Vec<_> = alignment.tokens.iter().filter_map(|t| Some((t.text, t.heard_as?))).collect();
            prop_assert!(pairs.iter().all(|(token, word)| *token == words[*word].text));
            prop_assert!(pairs.windows(2).all(|pair| pair[0].1 < pair[1].1));
        }
    }
}
