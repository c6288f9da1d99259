//! Frequencies that share out: "in two divided doses", "five days a week".

use super::numbers::number;
use super::timing::{Period, Timing};
use crate::text::{Gap, Tokens};

/// "five days a week": not a duration, and too little to compute with.
pub(super) fn days_a_week(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let found = number(tokens, first).filter(|n| n.value <= 31.0)?;
    if tokens.lower(found.end) != "days" || !tokens.joined(found.end) {
        return None;
    }
    let in_words = |end: usize| {
        let timing = Timing {
            in_words: true,
            ..Timing::default()
        };
        (end, timing)
    };
    let slash = found.end + 1;
    if tokens.gap(slash).has(Gap::SLASH) && matches!(tokens.lower(slash), "week" | "wk" | "month") {
        return Some(in_words(slash + 1));
    }
    let at = found.end + 1 + usize::from(tokens.lower(found.end + 1) == "in");
    let per = matches!(tokens.lower(at), "a" | "per" | "each" | "every");
    let whole = matches!(tokens.lower(at + 1), "week" | "month") && tokens.joined(at);
    (per && whole).then(|| in_words(at + 2))
}

/// "in two divided doses": the amount said before is that of the day.
pub(super) fn divided(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let at = match (tokens.lower(first), tokens.lower(first + 1)) {
        ("in", _) => first + 1,
        ("divided", "into" | "in") => first + 2,
        _ => return None,
    };
    let found = number(tokens, at);
    let next = found.map_or(at, |n| n.end);
    let divided = usize::from(matches!(tokens.lower(next), "divided" | "equal"));
    if divided == 0 && (at == first + 1 || found.is_none()) {
        return None;
    }
    let end = next + divided;
    (matches!(tokens.lower(end), "dose" | "doses") && tokens.joined(end)).then(|| {
        (
            end + 1,
            Timing {
                times: found.map(|n| (n.value, Period::Day)),
                times_to: found.and_then(|n| n.high),
                divided: true,
                ..Timing::default()
            },
        )
    })
}
