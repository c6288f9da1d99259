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
    let quantity = quantity(tokens, first)?;
    let at = quantity.end;
    if !tokens.gap(at).only(Gap::SPACE.or(Gap::HYPHEN)) || at >= tokens.len() {
        return None;
    }
    if let Some((end, unit)) = UNITS.longest(tokens, at) {
        return measured(tokens, first, quantity, end, unit, pieces);
    }
    let (end, form) = forms::counted(tokens, at)?;
    pieces.push(Piece {
        kind: PieceKind::Count,
        first,
        end: quantity.end,
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

/// A number, or "a"/"an" before a portion or a form.
fn quantity(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    if let Some(found) = number(tokens, first) {
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
    }
    pieces.push(Piece {
        kind,
        first,
        end: last,
        normalized: Some(normalized),
    });
    Some(last)
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
    matches!(measure, Measure::Volume | Measure::Mass)
        .then(|| (end, format!("{count}{name}"), false))
}
