//! "One and a half", and where the half is a dose of its own: "aspirin 75 and a half tablet".

use super::fractions::{fraction_sign, skip_article};
use super::numbers::Number;
use super::{forms, units};
use crate::text::{Gap, Tokens};

/// So many pieces and a half are taken at a time; a larger number before "half tablet" is a
/// strength.
const USUAL_AND_A_HALF: f64 = 4.0;

/// The same before "half tablets", which tells that the number counts tablets too.
const MOST_AND_A_HALF: f64 = 10.0;

/// Adds "and a half", "and half" where it belongs to the number. `None` where nobody can tell
/// what it is a half of: "a million and a half".
pub(super) fn with_half(tokens: &Tokens<'_>, number: Number) -> Option<Number> {
    let Some((part, end)) = and_half(tokens, number.end) else {
        return Some(number);
    };
    // "3.125 and a half tablet": what has a fraction is a strength.
    if number.value.fract() != 0.0 {
        return Some(number);
    }
    let counted = is_counted(tokens, end);
    if multiplies(tokens, number.end) {
        return counted.then_some(number);
    }
    let most = if is_plural(tokens, end) {
        MOST_AND_A_HALF
    } else {
        USUAL_AND_A_HALF
    };
    if counted && number.value > most {
        return Some(number);
    }
    Some(Number {
        value: number.value + part,
        high: None,
        end,
    })
}

/// Whether token `first` lies in the half of "a million and a half", which is no half unit.
pub(super) fn half_of_many(tokens: &Tokens<'_>, first: usize) -> bool {
    [1, 2].into_iter().any(|back| {
        let and = first.wrapping_sub(back);
        tokens.lower(and) == "and"
            && multiplies(tokens, and)
            && and_half(tokens, and).is_some_and(|(_, end)| first < end && !is_counted(tokens, end))
    })
}

/// A multiplier ends at token `end`.
fn multiplies(tokens: &Tokens<'_>, end: usize) -> bool {
    matches!(
        tokens.lower(end.wrapping_sub(1)),
        "hundred" | "thousand" | "k" | "lakh" | "lakhs" | "million"
    )
}

/// "(and) a half", "and 1/2": the part and one past its end.
fn and_half(tokens: &Tokens<'_>, and: usize) -> Option<(f64, usize)> {
    if tokens.lower(and) != "and" || !tokens.joined(and) {
        return None;
    }
    let article = usize::from(matches!(tokens.lower(and + 1), "a" | "one"));
    let at = and + 1 + article;
    match tokens.lower(at) {
        "half" => Some((0.5, at + 1)),
        "quarter" => Some((0.25, at + 1)),
        "1" if article == 0
            && tokens.lower(at + 1) == "2"
            && tokens.gap(at + 1).has(Gap::SLASH) =>
        {
            Some((0.5, at + 2))
        }
        sign => Some((fraction_sign(sign)?, at + 1)),
    }
}

/// Whether what is counted by the piece stands at `index`: a tablet, a spoon.
fn is_counted(tokens: &Tokens<'_>, index: usize) -> bool {
    let at = skip_article(tokens, index);
    forms::counted(tokens, at).is_some() || units::portion_at(tokens, at)
}

/// "Tablets", "dispersible tablets", "spoons" at `index`.
fn is_plural(tokens: &Tokens<'_>, index: usize) -> bool {
    let end = forms::counted(tokens, index).map_or(index + 1, |(end, _)| end);
    tokens.lower(end - 1).ends_with('s')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::numbers::single;
    use super::super::parse_sig;
    use super::*;

    #[test]
    fn a_half_belongs_to_a_small_count_or_to_a_weight() {
        for (text, notation) in [
            ("one and a half tablets", Some("1.5")),
            ("2 and half tablet", Some("2.5")),
            ("1 and 1/2 tablets", Some("1.5")),
            ("two and a quarter", Some("2.25")),
            ("twelve and a half mg", Some("12.5")),
            ("62 and a half mcg", Some("62.5")),
            ("seven and a half ml", Some("7.5")),
            ("five and a half tablets", Some("5.5")),
            ("five and a half dispersible tablets", Some("5.5")),
            ("five and a half tablet", Some("5")),
            ("75 and a half tablets", Some("75")),
            ("75 and a half tablet", Some("75")),
            ("3.125 and a half tablet", Some("3.125")),
            ("0.25 and half tablet", Some("0.25")),
            ("2.5 and a half tablets", Some("2.5")),
            ("two point five and a half tablet", Some("2.5")),
            ("0.25 and half at night", Some("0.25")),
            ("40 and half a tablet", Some("40")),
            ("25 and 1/2 tablet", Some("25")),
            ("250 and half spoon", Some("250")),
            ("five hundred and a half tablet", Some("500")),
            ("a thousand and a half", None),
            ("five million and a half units", None),
            ("60K and a half", None),
        ] {
            let found = single(&Tokens::new(text), 0).map(|number| number.notation());
            assert_eq!(found.as_deref(), notation, "{text}");
        }
    }

    #[test]
    fn a_half_million_is_no_half_unit() {
        for text in [
            "a million and a half units",
            "a million and one half units",
            "five million and 1/2 units",
        ] {
            assert_eq!(parse_sig(text).dose, None, "{text}");
        }
        let sig = parse_sig("75 mg and a half tablet daily");
        assert_eq!(sig.dose.as_deref(), Some("0.5 tablet"));
        assert_eq!(sig.strength.as_deref(), Some("75 mg"));
    }

    #[test]
    fn a_strength_with_a_fraction_keeps_the_half_tablet_apart() {
        use super::super::PieceKind::{Count, Portion};
        use super::super::pieces;
        for text in [
            "3.125 and a half tablet twice daily",
            "0.25 and half tablet at night",
            "2.5 and a half tablet",
        ] {
            let tokens = Tokens::new(text);
            let found = pieces(&tokens, 0, tokens.len(), |_| false);
            let dose = found
                .iter()
                .find(|piece| matches!(piece.kind, Count | Portion))
                .and_then(|piece| piece.normalized.as_deref());
            assert_eq!(dose, Some("0.5 tablet"), "{text}: {found:?}");
        }
    }
}
