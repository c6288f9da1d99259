//! Questions and their answers: "Any fever? No." negates the fever.

use crate::text::{Gap, Sentence, Tokens};

/// How the question that a sentence asks was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The sentence is no question.
    Statement,
    Yes,
    No,
    /// A question without an answer that we understand.
    Open,
}

const SPEAKERS: &[&str] = &[
    "doctor",
    "patient",
    "dr",
    "pt",
    "physician",
    "nurse",
    "speaker",
    "clinician",
];

/// For every sentence.
pub(crate) fn answers(tokens: &Tokens<'_>, sentences: &[Sentence]) -> Vec<Answer> {
    sentences
        .iter()
        .enumerate()
        .map(|(index, sentence)| {
            if !is_question(tokens, sentence) {
                return Answer::Statement;
            }
            sentences[index + 1..]
                .iter()
                .take(2)
                .find_map(|next| reply(tokens, next))
                .unwrap_or(Answer::Open)
        })
        .collect()
}

fn is_question(tokens: &Tokens<'_>, sentence: &Sentence) -> bool {
    if !sentence.question {
        return false;
    }
    // "It hurts, okay?" asks for nothing but attention.
    let last = tokens.lower(sentence.end - 1);
    !matches!(last, "okay" | "ok" | "right" | "alright") || sentence.end - sentence.first == 1
}

fn reply(tokens: &Tokens<'_>, sentence: &Sentence) -> Option<Answer> {
    let first = after_speaker(tokens, sentence);
    let mut at = first;
    while matches!(
        tokens.lower(at),
        "um" | "uh" | "hmm" | "well" | "so" | "oh" | "okay" | "ok" | "and" | "but"
    ) && at < sentence.end
    {
        at += 1;
    }
    if at >= sentence.end {
        return None;
    }
    Some(match tokens.lower(at) {
        "no" | "nope" | "nah" | "never" | "none" | "neither" | "negative" | "nothing" => Answer::No,
        "not"
            if matches!(
                tokens.lower(at + 1),
                "really" | "at" | "that" | "any" | "anymore" | "recently"
            ) =>
        {
            Answer::No
        }
        "yes" | "yeah" | "yep" | "yup" | "sure" | "correct" | "definitely" | "absolutely"
        | "mhm" => Answer::Yes,
        "i" | "he" | "she" if denies(tokens, at + 1) => Answer::No,
        "i" | "he" | "she"
            if matches!(
                tokens.lower(at + 1),
                "do" | "does" | "have" | "has" | "did" | "am"
            ) =>
        {
            Answer::Yes
        }
        _ if sentence.question => return None,
        _ => Answer::Open,
    })
}

fn denies(tokens: &Tokens<'_>, at: usize) -> bool {
    match tokens.lower(at) {
        "don" | "doesn" | "didn" | "haven" | "hasn" => tokens.lower(at + 1) == "t",
        "denies" | "denied" => true,
        _ => false,
    }
}

/// The first token after a label such as "[patient]" or "Doctor:".
pub(super) fn after_speaker(tokens: &Tokens<'_>, sentence: &Sentence) -> usize {
    let label = SPEAKERS.contains(&tokens.lower(sentence.first))
        && tokens
            .gap(sentence.first + 1)
            .has(Gap::BRACKET.or(Gap::COLON));
    sentence.first + usize::from(label)
}

/// A "no" that answers and denies nothing by itself: "No, I've had a cough."
pub(super) fn is_reply_particle(tokens: &Tokens<'_>, sentence: &Sentence, at: usize) -> bool {
    let start = after_speaker(tokens, sentence);
    if at != start || !matches!(tokens.lower(at), "no" | "not") {
        return false;
    }
    let comma = tokens.gap(at + 1).has(Gap::COMMA.or(Gap::PERIOD));
    let next = tokens.lower(at + 1);
    comma
        && matches!(
            next,
            "i" | "he"
                | "she"
                | "it"
                | "they"
                | "we"
                | "but"
                | "not"
                | "nothing"
                | "just"
                | "only"
                | "that"
                | "this"
                | "the"
                | "there"
                | "you"
                | "my"
                | "his"
                | "her"
                | "um"
                | "uh"
        )
}
