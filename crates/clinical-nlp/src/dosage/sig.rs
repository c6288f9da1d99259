//! A prescription line on its own, as structure.

use serde::Serialize;

use super::duration::length;
use super::frequency::{behind_amount, frequency};
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
        let said = frequency(tokens, piece.first, tokens.len()).map(|(_, timing)| timing);
        let alone = || behind_amount(tokens, piece.first).map(|(_, timing)| timing);
        match said.or_else(alone) {
            Some(timing) => whole.merge(&timing),
            // "if there is pain"
            None if piece.normalized.is_some() => whole.as_needed = true,
            None => whole.in_words = true,
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
        "1/2 a tablet OD | 0.5 tablet | - | tablet | - | 1 per day | -",
        "one half tablet at night | 0.5 tablet | - | tablet | - | at night | -",
        "half tablet night | 0.5 tablet | - | tablet | - | at night | -",
        "one tablet in the morning and evening | 1 tablet | - | tablet | - | in the morning; in the evening | -",
        "one tablet morning and night x 5 days | 1 tablet | - | tablet | - | in the morning; at night | 5",
        "once daily night | - | - | - | - | 1 per day; at night | -",
        "1+0+1 after food | - | - | - | - | 1-0-1; after food | -",
        "1-0-1 times five days | - | - | - | - | 1-0-1 | 5",
        "BD x5d | - | - | - | - | 2 per day | 5",
        "two 500 mg tablets twice a day | 2 tablet | 500 mg | tablet | - | 2 per day | -",
        "5 mg to 10 mg at bedtime | 5-10 mg | - | - | - | at bedtime | -",
        "2 point 5 mg OD | 2.5 mg | - | - | - | 1 per day | -",
        "75 mg/m2 | 75 mg/m2 | - | - | - | - | -",
        "two tsf TDS | 2 teaspoon | - | - | - | 3 per day | -",
        "10 U s/c | 10 unit | - | - | subcutaneous | - | -",
        "1 g i/v stat | 1 g | - | - | intravenous | once | -",
        "1 g once | 1 g | - | - | - | once | -",
        "one a day | 1 | - | - | - | 1 per day | -",
        "once every other day | - | - | - | - | every 2 days | -",
        "once a fortnight | - | - | - | - | every 2 weeks | -",
        "every other week | - | - | - | - | every 2 weeks | -",
        "3 monthly | - | - | - | - | every 3 months | -",
        "8 hrly | - | - | - | - | every 8 hours | -",
        "q2d | - | - | - | - | every 2 days | -",
        "10 mg if you need it | 10 mg | - | - | - | as needed | -",
        "post lunch 1 tab | 1 tablet | - | tablet | - | after lunch | -",
        "BD and SOS | - | - | - | - | 2 per day; as needed | -",
        "1 1/2 tablets OD | 1.5 tablet | - | tablet | - | 1 per day | -",
        "a hundred mg at night | 100 mg | - | - | - | at night | -",
        "10 mg per kg body weight per day | 10 mg/kg/day | - | - | - | - | -",
        "100 units/ml | - | 100 unit/ml | - | - | - | -",
        "three times after food | - | - | - | - | 3 per day; after food | -",
        "BD 5/7 | - | - | - | - | 2 per day | 5",
        "BD p.c. 5/7 | - | - | - | - | 2 per day; after food | 5",
        "one tablet at lunchtime | 1 tablet | - | tablet | - | with lunch | -",
        "one tablet on a Monday | 1 tablet | - | tablet | - | on mon | -",
        "10 mg OM | 10 mg | - | - | - | in the morning | -",
        "one applicatorful nightly | 1 applicator | - | - | - | at night | -",
        "one suppository PR stat | 1 suppository | - | suppository | rectal | once | -",
        "two drops OS qid | 2 drop | - | - | ophthalmic, left | 4 per day | -",
        "a course of ten days | - | - | - | - | - | 10",
        "1:1000 i/m | - | 1:1000 | - | intramuscular | - | -",
    ];

    #[test]
    fn words_that_look_like_a_line_are_none() {
        let nothing = Sig::default();
        for text in [
            "I'm here",
            "more than once the fever came",
            "night sweats",
            "ALT 40 U/L",
            "post operative",
            "KEEP HIM ON TREATMENT",
            "PR 88",
            "a 30 day supply",
            "review in 6/52",
        ] {
            assert_eq!(parse_sig(text), nothing, "{text}");
        }
    }

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

    #[test]
    fn a_meal_is_the_time_of_day_it_falls_in() {
        for (text, expected) in [
            ("in the morning before breakfast", Some(1.0)),
            ("in the morning and after breakfast", Some(1.0)),
            ("after breakfast in the morning", Some(1.0)),
            ("in the afternoon and after lunch", Some(1.0)),
            ("at night and after dinner", Some(1.0)),
            ("at bedtime after dinner", Some(1.0)),
            ("on waking up in the morning", Some(1.0)),
            ("in the morning and after dinner", Some(2.0)),
            ("before breakfast and at bedtime", Some(2.0)),
            ("after lunch and dinner", Some(2.0)),
            ("in the evening and at bedtime", Some(2.0)),
            ("in the evening and one hour before bedtime", Some(2.0)),
            ("in the evening one hour before bedtime", None),
            ("in the evening, at bedtime", None),
            ("in the evening and after dinner", None),
            ("after dinner and at bedtime", None),
            ("at night and at bedtime", None),
            ("noon and afternoon", None),
        ] {
            let timing = parse_sig(text).timing.unwrap();
            assert_eq!(timing.doses_per_day(), expected, "{text}");
            let repeat = timing.repeat();
            assert_eq!(repeat.frequency, expected, "{text}");
        }
    }
}
