//! A prescription line on its own, as structure.

use serde::Serialize;

use super::duration::length;
use super::frequency::frequency;
use super::timing::{Period, Timing};
use super::{Piece, PieceKind, pieces};
use crate::text::Tokens;

/// What a line such as "one tablet twice a day after food for 5 days" says.
/// What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Sig {
    /// How much at a time: "1 tablet", "10 ml", "500 mg".
    pub dose: Option<String>,
    /// What the product contains: "250 mg/5 ml".
    pub strength: Option<String>,
    /// "tablet", "syrup" ...
    pub form: Option<String>,
    /// "oral", "topical" ...
    pub route: Option<String>,
    /// How often and when.
    pub timing: Option<Timing>,
    /// Days of treatment, when the line states days or weeks and no range.
    pub duration_days: Option<f64>,
    /// The duration in one notation: "14 days", "2 months".
    pub duration: Option<String>,
}

/// Reads a prescription line without the medicine's name.
#[must_use]
pub fn parse_sig(text: &str) -> Sig {
    let tokens = Tokens::new(text);
    let found = pieces(&tokens, 0, tokens.len(), |_| false);
    let first = |kinds: &[PieceKind]| {
        found
            .iter()
            .find(|piece| kinds.contains(&piece.kind))
            .and_then(|piece| piece.normalized.clone())
    };
    let portion = first(&[PieceKind::Count, PieceKind::Portion]);
    let mass = first(&[PieceKind::Mass]);
    let concentration = first(&[PieceKind::Concentration]);
    let (dose, strength) = match portion {
        Some(portion) => (Some(portion), concentration.or(mass)),
        None => (mass, concentration),
    };
    Sig {
        dose,
        strength,
        form: first(&[PieceKind::Form]),
        route: first(&[PieceKind::Route]),
        timing: timing(&tokens, &found),
        duration_days: days(&tokens, &found),
        duration: first(&[PieceKind::Duration]),
    }
}

fn timing(tokens: &Tokens<'_>, found: &[Piece]) -> Option<Timing> {
    let mut whole = Timing::default();
    for piece in found
        .iter()
        .filter(|piece| piece.kind == PieceKind::Frequency)
    {
        if let Some((_, timing)) = frequency(tokens, piece.first, tokens.len()) {
            whole.merge(&timing);
        }
    }
    (!whole.is_empty()).then_some(whole)
}

fn days(tokens: &Tokens<'_>, found: &[Piece]) -> Option<f64> {
    let piece = found
        .iter()
        .find(|piece| piece.kind == PieceKind::Duration)?;
    let length = (piece.first..piece.end).find_map(|at| length(tokens, at))?;
    match (length.high, length.period) {
        (None, Period::Day) => Some(length.low),
        (None, Period::Week) => Some(length.low * 7.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn figures_that_no_prescription_has_are_no_numbers() {
        let digits = "9".repeat(400);
        for line in [
            format!("for {digits} days"),
            format!("{digits} tablets daily"),
            format!("every {digits} hours"),
        ] {
            let sig = parse_sig(&line);
            assert_eq!((sig.dose, sig.duration_days), (None, None), "{line}");
        }
    }

    /// line | dose | strength | form | route | frequency | days
    const LINES: &[&str] = &[
        "one tablet twice a day after food for 5 days | 1 tablet | - | tablet | - | 2 per day; after food | 5",
        "500 mg BID | 500 mg | - | - | - | 2 per day | -",
        "1-0-1 x 7 days | - | - | - | - | 1-0-1 | 7",
        "one zero one for two weeks | - | - | - | - | 1-0-1 | 14",
        "1 0 1 after meals | - | - | - | - | 1-0-1; after food | -",
        "half a tablet at bedtime | 0.5 tablet | - | tablet | - | at bedtime | -",
        "one and a half tablets daily | 1.5 tablet | - | tablet | - | 1 per day | -",
        "10 ml three times a day | 10 ml | - | - | - | 3 per day | -",
        "250 mg/5 ml, 5 ml TDS | 5 ml | 250 mg/5 ml | - | - | 3 per day | -",
        "2 puffs every 4 to 6 hours as needed | 2 puff | - | - | - | every 4-6 hours; as needed | -",
        "1 gram IV q8h | 1 g | - | - | intravenous | every 8 hours | -",
        "SOS | - | - | - | - | as needed | -",
        "apply locally twice daily for ten days | - | - | - | topical | 2 per day | 10",
        "one tablet once a week for 8 weeks | 1 tablet | - | tablet | - | 1 per week | 56",
        "1 drop in both eyes four times a day | 1 drop | - | - | ophthalmic | 4 per day | -",
        "40 mg half an hour before breakfast | 40 mg | - | - | - | before breakfast | -",
        "six fifty mg thrice daily | 650 mg | - | - | - | 3 per day | -",
        "sixty thousand units once weekly | 60000 unit | - | - | - | 1 per week | -",
        "0-0-1 | - | - | - | - | 0-0-1 | -",
        "1-1-1-1 for 5 to 7 days | - | - | - | - | 1-1-1-1 | -",
        "on alternate days | - | - | - | - | every 2 days | -",
        "one tablet stat | 1 tablet | - | tablet | - | once | -",
        "b.i.d. p.c. | - | - | - | - | 2 per day; after food | -",
        "in the morning and at night | - | - | - | - | in the morning; at night | -",
        "8 hourly for a week | - | - | - | - | every 8 hours | 7",
        "15 mg per kg | 15 mg/kg | - | - | - | - | -",
        "once daily on an empty stomach | - | - | - | - | 1 per day; on an empty stomach | -",
        "two tablets at once and then one tablet daily | 2 tablet | - | tablet | - | 1 per day | -",
        "1% cream at night | - | 1 % | cream | - | at night | -",
        "1/2 tab h.s. | 0.5 tablet | - | tablet | - | at bedtime | -",
    ];

    #[test]
    fn lines_are_read_as_a_pharmacist_reads_them() {
        for line in LINES {
            let cells: Vec<&str> = line.split(" | ").collect();
            let sig = parse_sig(cells[0]);
            let show = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
            let found = [
                show(sig.dose),
                show(sig.strength),
                show(sig.form),
                show(sig.route),
                show(sig.timing.map(|t| t.notation())),
                show(sig.duration_days.map(|d| d.to_string())),
            ];
            assert_eq!(found.as_slice(), &cells[1..], "{}", cells[0]);
        }
    }

    #[test]
    fn doses_a_day_are_known_only_when_certain() {
        let per_day = |text| parse_sig(text).timing.and_then(|t| t.doses_per_day());
        assert_eq!(per_day("1-0-1"), Some(2.0));
        assert_eq!(per_day("every 8 hours"), Some(3.0));
        assert_eq!(per_day("at bedtime"), Some(1.0));
        assert_eq!(per_day("twice a day as needed"), None);
        assert_eq!(per_day("every 4 to 6 hours"), None);
        assert_eq!(per_day("after food"), None);
    }
}
