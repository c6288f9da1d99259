//! How much: "500 mg", "ten milligrams", "250 mg/5 ml", "half a tablet", "2 puffs", "1 %".

use std::sync::LazyLock;

use super::forms;
use super::numbers::{Number, number, single};
use super::{Piece, PieceKind};
use crate::text::{Gap, Phrases, Tokens};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// Weight or activity: of the product (strength) or of what is taken.
    Mass,
    Volume,
    Percent,
    /// Drops, puffs, spoons: always what is taken.
    Portion,
}

type Unit = (&'static str, Measure);

static UNITS: LazyLock<Phrases<Unit>> = LazyLock::new(|| {
    use Measure::{Mass, Percent, Portion, Volume};
    Phrases::new([
        ("mg", ("mg", Mass)),
        ("mgs", ("mg", Mass)),
        ("milligram", ("mg", Mass)),
        ("milligrams", ("mg", Mass)),
        ("milligramme", ("mg", Mass)),
        ("mcg", ("mcg", Mass)),
        ("mcgs", ("mcg", Mass)),
        ("\u{3bc}g", ("mcg", Mass)),
        ("\u{b5}g", ("mcg", Mass)),
        ("ug", ("mcg", Mass)),
        ("microgram", ("mcg", Mass)),
        ("micrograms", ("mcg", Mass)),
        ("g", ("g", Mass)),
        ("gm", ("g", Mass)),
        ("gms", ("g", Mass)),
        ("gram", ("g", Mass)),
        ("grams", ("g", Mass)),
        ("iu", ("IU", Mass)),
        ("international unit", ("IU", Mass)),
        ("international units", ("IU", Mass)),
        ("unit", ("unit", Portion)),
        ("units", ("unit", Portion)),
        ("meq", ("mEq", Mass)),
        ("milliequivalents", ("mEq", Mass)),
        ("mmol", ("mmol", Mass)),
        ("ml", ("ml", Volume)),
        ("mls", ("ml", Volume)),
        ("milliliter", ("ml", Volume)),
        ("milliliters", ("ml", Volume)),
        ("millilitre", ("ml", Volume)),
        ("millilitres", ("ml", Volume)),
        ("cc", ("ml", Volume)),
        ("l", ("l", Volume)),
        ("liter", ("l", Volume)),
        ("liters", ("l", Volume)),
        ("litre", ("l", Volume)),
        ("litres", ("l", Volume)),
        ("%", ("%", Percent)),
        ("percent", ("%", Percent)),
        ("per cent", ("%", Percent)),
        ("drop", ("drop", Portion)),
        ("drops", ("drop", Portion)),
        ("puff", ("puff", Portion)),
        ("puffs", ("puff", Portion)),
        ("inhalation", ("inhalation", Portion)),
        ("inhalations", ("inhalation", Portion)),
        ("spray", ("spray", Portion)),
        ("sprays", ("spray", Portion)),
        ("teaspoon", ("teaspoon", Portion)),
        ("teaspoons", ("teaspoon", Portion)),
        ("teaspoonful", ("teaspoon", Portion)),
        ("teaspoonfuls", ("teaspoon", Portion)),
        ("tsp", ("teaspoon", Portion)),
        ("tablespoon", ("tablespoon", Portion)),
        ("tablespoons", ("tablespoon", Portion)),
        ("tbsp", ("tablespoon", Portion)),
        ("spoon", ("spoon", Portion)),
        ("spoons", ("spoon", Portion)),
        ("scoop", ("scoop", Portion)),
        ("scoops", ("scoop", Portion)),
        ("fingertip unit", ("fingertip unit", Portion)),
        ("fingertip units", ("fingertip unit", Portion)),
        ("application", ("application", Portion)),
        ("applications", ("application", Portion)),
        ("measure", ("measure", Portion)),
        ("actuation", ("puff", Portion)),
        ("actuations", ("puff", Portion)),
        ("spoonful", ("spoon", Portion)),
        ("spoonfuls", ("spoon", Portion)),
    ])
});

/// Whether a unit of weight, volume or share stands at `index`.
pub(crate) fn unit_at(tokens: &Tokens<'_>, index: usize) -> bool {
    UNITS
        .longest(tokens, index)
        .is_some_and(|(_, (_, measure))| measure != Measure::Portion)
}

/// Amount that starts at token `first`; a counted form gives two pieces.
pub(super) fn amount(tokens: &Tokens<'_>, first: usize, pieces: &mut Vec<Piece>) -> Option<usize> {
    if let Some(end) = in_words(tokens, first, pieces) {
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
    let (end, form) = forms::counted(tokens, at)?;
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

/// "dispense 10 tablets", "10 tablets in all", "total 10 tablets".
fn dispenses(tokens: &Tokens<'_>, first: usize, end: usize) -> bool {
    let before = tokens.lower(first.wrapping_sub(1));
    matches!(
        before,
        "dispense" | "quantity" | "qty" | "total" | "issue" | "supply"
    ) || matches!(
        (tokens.lower(end), tokens.lower(end + 1)),
        ("in", "all" | "total") | ("total", _) | ("altogether", _)
    )
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
    let mut normalized = format!("{} {name}", quantity.notation());
    let mut kind = match measure {
        Measure::Mass => PieceKind::Mass,
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
            other => other,
        };
        last = after;
        // "mg/kg/day", "per kg per dose"
        if weight && let Some((after, unit)) = per_time(tokens, last) {
            normalized = format!("{normalized}/{unit}");
            last = after;
        }
    }
    pieces.push(Piece {
        kind,
        first,
        end: last,
        normalized: Some(normalized),
    });
    Some(last)
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
        "hour" | "hr" => "hour",
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
        "kg" | "kilogram" | "kilo" => return Some((at + 1, "kg".to_owned(), true)),
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
