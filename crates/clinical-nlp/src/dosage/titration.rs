//! "Increasing to two after one week": a step that comes later and at a time of its own. It is
//! no dose of the present step, whose length nobody said.

use super::duration::length;
use super::frequency::{behind_amount, frequency};
use super::numbers::number;
use super::units::UNITS;
use super::{Piece, PieceKind, forms};
use crate::text::{Gap, Tokens};

/// Verbs that open such a step. What is "changed" may be corrected.
pub(super) const CHANGES: &[&str] = &[
    "decrease",
    "decreased",
    "decreasing",
    "increase",
    "increased",
    "increasing",
    "raise",
    "raised",
    "raising",
    "reduce",
    "reduced",
    "reducing",
    "taper",
    "tapered",
    "tapering",
    "titrate",
    "titrated",
    "titrating",
    "uptitrate",
    "uptitrated",
];

/// The whole step, as a timing that no program may compute with.
pub(super) fn later_step(tokens: &Tokens<'_>, first: usize, found: &[Piece]) -> Option<Piece> {
    CHANGES.binary_search(&tokens.lower(first)).ok()?;
    let opens = first == 0 || tokens.gap(first).has(Gap::PERIOD);
    if found.is_empty() && !opens {
        return None;
    }
    let mut to = first + 1;
    while to < first + 4
        && matches!(
            tokens.lower(to),
            "the" | "dose" | "it" | "gradually" | "slowly"
        )
    {
        to += 1;
    }
    let end = (tokens.lower(to) == "to").then(|| new_value(tokens, to + 1))??;
    let end = later(tokens, end)?;
    (first + 1..end)
        .all(|at| tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN)))
        .then_some(Piece {
            kind: PieceKind::Frequency,
            first,
            end,
            normalized: None,
        })
}

/// "two", "10 mg twice daily", "twice daily": one past its end.
fn new_value(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let often = |at: usize| {
        frequency(tokens, at, tokens.len())
            .map(|(piece, _)| piece.end)
            .or_else(|| behind_amount(tokens, at).map(|(end, _)| end))
    };
    if let Some(end) = often(at) {
        return Some(end);
    }
    let amount = number(tokens, at)?.end;
    let unit = UNITS.longest(tokens, amount).map(|(end, _)| end);
    let form = || forms::counted(tokens, amount).map(|(end, _)| end);
    let end = unit.or_else(form).unwrap_or(amount);
    Some(often(end).unwrap_or(end))
}

/// "after one week", "from day 8", "from next month".
fn later(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !matches!(tokens.lower(at), "after" | "from" | "in") {
        return None;
    }
    match tokens.lower(at + 1) {
        "next" if matches!(tokens.lower(at + 2), "week" | "month" | "visit") => Some(at + 3),
        "day" | "week" => number(tokens, at + 2).map(|found| found.end),
        _ => length(tokens, at + 1).map(|length| length.end),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::parse_sig;

    #[test]
    fn verbs_are_in_order() {
        assert!(super::CHANGES.is_sorted());
    }

    #[test]
    fn a_later_step_is_no_dose_of_today() {
        for text in [
            "one tablet at night, increasing to two after one week",
            "one tablet at night, increase to two tablets after 7 days",
            "one tablet at night, to be increased to one tablet twice daily from next week",
            "one tablet at night, slowly titrated to 3 tablets a day in four weeks",
            "one tablet at night, reduced to half a tablet after 2 weeks",
        ] {
            let sig = parse_sig(text);
            assert_eq!(sig.dose.as_deref(), Some("1 tablet"), "{text}");
            let timing = sig.timing.unwrap();
            assert_eq!(timing.notation(), "at night", "{text}");
            assert_eq!(timing.doses_per_day(), None, "{text}");
        }
    }
}
