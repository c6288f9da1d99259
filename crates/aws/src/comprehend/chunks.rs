//! Cutting a text into pieces that one call takes.

/// Words whose dot ends no sentence.
const ABBREVIATIONS: [&str; 10] = [
    "approx", "dr", "e.g", "i.e", "mr", "mrs", "ms", "no", "prof", "vs",
];

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunk<'t> {
    /// What it says.
    pub(super) text: &'t str,
    /// Code points of the text before it.
    pub(super) begin: usize,
}

/// The text in pieces of at most `limit` bytes: cut behind sentences; in a
/// sentence that is longer, between words; in a word that is longer, between code
/// points. Pieces of white space alone are left out, nobody has to read them.
pub(super) fn chunks(text: &str, limit: usize) -> Vec<Chunk<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut begin) = (text, 0);
    while !rest.is_empty() {
        let (piece, left) = rest.split_at(cut(rest, limit));
        if !piece.trim().is_empty() {
            pieces.push(Chunk { text: piece, begin });
        }
        begin += piece.chars().count();
        rest = left;
    }
    pieces
}

/// Bytes of the first piece, at least one code point.
fn cut(text: &str, limit: usize) -> usize {
    if text.len() <= limit {
        return text.len();
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    let (window, beyond) = text.split_at(text.floor_char_boundary(limit).max(first));
    let ends_here = beyond.starts_with(char::is_whitespace);
    behind_sentences(window, ends_here)
        .or_else(|| behind_words(window, ends_here))
        .unwrap_or(window.len())
}

/// The end of the last whole sentence, with the white space behind it.
/// `ends_here`: white space follows the window.
fn behind_sentences(window: &str, ends_here: bool) -> Option<usize> {
    let mut last = None;
    let mut ended = false;
    for (at, letter) in window.char_indices() {
        let next = at + letter.len_utf8();
        match letter {
            '\n' => (last, ended) = (Some(next), true),
            _ if letter.is_whitespace() => {
                if ended {
                    last = Some(next);
                }
            }
            '?' | '!' | '।' | '॥' => ended = true,
            '.' => ended = !is_abbreviation(&window[..at]),
            // A sentence may end in a bracket or in quotes.
            ')' | ']' | '"' | '\'' | '”' | '’' => {}
            _ => ended = false,
        }
    }
    if ended && ends_here {
        return Some(window.len());
    }
    last
}

fn behind_words(window: &str, ends_here: bool) -> Option<usize> {
    if ends_here {
        return Some(window.len());
    }
    let (at, space) = window
        .char_indices()
        .rev()
        .find(|(_, letter)| letter.is_whitespace())?;
    Some(at + space.len_utf8())
}

fn is_abbreviation(before: &str) -> bool {
    let word = before
        .rsplit(|letter: char| letter.is_whitespace() || letter == '(')
        .next()
        .unwrap_or_default();
    ABBREVIATIONS
        .iter()
        .any(|short| word.eq_ignore_ascii_case(short))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str, limit: usize) -> Vec<&str> {
        chunks(text, limit).iter().map(|chunk| chunk.text).collect()
    }

    #[test]
    fn a_text_is_cut_behind_its_sentences() {
        assert_eq!(texts("One two. Three!", 100), ["One two. Three!"]);
        assert_eq!(
            texts("One two. Three! Four", 16),
            ["One two. Three! ", "Four"]
        );
        assert_eq!(
            texts("One two. Three! Four", 15),
            ["One two. Three!", " Four"]
        );
        assert_eq!(
            texts("One two. Three! Four", 14),
            ["One two. ", "Three! Four"]
        );
        assert_eq!(texts("बुखार है। दवा लें।", 30), ["बुखार है। ", "दवा लें।"]);
        assert_eq!(
            texts("He said \"yes.\" Then no", 18),
            ["He said \"yes.\" ", "Then no"]
        );
        assert_eq!(texts("Line\nnext line", 10), ["Line\n", "next line"]);
    }

    #[test]
    fn a_dot_within_a_number_or_behind_a_title_ends_nothing() {
        assert_eq!(
            texts("Ill. Seen by Dr. Rao", 18),
            ["Ill. ", "Seen by Dr. Rao"]
        );
        assert_eq!(
            texts("Well. Give 2.5 mg now", 18),
            ["Well. ", "Give 2.5 mg now"]
        );
    }

    #[test]
    fn a_sentence_too_long_is_cut_between_words_and_a_word_between_letters() {
        assert_eq!(texts("one two three", 9), ["one two ", "three"]);
        assert_eq!(texts("one two three", 7), ["one two", " three"]);
        assert_eq!(texts("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(texts("😀😀😀", 9), ["😀😀", "😀"]);
        assert_eq!(texts("😀a", 1), ["😀", "a"], "a letter is never cut");
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(chunks("", 10), []);
        assert_eq!(chunks(" \n\t ", 2), []);
    }

    /// Words and marks of several scripts, some without an end.
    fn dictated() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            6 => "[a-z]{1,12}",
            2 => "[अ-हा-ौ]{1,8}",
            1 => Just("😀".to_owned()),
            1 => Just("👩🏽‍⚕️".to_owned()),
            1 => "[.?!।\n ]{1,3}",
            1 => "\\PC{1,40}",
        ];
        prop::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_chunk_is_under_the_limit_and_where_it_says(text in dictated(), limit in 4_usize..80) {
            let pieces = chunks(&text, limit);
            let mut seen = 0;
            for piece in &pieces {
                prop_assert!(piece.text.len() <= limit);
                let before: String = text.chars().skip(seen).take(piece.begin - seen).collect();
                prop_assert_eq!(before.trim(), "", "what lies between is white space");
                let there: String = text
                    .chars()
                    .skip(piece.begin)
                    .take(piece.text.chars().count())
                    .collect();
                prop_assert_eq!(&there, piece.text);
                seen = piece.begin + piece.text.chars().count();
            }
            let after: String = text.chars().skip(seen).collect();
            prop_assert_eq!(after.trim(), "", "nothing is lost at the end");
        }
    }
}
