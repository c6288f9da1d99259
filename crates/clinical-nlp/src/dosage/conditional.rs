//! "only if you have fever", "when there is pain": taken on a condition, and so only
//! as needed, however often at most.

use super::{Piece, PieceKind};
use crate::text::{Gap, Tokens};

/// Complaints that a medicine is taken for when they come.
const COMPLAINTS: &[&str] = &[
    "acidity",
    "anxiety",
    "anxious",
    "attack",
    "breathless",
    "breathlessness",
    "burning",
    "chills",
    "constipated",
    "constipation",
    "cough",
    "coughing",
    "cramps",
    "diarrhea",
    "diarrhoea",
    "discomfort",
    "dizziness",
    "fever",
    "gas",
    "giddiness",
    "headache",
    "heartburn",
    "itching",
    "itchy",
    "migraine",
    "motions",
    "nausea",
    "nauseous",
    "pain",
    "palpitations",
    "persistent",
    "persists",
    "rash",
    "restless",
    "seizure",
    "severe",
    "sleepless",
    "sneezing",
    "spasm",
    "stools",
    "symptomatic",
    "symptoms",
    "temperature",
    "vertigo",
    "vomiting",
    "vomits",
    "wheeze",
    "wheezing",
    "wheezy",
];

/// Words between "if" and the complaint.
const BETWEEN: &[&str] = &[
    "a",
    "any",
    "are",
    "baby",
    "body",
    "child",
    "continues",
    "develops",
    "feel",
    "feels",
    "get",
    "gets",
    "had",
    "has",
    "have",
    "having",
    "he",
    "high",
    "in",
    "is",
    "it",
    "loose",
    "patient",
    "she",
    "some",
    "still",
    "the",
    "there",
    "they",
    "you",
    "your",
];

/// A condition that starts at token `first` and ends with the complaint.
pub(super) fn condition(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    let only = usize::from(tokens.lower(first) == "only");
    // "; if pain lasts beyond ten minutes" opens another matter.
    if first == 0 || !tokens.gap(first).only(Gap::SPACE) {
        return None;
    }
    let case = ["in", "case", "of"]
        .iter()
        .enumerate()
        .all(|(step, word)| tokens.lower(first + step) == *word);
    let only = if case { 2 } else { only };
    if !case
        && !matches!(
            tokens.lower(first + only),
            "if" | "when" | "whenever" | "unless"
        )
    {
        return None;
    }
    let mut at = first + only + 1;
    let stop = at + 5;
    while at < stop && tokens.joined(at) && BETWEEN.binary_search(&tokens.lower(at)).is_ok() {
        at += 1;
    }
    (tokens.joined(at) && COMPLAINTS.binary_search(&tokens.lower(at)).is_ok()).then(|| Piece {
        kind: PieceKind::Frequency,
        first,
        end: at + 1,
        normalized: Some("as needed".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(COMPLAINTS.is_sorted() && BETWEEN.is_sorted());
    }

    #[test]
    fn a_condition_ends_with_its_complaint() {
        for (text, end) in [
            ("take only if you have fever", Some(6)),
            ("take if pain persists", Some(3)),
            ("take when required", None),
            ("take if the cost is high", None),
            ("take; if pain persists", None),
        ] {
            let found = condition(&Tokens::new(text), 1).map(|piece| piece.end);
            assert_eq!(found, end, "{text}");
        }
    }
}
