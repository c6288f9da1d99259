//! Texts and codes as FHIR allows them.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A text of FHIR: not empty, with no control characters, and with no white space
/// besides blanks, tabs and ends of lines.
pub(super) fn clean(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || c.is_whitespace())
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Those that say something, joined.
pub(super) fn joined(parts: &[&str], between: &str) -> Option<String> {
    let said: Vec<_> = parts.iter().filter_map(|part| clean(part)).collect();
    (!said.is_empty()).then(|| said.join(between))
}

/// A code of ICD-10-CM with its dot; `None` for what has not the form of one.
pub(super) fn icd10(written: &str) -> Option<String> {
    let code: String = written
        .trim()
        .to_ascii_uppercase()
        .chars()
        .filter(|c| *c != '.')
        .collect();
    let bytes = code.as_bytes();
    let has_form = (3..=7).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_alphanumeric)
        && bytes[0].is_ascii_alphabetic()
        && bytes[1].is_ascii_digit();
    has_form.then(|| match code.split_at(3) {
        (category, "") => category.to_owned(),
        (category, rest) => format!("{category}.{rest}"),
    })
}

/// A concept of RxNorm; `None` for what is no number.
pub(super) fn rxnorm(written: &str) -> Option<&str> {
    let code = written.trim();
    let is_number = (1..=8).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    is_number.then_some(code)
}

/// As FHIR writes moments.
pub(super) fn moment(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_are_taken_in_their_form_only() {
        for (written, code) in [
            ("I10", Some("I10")),
            (" e11.9 ", Some("E11.9")),
            ("E119", Some("E11.9")),
            ("S72.001A", Some("S72.001A")),
            ("hypertension", None),
            ("I1", None),
            ("11.9", None),
            ("é11.9", None),
            ("", None),
        ] {
            assert_eq!(icd10(written).as_deref(), code, "{written}");
        }
        assert_eq!(rxnorm(" 6809 "), Some("6809"));
        assert_eq!(rxnorm("metformin"), None);
        assert_eq!(rxnorm(""), None);
    }

    #[test]
    fn white_space_is_blanks_and_ends_of_lines() {
        assert_eq!(
            clean("\u{a0}a\u{2003}b\n\u{7}c "),
            Some("a b\nc".to_owned())
        );
        assert_eq!(clean(" \u{a0}\t"), None);
        assert_eq!(joined(&["a", " ", "b"], ", "), Some("a, b".to_owned()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_clean_text_is_clean_already(text in any::<String>()) {
            if let Some(once) = clean(&text) {
                prop_assert_eq!(clean(&once), Some(once.clone()));
                let allowed = |c: char| matches!(c, ' ' | '\t' | '\n') || !(c.is_whitespace() || c.is_control());
                prop_assert!(once.chars().all(allowed));
            }
        }
    }
}
