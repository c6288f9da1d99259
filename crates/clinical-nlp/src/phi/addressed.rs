//! Names by whom they are said to: "Good morning, Mr. Iyer", "her son Arjun".

use super::Private;
use super::people::name;
use crate::text::{Gap, Kind, Sentence, Tokens};
use crate::types::EntityType;

/// What follows a greeting and is no name.
const NO_NAME: &[&str] = &[
    "again",
    "dr",
    "mr",
    "mrs",
    "ms",
    "all",
    "and",
    "are",
    "buddy",
    "dear",
    "doc",
    "doctor",
    "everybody",
    "everyone",
    "folks",
    "good",
    "guys",
    "hello",
    "hey",
    "how",
    "for",
    "friend",
    "great",
    "hi",
    "ma",
    "madam",
    "maam",
    "my",
    "nice",
    "nurse",
    "okay",
    "please",
    "right",
    "sir",
    "so",
    "see",
    "sweetie",
    "thank",
    "thanks",
    "that",
    "the",
    "there",
    "this",
    "today",
    "very",
    "welcome",
    "well",
    "what",
    "yeah",
    "yes",
    "you",
    "i",
    "it",
    "we",
    "no",
    "much",
    "take",
    "have",
    "bye",
    "goodbye",
    "then",
    "now",
    "everything",
    "alright",
    "mister",
    "miss",
    "uh",
    "um",
];

fn found(first: usize, end: usize) -> Option<Private> {
    Some(Private {
        first,
        end,
        kind: EntityType::Name,
        score: 0.8,
    })
}

/// "hi , martha .", "Thank you, Asha.": who is greeted, with or without a capital.
pub(super) fn addressed(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    let first = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("hi" | "hello" | "hey" | "thanks" | "bye" | "goodbye" | "namaste", _) => at + 1,
        ("good", "morning" | "afternoon" | "evening") | ("thank", "you") => at + 2,
        _ => return None,
    };
    let fits = tokens.get(first)?.kind == Kind::Word
        && first < sentence.end
        && tokens.gap(first).only(Gap::SPACE.or(Gap::COMMA))
        && tokens.lower(first).len() >= 3
        && !NO_NAME.contains(&tokens.lower(first))
        && !is_term(first);
    if !fits {
        return None;
    }
    if tokens.is_capitalised(first) {
        let end = name(tokens, sentence, first + 1, true, is_term).unwrap_or(first + 1);
        return found(first, end.min(first + 3));
    }
    let closed = tokens.gap(first + 1).has(
        Gap::PERIOD
            .or(Gap::COMMA)
            .or(Gap::QUESTION)
            .or(Gap::STOP)
            .or(Gap::LINE),
    );
    closed.then(|| found(first, first + 1)).flatten()
}

/// "her son Arjun", "his wife, Meera,", "emergency contact Rajesh".
pub(super) fn related(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    let relative = matches!(
        tokens.lower(at),
        "son"
            | "daughter"
            | "wife"
            | "husband"
            | "mother"
            | "father"
            | "brother"
            | "sister"
            | "uncle"
            | "aunt"
            | "cousin"
            | "grandson"
            | "granddaughter"
            | "neighbour"
            | "neighbor"
            | "friend"
            | "attendant"
            | "guardian"
            | "contact"
            | "spouse"
            | "partner"
            | "caregiver"
            | "niece"
            | "nephew"
    );
    let first = at + 1 + usize::from(matches!(tokens.lower(at + 1), "named" | "called"));
    let close =
        relative && tokens.gap(first).only(Gap::SPACE.or(Gap::COMMA)) && first < sentence.end;
    if !close || tokens.is_upper(first) || tokens.lower(first).len() < 3 {
        return None;
    }
    let end = name(tokens, sentence, first, true, is_term)?;
    found(first, end)
}
