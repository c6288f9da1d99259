//! Names after titles and after words that announce them, places and occupations.

use super::Private;
use super::addressed::{addressed, related};
use super::places::place;
use crate::text::{Gap, Kind, Sentence, Tokens};
use crate::types::EntityType;

/// Words that follow a title or "patient" and are no name.
const NO_NAME: &[&str] = &[
    "a",
    "an",
    "and",
    "at",
    "by",
    "complains",
    "denies",
    "doctor",
    "for",
    "had",
    "has",
    "he",
    "in",
    "is",
    "it",
    "no",
    "not",
    "of",
    "on",
    "or",
    "presents",
    "reports",
    "said",
    "says",
    "she",
    "states",
    "that",
    "the",
    "this",
    "to",
    "today",
    "was",
    "were",
    "who",
    "will",
    "with",
    "patient",
    "came",
    "we",
    "i",
    "you",
    "your",
    "my",
    "her",
    "his",
    "pain",
    "take",
    "took",
    "give",
    "saw",
    "aged",
    "age",
    "please",
    "also",
];

/// What is a profession behind "a" or "works as".
pub(super) const OCCUPATIONS: &[&str] = &[
    "accountant",
    "carpenter",
    "clerk",
    "cook",
    "driver",
    "electrician",
    "engineer",
    "farmer",
    "homemaker",
    "housewife",
    "labourer",
    "laborer",
    "lawyer",
    "mechanic",
    "nurse",
    "plumber",
    "policeman",
    "shopkeeper",
    "student",
    "tailor",
    "teacher",
    "waiter",
];

pub(super) fn find(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    titled(tokens, sentence, at, is_term)
        .or_else(|| announced(tokens, sentence, at, is_term))
        .or_else(|| introduced(tokens, sentence, at, is_term))
        .or_else(|| addressed(tokens, sentence, at, is_term))
        .or_else(|| related(tokens, sentence, at, is_term))
        .or_else(|| place(tokens, sentence, at, is_term))
        .or_else(|| occupation(tokens, at))
}

/// "Mr. Sharma", "Dr Anita Rao", "Smt. Lakshmi Devi".
fn titled(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    let title = matches!(
        tokens.lower(at),
        "mr" | "mrs"
            | "ms"
            | "dr"
            | "miss"
            | "smt"
            | "shri"
            | "sri"
            | "prof"
            | "master"
            | "doctor"
            | "mister"
            | "baby"
    );
    if !title {
        return None;
    }
    // Titles that are also words need a capital behind them; "MR" is also an image.
    let strict = matches!(
        tokens.lower(at),
        "miss" | "doctor" | "master" | "baby" | "sri"
    ) || tokens.is_upper(at);
    if tokens.gap(at + 1).has(Gap::COLON) {
        return None;
    }
    // "Baby of Kavita Joshi" is the newborn's whole name.
    if tokens.lower(at) == "baby" && tokens.lower(at + 1) == "of" {
        return name(tokens, sentence, at + 2, true, is_term).map(|end| Private {
            first: at,
            end,
            kind: EntityType::Name,
            score: 0.9,
        });
    }
    name(tokens, sentence, at + 1, strict, is_term).map(|end| Private {
        first: at + 1,
        end,
        kind: EntityType::Name,
        score: 0.96,
    })
}

/// "patient name is Asha Verma", "my name is ...", "name: ...", "patient Asha Verma".
fn announced(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    let first = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("name", "is") => at + 2,
        ("name" | "named", _) => at + 1,
        ("patient", _) if two_capitals(tokens, at + 1) => at + 1,
        _ => return None,
    };
    name(tokens, sentence, first, tokens.lower(at) != "name", is_term).map(|end| Private {
        first,
        end,
        kind: EntityType::Name,
        score: 0.9,
    })
}

/// Two capitalised words side by side and no heading ("Patient Instructions:").
fn two_capitals(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is_capitalised(at)
        && tokens.is_capitalised(at + 1)
        && tokens.gap(at + 1).only(Gap::SPACE)
        && !tokens.gap(at + 2).has(Gap::COLON)
}

/// "Asha Verma is a 45-year-old woman", "Asha Verma, 45 F".
fn introduced(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    if at != sentence.first || !tokens.is_capitalised(at) || !tokens.is_capitalised(at + 1) {
        return None;
    }
    let end = name(tokens, sentence, at, true, is_term).filter(|end| *end >= at + 2)?;
    let is = usize::from(matches!(tokens.lower(end), "is" | "a"));
    let a = usize::from(matches!(tokens.lower(end + is), "a" | "an"));
    let age = end + is + a;
    let comma = tokens.gap(age).has(Gap::COMMA) || is > 0;
    (tokens.is_number(age) && comma).then_some(Private {
        first: at,
        end,
        kind: EntityType::Name,
        score: 0.85,
    })
}

/// One past the last word of a name of up to three words.
pub(super) fn name(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    first: usize,
    strict: bool,
    is_term: &impl Fn(usize) -> bool,
) -> Option<usize> {
    let mut end = first;
    while end < sentence.end && end < first + 4 {
        let word = tokens.lower(end);
        let token = tokens.at(end);
        let close = (end == first
            && tokens
                .gap(end)
                .only(Gap::SPACE.or(Gap::PERIOD).or(Gap::COLON)))
            || tokens.gap(end).only(Gap::SPACE.or(Gap::HYPHEN))
            || tokens.gap(end).only(Gap::APOSTROPHE)
            || initial(tokens, end);
        let capital = tokens.is_capitalised(end);
        let fits = token.kind == Kind::Word
            && close
            && !NO_NAME.contains(&word)
            && (!is_term(end) || capital && end > first);
        if !fits || (strict && !capital) || (end > first && !capital) {
            break;
        }
        end += 1;
    }
    (end > first).then_some(end)
}

/// "K. Rao": a full stop after an initial.
fn initial(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.gap(at).only(Gap::SPACE.or(Gap::PERIOD)) && tokens.lower(at - 1).len() == 1
}

/// "works as a teacher", "is a farmer".
fn occupation(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let lead = matches!(
        tokens.lower(at.wrapping_sub(1)),
        "a" | "an" | "as" | "school" | "retired"
    );
    (at > 0 && lead && OCCUPATIONS.contains(&tokens.lower(at))).then_some(Private {
        first: at,
        end: at + 1,
        kind: EntityType::Profession,
        score: 0.8,
    })
}
