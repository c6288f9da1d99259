//! Plural folding by cutting endings only, so that a folded word is a prefix
//! of the word and needs no memory of its own.

/// Words that lose their meaning, or meet another word, without their ending; all end in "s".
const KEPT: &[&str] = &[
    "aids", "always", "asbestos", "besides", "fits", "gas", "gases", "hers", "lens", "mumps",
    "pancreas", "perhaps", "piles", "pus", "pulses", "sats", "series", "shingles", "species",
    "theirs", "vitals", "yours",
];

/// Length in bytes of `word` (lower case) without its plural ending.
///
/// "biopsy" and "biopsies" both become "biops"; "abscesses" becomes "abscess";
/// "headaches" becomes "headache". Short words and words in "ss", "us" and "is" stay.
pub(crate) fn folded_len(word: &str) -> usize {
    let bytes = word.as_bytes();
    let len = bytes.len();
    if len < 4 || !matches!(bytes[len - 1], b's' | b'y') || !word.is_ascii() {
        return len;
    }
    match bytes[len - 1] {
        b'y' if len >= 5 && !is_vowel(bytes[len - 2]) => len - 1,
        b's' if !KEPT.contains(&word) => fold_s(bytes),
        _ => len,
    }
}

fn fold_s(bytes: &[u8]) -> usize {
    let len = bytes.len();
    let before = &bytes[..len - 1];
    if before.ends_with(b"s") || before.ends_with(b"u") || before.ends_with(b"i") {
        return len;
    }
    if len >= 6 && before.ends_with(b"ie") {
        return len - 3;
    }
    let long_plural = [&b"sse"[..], b"xe", b"che", b"she", b"zze"];
    if long_plural.iter().any(|ending| before.ends_with(ending)) && !before.ends_with(b"ache") {
        return len - 2;
    }
    len - 1
}

fn is_vowel(byte: u8) -> bool {
    matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u')
}

#[cfg(test)]
mod tests {
    use super::folded_len;

    fn fold(word: &str) -> &str {
        &word[..folded_len(word)]
    }

    #[test]
    fn plural_and_singular_meet() {
        for (one, many) in [
            ("biopsy", "biopsies"),
            ("abscess", "abscesses"),
            ("headache", "headaches"),
            ("tablet", "tablets"),
            ("allergy", "allergies"),
            ("knee", "knees"),
            ("rash", "rashes"),
        ] {
            assert_eq!(fold(one), fold(many), "{one} and {many}");
        }
    }

    #[test]
    fn words_that_are_kept_end_as_plurals_do() {
        assert!(super::KEPT.iter().all(|word| word.ends_with('s')));
    }

    #[test]
    fn words_that_only_look_plural_stay() {
        for word in [
            "pus",
            "virus",
            "diagnosis",
            "loss",
            "aids",
            "mumps",
            "shingles",
            "yes",
            "day",
        ] {
            assert_eq!(fold(word), word);
        }
    }
}
