//! "Up to four times a day", "not more than twice daily": how often at most, which is no
//! rate at which a medicine is taken.

use super::frequency::{counted, fixed};
use super::timing::Timing;
use crate::text::Tokens;

/// A number of times that starts at token `first` with the words of a ceiling: none up to
/// that many.
pub(super) fn at_most(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let at = lead(tokens, first)?;
    if !(first + 1..=at).all(|at| tokens.joined(at)) {
        return None;
    }
    let (end, said) = counted(tokens, at).or_else(|| fixed(tokens, at))?;
    let (count, period) = said.times?;
    let timing = Timing {
        times: Some((0.0, period)),
        times_to: said.times_to.or(Some(count)),
        ..said
    };
    Some((end, timing))
}

fn lead(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let word = |step: usize| tokens.lower(first + step);
    let length = match (word(0), word(1), word(2)) {
        ("up", "to", _) | ("at", "most", _) | ("maximum" | "max", "of", _) => 2,
        ("upto" | "maximum" | "max", ..) => 1,
        ("not" | "no", "more", "than") => 3,
        _ => return None,
    };
    Some(first + length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::parse_sig;

    #[test]
    fn a_ceiling_is_no_rate() {
        for (text, notation) in [
            ("up to four times a day", "up to 4 per day"),
            ("upto 3 times daily", "up to 3 per day"),
            ("up to three or four times a day", "up to 4 per day"),
            ("at most twice daily", "up to 2 per day"),
            ("maximum of 3 times a week", "up to 3 per week"),
            (
                "not more than twice daily after food",
                "up to 2 per day; after food",
            ),
            ("up to QID as needed", "up to 4 per day; as needed"),
        ] {
            let timing = parse_sig(text).timing.unwrap();
            assert_eq!(timing.notation(), notation, "{text}");
            assert_eq!(timing.doses_per_day(), None, "{text}");
            let repeat = timing.repeat();
            assert_eq!(
                (repeat.frequency, repeat.frequency_max),
                (None, timing.times_to),
                "{text}"
            );
        }
    }
}
