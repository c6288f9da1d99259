//! The parts of the day as India writes them: "1-0-1", "½-0-½", "10-0-6", "one zero one".

use super::counting::small;
use super::numbers::single;
use super::timing::Timing;
use crate::text::{Gap, Kind, Tokens};

/// Pieces taken at one time of day; more are units of insulin.
const PIECES: f64 = 4.0;
/// Units of insulin at one time of day.
const UNITS: f64 = 60.0;

/// "1-0-1", "1 0 1", "one zero one", "half-0-half", "1-1-1-1", "0 - 0 - 1", "1+0+1".
pub(super) fn pattern(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let mut parts: Vec<f64> = Vec::new();
    let mut dashed = None;
    let mut end = first;
    let mut at = first;
    while parts.len() < 5 {
        let Some((value, after)) = part(tokens, at) else {
            break;
        };
        if !parts.is_empty() {
            let gap = tokens.gap(at);
            let dash = gap.has(Gap::HYPHEN) || at > end;
            // "1 1-0-1": what stands apart is something else.
            if !gap.only(Gap::SPACE.or(Gap::HYPHEN)) || dashed.is_some_and(|d| d != dash) {
                break;
            }
            dashed = Some(dash);
        }
        parts.push(value);
        end = after;
        at = after + usize::from(matches!(tokens.lower(after), "dash" | "hyphen" | "+"));
    }
    let dashed = dashed == Some(true);
    (plausible(tokens, first, end, &parts, dashed)).then(|| {
        (
            end,
            Timing {
                pattern: Some(parts),
                ..Timing::default()
            },
        )
    })
}

fn plausible(tokens: &Tokens<'_>, first: usize, end: usize, parts: &[f64], dashed: bool) -> bool {
    let another = tokens.gap(end).has(Gap::HYPHEN) && tokens.is_number(end);
    if !matches!(parts.len(), 3 | 4) || parts.iter().all(|part| *part == 0.0) || another {
        return false;
    }
    let zero = parts.contains(&0.0);
    if parts.iter().any(|part| *part > PIECES) {
        return dashed && (zero || matches!(tokens.lower(end), "unit" | "units" | "iu"));
    }
    // "one one one" has neither: only words that are all one or two.
    let spoken = (first..end).all(|at| tokens.at(at).kind == Kind::Word)
        && parts.iter().all(|part| (1.0..=2.0).contains(part))
        && small(tokens.lower(end)).is_none();
    dashed || zero || spoken
}

fn part(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    match tokens.lower(at) {
        "oh" | "o" | "nil" | "nought" => return Some((0.0, at + 1)),
        "half" => return Some((0.5, at + 1)),
        word => {
            if let Some(value) = small(word) {
                return (value <= 3.0).then_some((value, at + 1));
            }
        }
    }
    let figure = tokens.is_number(at) && tokens.original(at).len() <= 3;
    if figure || matches!(tokens.original(at), "\u{bd}" | "\u{bc}" | "\u{be}") {
        let found = single(tokens, at)?;
        return (found.value <= UNITS).then_some((found.value, found.end));
    }
    None
}
