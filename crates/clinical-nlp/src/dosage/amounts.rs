//! How much: "500 mg", "ten milligrams", "250 mg/5 ml", "half a tablet", "2 puffs", "1 %".

use std::sync::LazyLock;

use super::forms;
use super::numbers::{Number, number, single};
use super::units::{Measure, UNITS, Unit};
use super::{Piece, PieceKind};
use crate::text::{Gap, Phrases, Tokens};

/// So many pieces are taken at a time at most.
const MOST_PIECES: f64 = 20.0;

/// Fewer units than these are counted off a pen or syringe.
const MOST_UNITS: f64 = 400.0;

/// Amount that starts at token `first`; a counted form gives two pieces.
pub(super) fn amount(tokens: &Tokens<'_>, first: usize, pieces: &mut Vec<Piece>) -> Option<usize> {
    if let Some(end) = in_words(tokens, first, pieces).or_else(|| ratio(tokens, first, pieces)) {
        return Some(end);
    }
    let quantity = quantity(tokens, first)?;
    let at = quantity.end;
    if !tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN)) || at >= tokens.len() {
        return None;
    }
    if let Some((end, unit)) = UNITS.longest(tokens, at) {
        return measured(tokens, first, quantity, end, unit, pieces);
    }
    if let Some(form) = of_a_strength(tokens, at).filter(|_| quantity.value <= 10.0) {
        pieces.push(Piece {
            kind: PieceKind::Count,
            first,
            end: at,
            normalized: Some(format!("{} {form}", quantity.notation())),
        });
        return Some(at);
    }
    let (end, form) = forms::counted(tokens, at)?;
    // "Foracort 200 rotacaps": what the product contains, or how many are dispensed.
    if quantity.value > most(form) {
        return None;
    }
    // "Eight tablets in all" is what is dispensed.
    let dispensed = dispenses(tokens, first, end);
    // "half a tablet": the article is no part of the number.
    let said = (first + 1..quantity.end)
        .rev()
        .find(|at| !matches!(tokens.lower(*at), "a" | "an" | "of" | "the"))
        .map_or(first + 1, |last| last + 1);
    let article = matches!(tokens.lower(first), "a" | "an");
    if dispensed || article {
        pieces.push(Piece {
            kind: PieceKind::Form,
            first: at,
            end,
            normalized: Some(form.to_owned()),
        });
        return Some(end);
    }
    pieces.push(Piece {
        kind: PieceKind::Count,
        first,
        end: said,
        normalized: Some(format!("{} {form}", quantity.notation())),
    });
    pieces.push(Piece {
        kind: PieceKind::Form,
        first: at,
        end,
        normalized: Some(form.to_owned()),
    });
    Some(end)
}

/// So many pieces of a form are taken at a time at most: "tiotropium 18 rotacap" is a strength.
fn most(form: &str) -> f64 {
    match form {
        "rotacap" | "respule" | "nebule" | "patch" | "suppository" | "pessary" => 4.0,
        _ => MOST_PIECES,
    }
}

/// The form in "(two) 500 mg tablets".
fn of_a_strength(tokens: &Tokens<'_>, at: usize) -> Option<&'static str> {
    let strength = single(tokens, at)?;
    let (end, (_, measure)) = UNITS.longest(tokens, strength.end)?;
    let (_, form) = forms::counted(tokens, end)?;
    let joined = tokens.joined(strength.end) && tokens.joined(end);
    (joined && measure == Measure::Mass).then_some(form)
}

/// "a thin layer", "a pea-sized amount": how much, without a number.
fn in_words(tokens: &Tokens<'_>, first: usize, pieces: &mut Vec<Piece>) -> Option<usize> {
    let (end, ()) = IN_WORDS.longest(tokens, first)?;
    pieces.push(Piece {
        kind: PieceKind::Portion,
        first,
        end,
        normalized: None,
    });
    Some(end)
}

/// "1:1000": one gram in so many millilitres.
fn ratio(tokens: &Tokens<'_>, first: usize, pieces: &mut Vec<Piece>) -> Option<usize> {
    let gap = tokens.gap(first + 1);
    let below = tokens.lower(first + 1).replace(',', "");
    let written = tokens.lower(first) == "1"
        && !gap.is_empty()
        && gap.only(Gap::COLON)
        && matches!(below.as_str(), "100" | "1000" | "10000" | "100000");
    written.then(|| {
        pieces.push(Piece {
            kind: PieceKind::Concentration,
            first,
            end: first + 2,
            normalized: Some(format!("1:{below}")),
        });
        first + 2
    })
}

/// "dispense 10 tablets", "10 tablets in all", "total 10 tablets".
fn dispenses(tokens: &Tokens<'_>, first: usize, end: usize) -> bool {
    let before = tokens.lower(first.wrapping_sub(1));
    matches!(
        before,
        "dispense" | "quantity" | "qty" | "total" | "issue" | "supply"
    ) || matches!(
        (tokens.lower(end), tokens.lower(end + 1)),
        ("in", "all" | "total") | ("total" | "altogether" | "dispensed", _)
    ) || (before == "of"
        && matches!(
            tokens.lower(first.wrapping_sub(2)),
            "total" | "quantity" | "strip"
        ))
}

/// A number, or "a"/"an" before a portion or a form.
fn quantity(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    if let Some(found) = number(tokens, first) {
        // "from 5 to 10 mg": the first is what it was.
        if found.high.is_some() && tokens.lower(first.wrapping_sub(1)) == "from" {
            return None;
        }
        return Some(found);
    }
    if !matches!(tokens.lower(first), "a" | "an") {
        return None;
    }
    let portion = UNITS
        .longest(tokens, first + 1)
        .is_some_and(|(_, (_, m))| m == Measure::Portion);
    let counted = forms::counted(tokens, first + 1).is_some();
    (portion || counted).then_some(Number {
        value: 1.0,
        high: None,
        end: first + 1,
    })
}

pub(super) static IN_WORDS: LazyLock<Phrases<()>> = LazyLock::new(|| {
    let mut list = Vec::new();
    for size in ["thin", "small", "thick"] {
        for thing in ["layer", "film", "amount", "quantity", "smear"] {
            list.push((format!("{size} {thing}"), ()));
        }
    }
    for size in ["pea", "rice grain"] {
        for thing in ["amount", "quantity", "drop"] {
            list.push((format!("{size} sized {thing}"), ()));
            list.push((format!("{size} size {thing}"), ()));
        }
    }
    Phrases::new(list)
});

fn measured(
    tokens: &Tokens<'_>,
    first: usize,
    quantity: Number,
    end: usize,
    (name, measure): Unit,
    pieces: &mut Vec<Piece>,
) -> Option<usize> {
    // "40 U/L" is a value of the blood.
    if tokens.lower(end - 1) == "u" && tokens.gap(end).has(Gap::SLASH) && tokens.lower(end) != "kg"
    {
        return None;
    }
    let (quantity, end) = up_to(tokens, first, quantity, end, name);
    let mut normalized = format!("{} {name}", quantity.notation());
    let mut kind = match measure {
        Measure::Mass => PieceKind::Mass,
        // "60K units" of a vitamin are its activity; of insulin so many are never taken.
        Measure::Portion if name == "unit" && quantity.value >= MOST_UNITS => PieceKind::Mass,
        Measure::Percent => PieceKind::Concentration,
        Measure::Volume | Measure::Portion => PieceKind::Portion,
    };
    let mut last = end;
    // "in 100 ml of saline", "in one litre of water": what it is dissolved in.
    if measure == Measure::Volume
        && matches!(tokens.lower(first.wrapping_sub(1)), "in" | "into" | "with")
    {
        return None;
    }
    if let Some((after, denominator, weight)) = per(tokens, end) {
        normalized = format!("{normalized}/{denominator}");
        kind = match kind {
            // "15 mg per kg" is what is taken; "250 mg per 5 ml" is what the bottle holds;
            // "80 ml per hour" is how fast it runs.
            _ if denominator.ends_with("hour") || denominator.ends_with("minute") => {
                PieceKind::Rate
            }
            PieceKind::Mass if !weight => PieceKind::Concentration,
            PieceKind::Mass => PieceKind::Portion,
            // "100 units/ml"
            PieceKind::Portion if !weight && denominator.ends_with("ml") => {
                PieceKind::Concentration
            }
            other => other,
        };
        last = after;
        // "mg/kg/day", "per kg per dose"
        if weight && let Some((after, unit)) = per_time(tokens, last) {
            normalized = format!("{normalized}/{unit}");
            last = after;
        }
    }
    // "500 mg + 125 mg": the strengths of a combination.
    if kind == PieceKind::Mass
        && tokens.lower(last) == "+"
        && let Some(more) = single(tokens, last + 1)
        && let Some((after, (unit, Measure::Mass))) = UNITS.longest(tokens, more.end)
    {
        normalized = format!("{normalized} + {} {unit}", more.notation());
        (kind, last) = (PieceKind::Concentration, after);
    }
    pieces.push(Piece {
        kind,
        first,
        end: last,
        normalized: Some(normalized),
    });
    Some(last)
}

/// Words of a change, after which "5 mg to 10 mg" is what it was and what it will be.
const CHANGES: &[&str] = &[
    "bring",
    "change",
    "changed",
    "decrease",
    "decreased",
    "down",
    "from",
    "increase",
    "increased",
    "lower",
    "raise",
    "raised",
    "reduce",
    "reduced",
    "step",
    "switch",
    "taper",
    "titrate",
    "up",
];

/// "5 mg to 10 mg", "2 ml-3 ml": a range with its unit said twice.
fn up_to(
    tokens: &Tokens<'_>,
    first: usize,
    quantity: Number,
    end: usize,
    unit: &str,
) -> (Number, usize) {
    let found = || {
        let start = match tokens.lower(end) {
            "or" => end + 1,
            "to" if !is_change(tokens, first) => end + 1,
            _ if tokens.is_number(end) && tokens.gap(end).has(Gap::HYPHEN) => end,
            _ => return None,
        };
        let high = single(tokens, start).filter(|high| high.value > quantity.value)?;
        let (after, (other, _)) = UNITS.longest(tokens, high.end)?;
        let joined = tokens.joined(end) && tokens.joined(start) && tokens.joined(high.end);
        (joined && other == unit && quantity.high.is_none()).then_some((high.value, after))
    };
    match found() {
        Some((high, after)) => (
            Number {
                high: Some(high),
                ..quantity
            },
            after,
        ),
        None => (quantity, end),
    }
}

/// Whether one of the eight words before, in the same clause, speaks of a change.
pub(super) fn is_change(tokens: &Tokens<'_>, first: usize) -> bool {
    let near = Gap::SPACE.or(Gap::HYPHEN);
    let mut at = first;
    while at > 0 && first - at < 8 && tokens.gap(at).only(near) {
        at -= 1;
        if CHANGES.contains(&tokens.lower(at)) {
            return true;
        }
    }
    false
}

/// "/day", "per dose" behind an amount by weight.
fn per_time(tokens: &Tokens<'_>, at: usize) -> Option<(usize, &'static str)> {
    let at = if tokens.gap(at).has(Gap::SLASH) {
        at
    } else if tokens.joined(at) && matches!(tokens.lower(at), "per" | "a") {
        at + 1
    } else {
        return None;
    };
    let unit = match tokens.lower(at) {
        "day" | "d" => "day",
        "dose" => "dose",
        "hour" | "hr" | "h" => "hour",
        "minute" | "min" => "minute",
        "week" | "wk" => "week",
        _ => return None,
    };
    Some((at + 1, unit))
}

/// "/5 ml", "per kg": end, notation, and whether it is by body weight.
fn per(tokens: &Tokens<'_>, at: usize) -> Option<(usize, String, bool)> {
    let slash = tokens.gap(at).has(Gap::SLASH);
    let at = if slash {
        at
    } else if tokens.joined(at)
        && (tokens.lower(at) == "per" || tokens.lower(at) == "in" && tokens.is_number(at + 1))
    {
        at + 1
    } else {
        return None;
    };
    match tokens.lower(at) {
        "kg" | "kilogram" | "kilo" => {
            let body = tokens.lower(at + 1) == "body" && tokens.lower(at + 2) == "weight";
            return Some((at + 1 + 2 * usize::from(body), "kg".to_owned(), true));
        }
        "m2" | "m\u{b2}" => return Some((at + 1, "m2".to_owned(), true)),
        "square" if matches!(tokens.lower(at + 1), "meter" | "metre") => {
            return Some((at + 2, "m2".to_owned(), true));
        }
        "hour" | "hr" | "h" => return Some((at + 1, "hour".to_owned(), false)),
        "minute" | "min" => return Some((at + 1, "minute".to_owned(), false)),
        "tablet" | "capsule" | "puff" | "dose" => {
            return Some((at + 1, tokens.lower(at).to_owned(), false));
        }
        _ => {}
    }
    let (count, unit_at) = match single(tokens, at) {
        Some(found) => (format!("{} ", found.notation()), found.end),
        None => (String::new(), at),
    };
    let (end, (name, measure)) = UNITS.longest(tokens, unit_at)?;
    // "200 mg in 100 ml" is an infusion: the bottle of a syrup says 5 ml, not more than 15.
    let diluted = tokens.lower(at - 1) == "in"
        && single(tokens, at).is_some_and(|found| found.value > 15.0 || name == "l");
    (matches!(measure, Measure::Volume | Measure::Mass) && !diluted)
        .then(|| (end, format!("{count}{name}"), false))
}
