//! Time expressions that belong to findings: "for three days", "since last week",
//! "two days ago".

use crate::dosage::length;
use crate::text::{Sentence, Tokens};

/// Tokens `first..end` and the same in one notation, when certain.
#[derive(Clone, Debug)]
pub(crate) struct TimeSpan {
    pub(crate) first: usize,
    pub(crate) end: usize,
}

/// All time expressions of a sentence whose tokens are not taken by something else.
pub(crate) fn times(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    taken: impl Fn(usize) -> bool,
) -> Vec<TimeSpan> {
    let mut found = Vec::new();
    let mut at = sentence.first;
    while at < sentence.end {
        match time(tokens, at) {
            Some(end) if end <= sentence.end && !(at..end).any(&taken) => {
                found.push(TimeSpan { first: at, end });
                at = end;
            }
            _ => at += 1,
        }
    }
    found
}

fn time(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    match tokens.lower(first) {
        "since" => since(tokens, first + 1),
        "for" => for_length(tokens, first + 1),
        "yesterday" => Some(first + 1),
        "last" | "this" => period_word(tokens.lower(first + 1)).then_some(first + 2),
        "over" | "past" | "in" => {
            let at = first + 1 + usize::from(tokens.lower(first + 1) == "the");
            if !matches!(tokens.lower(at), "past" | "last") {
                return None;
            }
            length(tokens, at + 1).map(|l| l.end)
        }
        _ => {
            let found = length(tokens, first)?;
            matches!(
                tokens.lower(found.end),
                "ago" | "back" | "prior" | "earlier"
            )
            .then_some(found.end + 1)
        }
    }
}

fn since(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let at = at + usize::from(tokens.lower(at) == "the");
    let past = at + usize::from(matches!(tokens.lower(at), "past" | "last"));
    if let Some(found) = length(tokens, past) {
        return Some(found.end);
    }
    match tokens.lower(at) {
        "yesterday" | "morning" | "childhood" | "today" | "birth" => Some(at + 1),
        "last" | "this" => (period_word(tokens.lower(at + 1))).then_some(at + 2),
        _ => None,
    }
}

fn for_length(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let at = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("the", "last" | "past") => at + 2,
        ("about" | "almost" | "nearly" | "around" | "over", _) => at + 1,
        ("at", "least") | ("more", "than") => at + 2,
        _ => at,
    };
    if tokens.lower(at) == "several" || tokens.lower(at) == "many" || tokens.lower(at) == "few" {
        return period_word(tokens.lower(at + 1)).then_some(at + 2);
    }
    length(tokens, at).map(|l| l.end)
}

fn period_word(word: &str) -> bool {
    matches!(
        word,
        "day"
            | "days"
            | "week"
            | "weeks"
            | "month"
            | "months"
            | "year"
            | "years"
            | "night"
            | "morning"
            | "evening"
            | "monday"
            | "tuesday"
            | "wednesday"
            | "thursday"
            | "friday"
            | "saturday"
            | "sunday"
    )
}
