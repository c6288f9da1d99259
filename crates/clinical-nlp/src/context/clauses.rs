//! Where one statement ends and the next begins.

use super::cues::Cue;
use super::scope::Found;
use crate::text::{Gap, Tokens};

/// A statement of its own begins at `at`.
pub(super) fn new_clause(tokens: &Tokens<'_>, cue: Found, at: usize) -> bool {
    let word = tokens.lower(at);
    let comma = tokens.gap(at).has(Gap::COMMA) && at > cue.end;
    let and = matches!(tokens.lower(at.wrapping_sub(1)), "and" | "who" | "which") && at > cue.end;
    let subject = matches!(
        word,
        "he" | "she" | "they" | "we" | "i" | "patient" | "who" | "which" | "it" | "you"
    );
    if (comma || and) && (subject || is_finite_verb(word) || is_participle(word)) {
        return true;
    }
    // "..., and his creatinine is": a comma before the "and" and a word that opens a noun of its own.
    let denial = matches!(cue.cue, Cue::NoNoun | Cue::Negates);
    let fresh = matches!(word, "a" | "an" | "the" | "his" | "her" | "this");
    if denial && and && fresh && tokens.gap(at - 1).has(Gap::COMMA) {
        return true;
    }
    match cue.cue {
        Cue::NoNoun | Cue::Negates
            if comma && matches!(word, "a" | "an" | "the" | "his" | "her" | "this") =>
        {
            true
        }
        Cue::NoNoun => {
            let relative = tokens.lower(at.wrapping_sub(1)) == "that";
            at > cue.end && !relative && (is_finite_verb(word) || matches!(word, "which" | "who"))
        }
        Cue::Supposes => comma && !matches!(word, "or" | "and") && tokens.lower(cue.first) == "if",
        Cue::Past => matches!(
            word,
            "now"
                | "currently"
                | "today"
                | "presents"
                | "presented"
                | "who"
                | "came"
                | "comes"
                | "admitted"
        ),
        Cue::Doubts => comma && !matches!(word, "or" | "and"),
        _ => false,
    }
}

fn is_finite_verb(word: &str) -> bool {
    matches!(
        word,
        "is" | "are"
            | "was"
            | "were"
            | "has"
            | "have"
            | "had"
            | "does"
            | "did"
            | "will"
            | "can"
            | "should"
            | "would"
            | "showed"
            | "shows"
            | "revealed"
            | "reveals"
            | "underwent"
            | "presented"
            | "presents"
            | "developed"
            | "demonstrated"
            | "remained"
            | "remains"
            | "became"
            | "started"
            | "appeared"
            | "complains"
            | "reports"
            | "says"
            | "states"
            | "takes"
            | "took"
            | "gave"
            | "received"
            | "improved"
            | "continued"
            | "continues"
    )
}

fn is_participle(word: &str) -> bool {
    matches!(
        word,
        "taking"
            | "presenting"
            | "complaining"
            | "showing"
            | "suggesting"
            | "having"
            | "confirming"
    )
}

/// What stands before the comma is a statement with its own verb.
pub(super) fn clause_verb(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|at| is_finite_verb(tokens.lower(at)))
}
