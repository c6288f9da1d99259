//! The words that count.

use super::{forms, units};
use crate::text::Tokens;

/// Whether the lone figure behind the tens at `at` counts what is taken, and the tens belong
/// to the strength before it: "Pan forty one tablet" is one tablet of 40, "Crocin two forty
/// five ml" is 5 ml. A rate may be 125 ml.
pub(super) fn counts_apart(tokens: &Tokens<'_>, at: usize) -> bool {
    let what = at + 2;
    if tokens.lower(at + 1) == "one" && !tokens.lower(what).ends_with('s') {
        let counted = forms::counted(tokens, what).is_some();
        return counted || units::portion_at(tokens, what);
    }
    let hundreds = small(tokens.lower(at.wrapping_sub(1)))
        .is_some_and(|count| (1.0..10.0).contains(&count) && tokens.joined(at));
    let rate = matches!(
        tokens.lower(what + 1),
        "per" | "an" | "hourly" | "of" | "over" | "bolus"
    );
    hundreds && !rate && matches!(tokens.lower(what), "ml" | "mls")
}

/// Zero to nineteen.
pub(super) fn small(word: &str) -> Option<f64> {
    Some(match word {
        "zero" | "nought" => 0.0,
        "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "eleven" => 11.0,
        "twelve" => 12.0,
        "thirteen" => 13.0,
        "fourteen" => 14.0,
        "fifteen" => 15.0,
        "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        _ => return None,
    })
}

/// Twenty to ninety.
pub(super) fn tens(word: &str) -> Option<f64> {
    Some(match word {
        "twenty" => 20.0,
        "thirty" => 30.0,
        "forty" | "fourty" => 40.0,
        "fifty" => 50.0,
        "sixty" => 60.0,
        "seventy" => 70.0,
        "eighty" => 80.0,
        "ninety" => 90.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::numbers::single;
    use super::*;

    #[test]
    fn what_is_counted_is_no_part_of_the_strength() {
        for (text, value) in [
            ("forty one tablet", 40.0),
            ("forty one tablets", 41.0),
            ("fifty one puff", 50.0),
            ("two forty five ml", 240.0),
            ("one twenty five mg", 125.0),
            ("one twenty five ml per hour", 125.0),
        ] {
            let found = single(&Tokens::new(text), 0).map(|number| number.value);
            assert_eq!(found, Some(value), "{text}");
        }
    }
}
