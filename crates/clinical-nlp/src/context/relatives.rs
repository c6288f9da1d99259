//! What is said of the patient's relatives.

use super::cues::Cue;
use super::scope::{Found, Scope, start_of_scope};
use crate::text::{Gap, Sentence, Tokens};

/// "mother had breast cancer", "diabetes in his father": not "brought by her mother".
pub(super) fn relative_scope(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    found: &[Found],
    index: usize,
) -> Option<Scope> {
    let cue = found[index];
    let next = tokens.lower(cue.end);
    let tells = matches!(
        next,
        "has"
            | "have"
            | "had"
            | "was"
            | "is"
            | "were"
            | "with"
            | "died"
            | "dies"
            | "suffers"
            | "suffered"
            | "passed"
            | "also"
            | "who"
            | "diagnosed"
            | "and"
            | "both"
            | "takes"
            | "got"
            | "developed"
    );
    let reports = matches!(
        tokens.lower(cue.end + 1),
        "worried" | "concerned" | "noticed" | "noted" | "told" | "here"
    );
    let mut before = cue.first;
    while before > sentence.first
        && matches!(
            tokens.lower(before - 1),
            "his" | "her" | "my" | "the" | "their" | "both" | "and"
        )
    {
        before -= 1;
    }
    let link = tokens.lower(before.wrapping_sub(1));
    if matches!(link, "in" | "of") && before > sentence.first {
        let from = start_of_scope(tokens, sentence, found, index, 10);
        return Some(Scope {
            cue: Cue::Relative,
            from,
            to: cue.first,
            first: cue.first,
            end: cue.end,
        });
    }
    if !tells || reports || matches!(link, "by" | "with" | "from" | "to") {
        return None;
    }
    let to = end_of_relative(tokens, sentence, found, index);
    Some(Scope {
        cue: Cue::Relative,
        from: cue.end,
        to,
        first: cue.first,
        end: cue.end,
    })
}

fn end_of_relative(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    found: &[Found],
    index: usize,
) -> usize {
    let cue = found[index];
    let stop = sentence.end.min(cue.end + 20);
    (cue.end..stop)
        .find(|at| {
            let ended = found[index + 1..]
                .iter()
                .any(|e| e.first == *at && e.cue == Cue::Ends);
            let patient = matches!(tokens.lower(*at), "patient" | "he" | "she" | "i")
                && tokens.gap(*at).has(Gap::COMMA.or(Gap::SPACE))
                && *at > cue.end + 1
                && (tokens.gap(*at).has(Gap::COMMA)
                    || tokens.lower(at - 1) == "and"
                    || tokens.lower(at - 1) == "the");
            ended || patient
        })
        .unwrap_or(stop)
}
