//! How many pieces a course takes: a number that is certain, or none.

use super::course::{Length, Part, Quantity, Step};
use super::forms;
use super::timing::{Period, Timing};
use super::{Sig, parse_sig};

/// More pieces than any prescription has.
const MOST: f64 = 10_000.0;

/// How many pieces a line takes whose dose, frequency and duration are written apart
/// ("1 tablet", "twice a day", "5 days"); see [`super::dispense`] for the rules.
#[must_use]
pub fn quantity(dose: &str, frequency: &str, duration: &str) -> Option<Quantity> {
    let timing: Option<Timing> = parse_sig(frequency).timing;
    let Sig { duration, .. } = parse_sig(&format!("for {}", duration.trim_start_matches("for ")));
    let said = parse_sig(dose);
    // A dose that was written and not understood is not one piece.
    let amount = match said.dose.as_deref().map(super::course::dose) {
        Some(dose) => Some(dose?),
        None if dose.trim().is_empty() => None,
        None => Some(super::course::Dose {
            low: dose.trim().parse().ok()?,
            high: None,
            unit: None,
        }),
    };
    let step = Step {
        parts: vec![Part {
            dose: amount,
            timing,
        }],
        length: duration.as_deref().and_then(super::course::length),
        doses: None,
        open: false,
    };
    pieces_taken(&[step], said.form.as_deref().into_iter())
}

/// The pieces of all steps, for a product of these forms.
pub(super) fn pieces_taken<'a>(
    steps: &[Step],
    forms: impl Iterator<Item = &'a str>,
) -> Option<Quantity> {
    let forms: Vec<&str> = forms.filter(|form| !form.ends_with("release")).collect();
    if steps.is_empty() || !forms.iter().all(|form| forms::is_countable(form)) {
        return None;
    }
    let assumed = steps
        .iter()
        .all(|step| step.parts.iter().all(|part| !says_how_many(part)));
    if assumed && forms.is_empty() {
        return None;
    }
    let mut pieces = 0.0;
    for step in steps {
        pieces += step_pieces(step, assumed)?;
    }
    (0.0 < pieces && pieces <= MOST).then_some(Quantity {
        pieces,
        stated: !assumed,
    })
}

fn says_how_many(part: &Part) -> bool {
    part.dose.is_some() || part.timing.as_ref().is_some_and(|t| t.pattern.is_some())
}

fn step_pieces(step: &Step, assumed: bool) -> Option<f64> {
    if step.open || step.parts.is_empty() {
        return None;
    }
    // "one in the morning and two at night" adds up; two rates would be two readings.
    if step.parts.len() > 1 {
        let moments = |part: &&Part| {
            part.timing
                .as_ref()
                .is_some_and(|t| t.once || (!t.has_rate() && t.moments() > 0))
        };
        let rates = step.parts.iter().filter(|part| !moments(part)).count();
        let once = step
            .parts
            .iter()
            .filter(|p| p.timing.as_ref().is_some_and(|t| t.once))
            .count();
        if rates > 1 || (rates == 1 && once + 1 < step.parts.len()) {
            return None;
        }
    }
    let mut pieces = 0.0;
    for part in &step.parts {
        pieces += part_pieces(part, step, assumed)?;
    }
    Some(pieces)
}

fn part_pieces(part: &Part, step: &Step, assumed: bool) -> Option<f64> {
    let timing = part.timing.as_ref();
    let at_a_time = match &part.dose {
        None if assumed => 1.0,
        None => {
            timing?.pattern.as_ref()?;
            1.0
        }
        Some(dose) => {
            let counted = dose.unit.as_deref().is_none_or(forms::is_countable);
            if !counted || dose.high.is_some() || (dose.unit.is_none() && dose.low > 4.0) {
                return None;
            }
            dose.low
        }
    };
    if let Some(doses) = step.doses {
        return (step.parts.len() == 1 && timing.is_none_or(|t| !t.as_needed))
            .then_some(at_a_time * doses);
    }
    let timing = timing?;
    if timing.once && !timing.has_rate() && !timing.as_needed {
        return Some(at_a_time);
    }
    let days = days(step.length?)?;
    if let Some(parts) = &timing.pattern {
        return pattern_pieces(parts, timing, part.dose.is_some(), at_a_time, days);
    }
    Some(at_a_time * doses(timing, days)?)
}

/// "1-0-1" tells pieces; with a dose beside it ("2 tablets 1-0-1") only when all its
/// parts are one or nothing.
fn pattern_pieces(
    parts: &[f64],
    timing: &Timing,
    dosed: bool,
    at_a_time: f64,
    days: f64,
) -> Option<f64> {
    let plain = parts.iter().all(|part| *part == 0.0 || *part == 1.0);
    let large = parts.iter().any(|part| *part > 4.0);
    let times = parts.iter().filter(|part| **part > 0.0).count() as f64;
    let agrees = timing
        .times
        .is_none_or(|(count, period)| count == times && period == Period::Day);
    let uncertain = timing.as_needed
        || timing.in_words
        || timing.divided
        || timing.once
        // "1-0-1 and at bedtime": a fourth time, or the third said twice.
        || timing.hours > 0
        || timing.when.iter().any(|when| !when.is_food());
    if large || (dosed && !plain && at_a_time != 1.0) || !agrees || uncertain {
        return None;
    }
    let taken = match timing.every {
        None if timing.days.is_empty() => days,
        None => (days * timing.days.len() as f64 / 7.0).ceil(),
        Some((every, None, Period::Day)) if every > 0.0 => (days / every).ceil(),
        Some(_) => return None,
    };
    Some(parts.iter().sum::<f64>() * at_a_time * taken)
}

/// Doses in so many days, a begun one counted whole.
fn doses(timing: &Timing, days: f64) -> Option<f64> {
    let uncertain = timing.as_needed || timing.once || timing.in_words || timing.divided;
    if uncertain || timing.times_to.is_some() {
        return None;
    }
    let moments = f64::from(timing.moments());
    let up = |doses: f64| (doses - 1e-9).ceil();
    if let Some((every, high, period)) = timing.every {
        let single = timing.times.is_none_or(|(count, _)| count == 1.0);
        let certain =
            high.is_none() && every > 0.0 && single && moments <= 1.0 && timing.days.is_empty();
        return certain.then(|| up(days / (every * in_days(period))));
    }
    if let Some((count, period)) = timing.times {
        // "twice daily in the morning" contradicts itself.
        let agrees =
            moments == 0.0 || moments == count || (period != Period::Day && moments <= 1.0);
        let weekdays = timing.days.len() as f64;
        return match (period, weekdays > 0.0) {
            _ if !agrees => None,
            (Period::Day, true) => Some(up(count * weekdays * days / 7.0)),
            (_, true) if period != Period::Week || weekdays != count => None,
            _ => Some(up(count * days / in_days(period))),
        };
    }
    if !timing.days.is_empty() {
        return Some(up(timing.days.len() as f64 * moments.max(1.0) * days / 7.0));
    }
    (moments > 0.0).then(|| up(moments * days))
}

fn days(length: Length) -> Option<f64> {
    length
        .high
        .is_none()
        .then(|| length.low * in_days(length.period))
}

fn in_days(period: Period) -> f64 {
    match period {
        Period::Hour => 1.0 / 24.0,
        Period::Day => 1.0,
        Period::Week => 7.0,
        Period::Month => 30.0,
        Period::Year => 365.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certain_is_computed() {
        for (dose, frequency, duration, pieces, stated) in [
            ("1 tablet", "twice a day", "5 days", 10.0, true),
            ("", "1-0-1", "5 days", 10.0, true),
            ("", "\u{bd}-0-1", "10 days", 15.0, true),
            ("half a tablet", "at bedtime", "7 days", 3.5, true),
            ("1 capsule", "once a week", "8 weeks", 8.0, true),
            ("1 tablet", "on alternate days", "5 days", 3.0, true),
            ("1 tablet", "every 8 hours", "for 3 days", 9.0, true),
            (
                "1 tablet",
                "in the morning before breakfast",
                "1 month",
                30.0,
                true,
            ),
            ("1 tablet", "morning and night", "2 weeks", 28.0, true),
            ("1 capsule", "every Sunday", "8 weeks", 8.0, true),
            ("2 tablets", "1-0-1", "5 days", 20.0, true),
            ("2 tablets", "stat", "", 2.0, true),
            ("1 sachet", "after lunch and dinner", "5 days", 10.0, true),
            ("1", "BD", "5 days", 10.0, true),
        ] {
            let expected = Some(Quantity { pieces, stated });
            assert_eq!(
                quantity(dose, frequency, duration),
                expected,
                "{dose} {frequency} {duration}"
            );
        }
    }

    #[test]
    fn what_is_not_certain_has_no_quantity() {
        for (dose, frequency, duration) in [
            ("1 tablet", "twice a day as needed", "5 days"),
            ("1 tablet", "every 4 to 6 hours", "5 days"),
            ("1-2 tablets", "twice a day", "5 days"),
            ("1 tablet", "twice a day", "5 to 7 days"),
            ("1 tablet", "twice a day", "until review"),
            ("1 tablet", "after food", "5 days"),
            ("1 tablet", "two to three times a day", "5 days"),
            ("1 tablet", "in two divided doses", "5 days"),
            ("1 tablet", "three times a day in the morning", "5 days"),
            ("5 ml", "twice a day", "5 days"),
            ("500 mg", "twice a day", "5 days"),
            ("", "twice a day", "5 days"),
            ("", "10-0-6", "30 days"),
            ("some", "1-0-1", "5 days"),
            ("1 tablet", "twice a day", ""),
            ("", "", ""),
        ] {
            assert_eq!(
                quantity(dose, frequency, duration),
                None,
                "{dose} {frequency} {duration}"
            );
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(256))]

        #[test]
        fn a_quantity_is_a_sensible_number(a in "\\PC{0,20}", b in "[0-9a-z /-]{0,24}", c in "[0-9a-z /-]{0,16}") {
            if let Some(found) = quantity(&a, &b, &c) {
                proptest::prop_assert!(found.pieces > 0.0 && found.pieces <= MOST);
            }
        }
    }
}
