//! Durations without a length: "lifelong", "to continue", "until review".

use super::numbers::single;
use crate::text::{Gap, Tokens};

/// One past the end of a duration that is told without a number.
pub(super) fn open_ended(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    match (tokens.lower(first), tokens.lower(first + 1)) {
        ("lifelong" | "indefinitely" | "lifetime", _) => Some(first + 1),
        ("long", "term") if tokens.lower(first.wrapping_sub(1)) != "the" => Some(first + 2),
        ("throughout", "pregnancy") | ("life", "long") => Some(first + 2),
        ("for", "life" | "ever") => Some(first + 2),
        // "to continue", and nothing behind it that is continued.
        ("to", "continue") | ("to", "be") if continued(tokens, first) => {
            Some(first + 2 + usize::from(tokens.lower(first + 1) == "be"))
        }
        ("until" | "till", _) => until(tokens, first + 1),
        _ => None,
    }
}

fn continued(tokens: &Tokens<'_>, first: usize) -> bool {
    let end = match tokens.lower(first + 1) {
        "be" if tokens.lower(first + 2) == "continued" => first + 3,
        "be" => return false,
        _ => first + 2,
    };
    end >= tokens.len()
        || !tokens.gap(end).only(Gap::SPACE)
        || matches!(tokens.lower(end), "and" | "as" | "plus" | "with")
}

/// "until review", "till the next visit", "until further advice".
fn until(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let mut at = first;
    while matches!(
        tokens.lower(at),
        "the" | "your" | "my" | "his" | "her" | "next" | "further" | "you" | "we" | "i" | "loose"
    ) {
        at += 1;
    }
    let end = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("follow", "up") => at + 2,
        (
            "visit" | "review" | "appointment" | "followup" | "reviewed" | "notice" | "advice"
            | "orders" | "advised" | "told" | "delivery" | "recovery" | "healed" | "cured"
            | "better" | "asymptomatic" | "afebrile" | "discharge" | "finished" | "completed",
            _,
        ) => at + 1,
        (complaint, _) if is_complaint(complaint) => over(tokens, at + 1)?,
        _ => return weeks_of_pregnancy(tokens, first),
    };
    tokens.joined(at).then_some(end)
}

/// "(until the pain) subsides", "(until the rash) has gone".
fn over(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let at = at + usize::from(matches!(tokens.lower(at), "is" | "are" | "has" | "have"));
    let away = matches!(
        (tokens.lower(at), tokens.lower(at + 1)),
        ("goes" | "go", "away" | "down") | ("comes" | "come", "down")
    );
    (away || is_over(tokens.lower(at))).then_some(at + 1 + usize::from(away))
}

/// "till 36 weeks": the age of a pregnancy, and no length.
fn weeks_of_pregnancy(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let week = single(tokens, first).filter(|week| (8.0..=42.0).contains(&week.value))?;
    let of = tokens.lower(week.end + 1) == "of"
        && matches!(tokens.lower(week.end + 2), "pregnancy" | "gestation");
    let end = week.end + 1 + 2 * usize::from(of);
    (tokens.joined(first) && tokens.lower(week.end) == "weeks").then_some(end)
}

fn is_complaint(word: &str) -> bool {
    matches!(
        word,
        "fever"
            | "pain"
            | "symptoms"
            | "symptom"
            | "cough"
            | "rash"
            | "lesion"
            | "lesions"
            | "wound"
            | "ulcer"
            | "ulcers"
            | "infection"
            | "swelling"
            | "inflammation"
            | "itching"
            | "bleeding"
            | "vomiting"
            | "blisters"
            | "diarrhea"
            | "diarrhoea"
            | "headache"
            | "motions"
            | "redness"
            | "sores"
            | "spots"
            | "stools"
            | "wheeze"
            | "wheezing"
    )
}

/// "(until the pain) subsides".
fn is_over(word: &str) -> bool {
    matches!(
        word,
        "subsides"
            | "subside"
            | "resolves"
            | "resolve"
            | "settles"
            | "settle"
            | "improves"
            | "improve"
            | "disappears"
            | "disappear"
            | "heals"
            | "heal"
            | "clears"
            | "clear"
            | "stops"
            | "stop"
            | "free"
            | "better"
            | "controlled"
            | "gone"
            | "reduce"
            | "reduces"
            | "resolved"
            | "settled"
            | "subsided"
    )
}
