//! "only if you have fever", "when there is pain", "if BP is above 160": taken on a condition,
//! and so only as needed, however often at most.

use super::numbers::number;
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
    "blood",
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

/// Values that a medicine is taken for when they are out of bounds.
const MEASURES: &[&str] = &[
    "bp",
    "glucose",
    "pressure",
    "pulse",
    "spo2",
    "sugar",
    "sugars",
    "temp",
    "temperature",
];

/// Verbs before "if" that tell when not to take it, or what else to do. `WARNS` of the model's
/// `need.rs` holds the same words: this crate and that know nothing of each other.
const OTHERWISE: &[&str] = &[
    "avoid",
    "avoided",
    "call",
    "come",
    "consult",
    "contact",
    "decrease",
    "discontinue",
    "discontinued",
    "double",
    "held",
    "hold",
    "increase",
    "inform",
    "omit",
    "omitted",
    "reduce",
    "report",
    "return",
    "review",
    "see",
    "skip",
    "skipped",
    "stop",
    "stopped",
    "visit",
    "withheld",
    "withhold",
];

/// A condition that starts at token `first` and ends with the complaint, or with the value
/// that is out of bounds.
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
    // "Unless pulse is below 60" tells when not to take it.
    if !case && !matches!(tokens.lower(first + only), "if" | "when" | "whenever") {
        return None;
    }
    if warned(tokens, first) {
        return None;
    }
    let mut at = first + only + 1;
    let stop = at + 5;
    while at < stop && tokens.joined(at) && BETWEEN.binary_search(&tokens.lower(at)).is_ok() {
        at += 1;
    }
    if !tokens.joined(at) {
        return None;
    }
    let end = match COMPLAINTS.binary_search(&tokens.lower(at)) {
        Ok(_) => measured(tokens, at).unwrap_or(at + 1),
        Err(_) => measured(tokens, at)?,
    };
    Some(Piece {
        kind: PieceKind::Frequency,
        first,
        end,
        normalized: Some("as needed".to_owned()),
    })
}

/// "Hold the dose (if)", "do not take it (if)": whether the clause that ends before token `end`
/// tells of something else than taking. Where one clause does both, nothing is read.
fn warned(tokens: &Tokens<'_>, end: usize) -> bool {
    for at in (0..end).rev() {
        let limit = matches!(tokens.lower(at + 1), "exceeding" | "more" | "over");
        match tokens.lower(at) {
            "never" | "don" | "dont" | "don't" | "don\u{2019}t" => return true,
            "not" if !limit => return true,
            word if OTHERWISE.binary_search(&word).is_ok() => return true,
            _ if !tokens.joined(at) => return false,
            _ => {}
        }
    }
    false
}

/// "(if) BP is above 160", "(if the) temperature is more than 101": one past the value.
fn measured(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !MEASURES.contains(&tokens.lower(at)) {
        return None;
    }
    let mut end = at + 1;
    while end < at + 6
        && matches!(
            tokens.lower(end),
            "is" | "are"
                | "goes"
                | "rises"
                | "remains"
                | "stays"
                | "level"
                | "systolic"
                | "above"
                | "over"
                | "below"
                | "under"
                | "more"
                | "greater"
                | "higher"
                | "less"
                | "lower"
                | "than"
        )
    {
        end += 1;
    }
    let mut value = number(tokens, end)?.end;
    // "180/110"
    value += usize::from(tokens.is_number(value) && tokens.gap(value).only(Gap::SLASH));
    let bounded = end > at + 1 && (at + 1..=end).all(|at| tokens.joined(at));
    bounded.then_some(value)
}

#[cfg(test)]
mod tests {
    use super::super::parse_sig;
    use super::*;

    #[test]
    fn lists_are_in_order() {
        assert!(COMPLAINTS.is_sorted() && BETWEEN.is_sorted() && OTHERWISE.is_sorted());
    }

    #[test]
    fn a_condition_ends_with_its_complaint() {
        for (text, end) in [
            ("take only if you have fever", Some(6)),
            ("take if pain persists", Some(3)),
            ("take if BP is above 160", Some(6)),
            ("take if the blood sugar goes above 300 for 5 days", Some(8)),
            ("take if temperature is more than 101", Some(7)),
            ("take if BP is more than 180/110", Some(8)),
            ("take if temperature", Some(3)),
            ("take if the BP allows", None),
            ("hold if sugar is below 100", None),
            ("stop if rash", None),
            ("take when required", None),
            ("take if the cost is high", None),
            ("take; if pain persists", None),
        ] {
            let found = condition(&Tokens::new(text), 1).map(|piece| piece.end);
            assert_eq!(found, end, "{text}");
        }
    }

    #[test]
    fn when_to_hold_a_medicine_is_not_when_to_take_it() {
        let needed = |text: &str| {
            let timing = parse_sig(text).timing.unwrap_or_default();
            (timing.as_needed, timing.times.is_some())
        };
        for text in [
            "25 mg twice daily, hold the dose if pulse is below 60",
            "500 mg twice daily, skip the dose if sugar is below 100",
            "40 mg once daily, stop it if BP is less than 90",
            "40 mg once daily. Withhold the evening tablet if BP is below 90",
            "twice daily, dose to be omitted if there is vomiting",
            "twice daily, do not take it if BP is below 90",
            "twice daily and come back to me if there is fever",
            "twice daily unless pulse is below 60",
            "once daily, increase to two tablets if BP is above 160",
        ] {
            assert_eq!(needed(text), (false, true), "{text}");
        }
        for text in [
            "stop the old tablets, one tablet twice daily if fever",
            "one tablet, not more than thrice daily if there is pain",
        ] {
            assert!(needed(text).0, "{text}");
        }
    }
}
