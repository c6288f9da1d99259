//! The grammar of a prescription line: dose, strength, form, route, frequency, duration.

mod amounts;
mod at_most;
mod attach;
mod clock;
mod conditional;
mod counting;
mod course;
mod divided;
mod duration;
mod every;
mod forms;
mod fractions;
mod frequency;
mod halves;
mod matters;
mod meals;
mod moments;
mod no_dose;
mod numbers;
mod open_ended;
mod patterns;
mod repeat;
mod routes;
mod sharing;
mod sig;
mod sorts;
mod spoken;
mod starts;
mod timing;
mod titration;
mod units;
mod unknown;

pub(crate) use attach::{Medication, attach};
pub use clock::Weekday;
pub use course::{Dose, Length, Part, Step, course};
pub(crate) use duration::{length, unled};
pub(crate) use numbers::{number, opens_with_point, single};
pub use repeat::Repeat;
pub use sig::{Sig, parse_sig};
pub(crate) use sorts::{attribute_types, drop_corrected, takes_back};
pub use timing::{Period, Timing, When};
pub(crate) use units::unit_at;
pub(crate) use unknown::is_link;

use crate::text::{Gap, Tokens};

/// What a piece of a line is, before it is known to which medicine it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PieceKind {
    /// "500 mg": strength of the product or dose taken.
    Mass,
    /// "250 mg/5 ml", "1 %": strength.
    Concentration,
    /// "10 ml", "2 puffs", "15 mg/kg": dose.
    Portion,
    /// "one" before "tablet": dose.
    Count,
    /// A figure right behind the name: "Telma 40".
    Bare,
    Form,
    Route,
    Frequency,
    Duration,
    Rate,
}

/// Tokens `first..end` and what they say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) kind: PieceKind,
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) normalized: Option<String>,
}

/// All pieces among the tokens `from..to`, left to right; tokens for which `taken` holds are left out.
pub(crate) fn pieces(
    tokens: &Tokens<'_>,
    from: usize,
    to: usize,
    taken: impl Fn(usize) -> bool,
) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        if taken(at) {
            at += 1;
            continue;
        }
        let before = found.len();
        let next = piece(tokens, at, to, &mut found);
        let clear = next.is_some_and(|end| end <= to && !(at..end).any(&taken));
        match next {
            Some(end) if clear => at = end,
            _ => {
                found.truncate(before);
                at += 1;
            }
        }
    }
    found
}

fn piece(tokens: &Tokens<'_>, at: usize, to: usize, found: &mut Vec<Piece>) -> Option<usize> {
    if !starts::may_start(tokens, at) {
        return None;
    }
    any_piece(tokens, at, to, found)
}

fn any_piece(tokens: &Tokens<'_>, at: usize, to: usize, found: &mut Vec<Piece>) -> Option<usize> {
    if let Some(piece) = routes::eye(tokens, at) {
        found.push(piece);
    } else if let Some((piece, _)) = frequency::frequency(tokens, at, to) {
        found.push(piece);
    } else if let Some(piece) = titration::later_step(tokens, at, found) {
        found.push(piece);
    } else if let Some(piece) = conditional::condition(tokens, at) {
        found.push(piece);
    } else if let Some(piece) = behind_amount(tokens, at, found) {
        found.push(piece);
    } else if let Some(piece) = duration::duration(tokens, at) {
        found.push(piece);
    } else if let Some(end) = amounts::amount(tokens, at, found) {
        return Some(end);
    } else if let Some(piece) = lone_count(tokens, at, to) {
        found.push(piece);
    } else if let Some(piece) = route_or_form(tokens, at) {
        found.push(piece);
    } else {
        return None;
    }
    found.last().map(|piece| piece.end)
}

/// "Oral" is a route and "oral solution" a form: the longer of the two.
fn route_or_form(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let route = routes::route(tokens, at);
    let form = forms::form(tokens, at);
    let longer = |form: &Piece| route.as_ref().is_none_or(|route| form.end > route.end);
    form.filter(longer).or(route)
}

/// "10 mg a day", "two tablets per day", "half tablet night": right behind an amount.
fn behind_amount(tokens: &Tokens<'_>, at: usize, found: &[Piece]) -> Option<Piece> {
    let amount = found.last().is_some_and(|piece| {
        piece.end == at
            && matches!(
                piece.kind,
                PieceKind::Mass | PieceKind::Count | PieceKind::Portion | PieceKind::Form
            )
    });
    if !amount || !tokens.joined(at) {
        return None;
    }
    let (end, timing) = frequency::behind_amount(tokens, at)?;
    Some(Piece {
        kind: PieceKind::Frequency,
        first: at,
        end,
        normalized: Some(timing.notation()),
    })
}

/// "one daily", "two at bedtime": how many, said without the form.
fn lone_count(tokens: &Tokens<'_>, at: usize, to: usize) -> Option<Piece> {
    let found = number(tokens, at)?;
    // "all four twice a day": how many medicines.
    if matches!(
        tokens.lower(at.wrapping_sub(1)),
        "all" | "first" | "last" | "these" | "other" | "the"
    ) {
        return None;
    }
    if frequency::pattern(tokens, found.end).is_some() {
        return None;
    }
    let daily = matches!(
        (tokens.lower(found.end), tokens.lower(found.end + 1)),
        ("a" | "per", "day")
    );
    let timed = tokens.joined(found.end)
        && (daily
            || frequency::frequency(tokens, found.end, to).is_some()
            || routes::route(tokens, found.end).is_some());
    let normalized = Some(found.notation());
    (timed && found.value <= 4.0).then_some(Piece {
        kind: PieceKind::Count,
        first: at,
        end: found.end,
        normalized,
    })
}

/// "250 slash 50", "fifty by five hundred": the same as it is said.
fn combined_aloud(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let first = single(tokens, at)?;
    let by = matches!(tokens.lower(first.end), "slash" | "by");
    let second = single(tokens, first.end + 1).filter(|second| by && second.value >= 5.0)?;
    let joined = (at + 1..second.end).all(|inner| tokens.joined(inner));
    (joined && length(tokens, first.end + 1).is_none()).then_some(second.end)
}

/// "50/500", "40/12.5": the strengths of a combination; one past its end.
fn combined(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.gap(at).only(Gap::SPACE) || !tokens.is_number(at) {
        return None;
    }
    let mut end = at + 1;
    while tokens.is_number(end) && tokens.gap(end).only(Gap::SLASH) && end - at < 3 {
        end += 1;
    }
    let unit = usize::from(unit_at(tokens, end) && tokens.joined(end));
    (end > at + 1 && !tokens.gap(end).has(Gap::SLASH)).then_some(end + unit)
}

/// A figure right behind a medicine's name that is its strength in milligrams or
/// micrograms by custom: "Telma 40", "Augmentin 625". Never read as a unit.
pub(crate) fn bare_strength(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let found = single(tokens, at)?;
    let written = || combined(tokens, at).filter(|_| found.end == at + 1);
    if let Some(end) = written().or_else(|| combined_aloud(tokens, at)) {
        return Some(Piece {
            kind: PieceKind::Bare,
            first: at,
            end,
            normalized: None,
        });
    }
    let close = tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN)) || tokens.gap(at).is_empty();
    let mut nothing = Vec::new();
    let other_reading = piece(tokens, at, tokens.len(), &mut nothing).is_some()
        || tokens.lower(found.end) == "times"
        || tokens.gap(found.end).has(Gap::SLASH)
        || length(tokens, at).is_some();
    // One or two is how many, not how strong.
    let decimal = tokens.lower(at).contains('.');
    // "Glycomet GP 1 1-0-1": what stands before a pattern is a strength, however small.
    let before_pattern = tokens.joined(found.end)
        && frequency::pattern(tokens, at).is_none()
        && frequency::pattern(tokens, found.end).is_some();
    let of_one = names_one_piece(tokens, at);
    let plausible = (decimal || before_pattern || found.value >= 5.0) && found.value <= 100_000.0;
    (close && plausible && (before_pattern || of_one || !other_reading)).then_some(Piece {
        kind: PieceKind::Bare,
        first: at,
        end: found.end,
        normalized: None,
    })
}

/// "Montair 10 tablet": the tablet is named, and the figure before it no count of a few.
fn names_one_piece(tokens: &Tokens<'_>, at: usize) -> bool {
    single(tokens, at).is_some_and(|found| {
        let one = !tokens.lower(found.end).ends_with('s');
        let countable = forms::counted(tokens, found.end).is_some();
        one && countable && tokens.joined(found.end) && found.value > 4.0
    })
}

/// Whether a line of a prescription starts at token `at`: "500 one twice daily", "one tablet",
/// "500 BD". A value is followed by none of these.
pub(crate) fn is_taken(tokens: &Tokens<'_>, at: usize) -> bool {
    let figure = bare_strength(tokens, at);
    let start = figure.as_ref().map_or(at, |figure| figure.end);
    let mut found = Vec::new();
    if !tokens.joined(start) || piece(tokens, start, tokens.len(), &mut found).is_none() {
        return false;
    }
    found.first().is_some_and(|piece| match piece.kind {
        PieceKind::Count => true,
        // "Potassium 5.2 in the morning" may be a value.
        PieceKind::Frequency => {
            let often = |said: &str| said.contains(" per day") || said.contains("-0");
            figure.is_some() && piece.normalized.as_deref().is_some_and(often)
        }
        _ => false,
    })
}

/// "Seroflo rotacaps 250", "metoprolol XL 50": the same behind a form. "Tablets 30" is how
/// many are dispensed, "tablets 500" is not.
pub(crate) fn bare_strength_behind_form(tokens: &Tokens<'_>, at: usize) -> Option<Piece> {
    let form = forms::form(tokens, at).filter(|_| tokens.joined(at))?;
    let many = single(tokens, form.end).is_some_and(|found| found.value <= 120.0);
    let dispensed = many && matches!(tokens.lower(at), "tablets" | "tabs" | "capsules" | "caps");
    bare_strength(tokens, form.end).filter(|_| !dispensed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_piece_begins_with_a_word_that_is_not_listed() {
        let texts = [
            include_str!("../../tests/gold/tune.txt"),
            include_str!("../../tests/gold/aside.txt"),
            include_str!("../../tests/dictations.txt"),
        ];
        for text in texts {
            let tokens = Tokens::new(text);
            for at in 0..tokens.len() {
                let begins = any_piece(&tokens, at, tokens.len(), &mut Vec::new()).is_some();
                let word = tokens.lower(at);
                assert!(!begins || starts::may_start(&tokens, at), "{word}");
            }
        }
    }
}
