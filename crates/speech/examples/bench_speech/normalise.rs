//! A text as its words sound: whoever writes "500 mg" and whoever writes "five hundred mg."
//! heard the same.
//!
//! Equal to the English normaliser that Whisper's authors score with, but for its table of
//! British spellings, of which the clinical part is here.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization as _;

use super::numbers::{numbers, regex};
use super::spelling::american;

/// Contractions and titles, in the order in which they are looked for.
const SPOKEN: [(&str, &str); 49] = [
    (r"\bwon't\b", "will not"),
    (r"\bcan't\b", "can not"),
    (r"\blet's\b", "let us"),
    (r"\bain't\b", "aint"),
    (r"\by'all\b", "you all"),
    (r"\bwanna\b", "want to"),
    (r"\bgotta\b", "got to"),
    (r"\bgonna\b", "going to"),
    (r"\bi'ma\b", "i am going to"),
    (r"\bimma\b", "i am going to"),
    (r"\bwoulda\b", "would have"),
    (r"\bcoulda\b", "could have"),
    (r"\bshoulda\b", "should have"),
    (r"\bma'am\b", "madam"),
    (r"\bmr\b", "mister "),
    (r"\bmrs\b", "missus "),
    (r"\bst\b", "saint "),
    (r"\bdr\b", "doctor "),
    (r"\bprof\b", "professor "),
    (r"\bcapt\b", "captain "),
    (r"\bgov\b", "governor "),
    (r"\bald\b", "alderman "),
    (r"\bgen\b", "general "),
    (r"\bsen\b", "senator "),
    (r"\brep\b", "representative "),
    (r"\bpres\b", "president "),
    (r"\brev\b", "reverend "),
    (r"\bhon\b", "honorable "),
    (r"\basst\b", "assistant "),
    (r"\bassoc\b", "associate "),
    (r"\blt\b", "lieutenant "),
    (r"\bcol\b", "colonel "),
    (r"\bjr\b", "junior "),
    (r"\bsr\b", "senior "),
    (r"\besq\b", "esquire "),
    (r"'d been\b", " had been"),
    (r"'s been\b", " has been"),
    (r"'d gone\b", " had gone"),
    (r"'s gone\b", " has gone"),
    (r"'d done\b", " had done"),
    (r"'s got\b", " has got"),
    (r"n't\b", " not"),
    (r"'re\b", " are"),
    (r"'s\b", " is"),
    (r"'d\b", " would"),
    (r"'ll\b", " will"),
    (r"'t\b", " not"),
    (r"'ve\b", " have"),
    (r"'m\b", " am"),
];
/// Letters that do not come apart into a letter and a mark.
const LETTERS: [(char, &str); 15] = [
    ('œ', "oe"),
    ('Œ', "OE"),
    ('ø', "o"),
    ('Ø', "O"),
    ('æ', "ae"),
    ('Æ', "AE"),
    ('ß', "ss"),
    ('ẞ', "SS"),
    ('đ', "d"),
    ('Đ', "D"),
    ('ð', "d"),
    ('Ð', "D"),
    ('þ', "th"),
    ('Þ', "th"),
    ('ł', "l"),
];

static BEFORE: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let first = [
        (r"[<\[][^>\]]*[>\]]", ""),
        (r"\(([^)]+?)\)", ""),
        (r"\b(hmm|mm|mhm|mmm|uh|um)\b", ""),
        (r"\s+'", "'"),
    ];
    let last = [(r"(\d),(\d)", "$1$2"), (r"\.([^0-9]|$)", " $1")];
    let all = first.into_iter().chain(SPOKEN).chain(last);
    all.map(|(pattern, to)| (regex(pattern), to)).collect()
});
static AFTER: LazyLock<[(Regex, &str); 2]> = LazyLock::new(|| {
    [
        (regex(r"[.$¢€£]([^0-9])"), " $1"),
        (regex(r"([^0-9])%"), "$1 "),
    ]
});
static MARK: LazyLock<Regex> = LazyLock::new(|| regex(r"^\p{Mn}$"));
static SYMBOL: LazyLock<Regex> = LazyLock::new(|| regex(r"^[\p{M}\p{S}\p{P}]$"));

/// The words of a text, to be compared with those of another.
pub(crate) fn normalise(text: &str) -> Vec<String> {
    let mut text = text.to_lowercase();
    for (pattern, to) in BEFORE.iter() {
        text = pattern.replace_all(&text, *to).into_owned();
    }
    let text = numbers(&letters(&text));
    let words: Vec<String> = text.split_whitespace().map(american).collect();
    let mut text = words.join(" ");
    for (pattern, to) in AFTER.iter() {
        text = pattern.replace_all(&text, *to).into_owned();
    }
    text.split_whitespace().map(str::to_owned).collect()
}

/// Without accents and without signs but those of money, percent and the point.
fn letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfkd() {
        if letter.is_ascii_alphanumeric() || ".%$¢€£".contains(letter) {
            plain.push(letter);
        } else if let Some((_, to)) = LETTERS.iter().find(|(from, _)| *from == letter) {
            plain.push_str(to);
        } else {
            let text = letter.to_string();
            if SYMBOL.is_match(&text) && !MARK.is_match(&text) {
                plain.push(' ');
            } else if !MARK.is_match(&text) {
                plain.push(letter);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences, and what the reference implementation makes of them.
    const CASES: &str = include_str!("normaliser_cases.tsv");

    #[test]
    fn every_case_is_as_in_the_reference_implementation() {
        let cases = CASES.lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for case in cases {
            let fields: Vec<&str> = case.split('\t').collect();
            assert_eq!(normalise(fields[1]).join(" "), fields[2], "{}", fields[1]);
            count += 1;
        }
        assert_eq!(count, 67);
    }
}
