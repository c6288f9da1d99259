//! How many pieces a prescription line amounts to. Only arithmetic on what is
//! written: a line that leaves anything open has no quantity.

use crate::{
    MedicationLine,
    sig::{RateUnit, number},
};

impl MedicationLine {
    /// Tablets, capsules, sachets and the like to dispense, rounded up to whole
    /// ones. `None` unless dose, frequency and duration all say a number.
    ///
    /// The dose may come from the frequency itself ("1-0-1" is two a day). Doses
    /// in ml, drops or puffs have no quantity in pieces, and "as needed" has none: it
    /// says how often at most.
    #[must_use]
    pub fn quantity(&self) -> Option<u32> {
        let days = self.days()?;
        if self.is_as_needed() {
            return None;
        }
        let per_day = match self.parts_of_day() {
            Some(parts) => parts.iter().sum::<f64>() * pieces_of_a_part(&self.dosage, &parts)?,
            None => pieces_at_a_time(&self.dosage)? * times_a_day(self)?,
        };
        let total = (per_day * f64::from(days)).ceil();
        (0.0 < total && total <= 10_000.0).then_some(total as u32)
    }
}

/// Parts count pieces, unless the dose does: "2 tablets, 1-0-1". Where both count more
/// than one, nobody can tell whether they are to be multiplied.
fn pieces_of_a_part(dosage: &str, parts: &[f64]) -> Option<f64> {
    if dosage.trim().is_empty() {
        return Some(1.0);
    }
    let pieces = pieces_at_a_time(dosage)?;
    (pieces == 1.0 || MedicationLine::are_marks(parts)).then_some(pieces)
}

fn pieces_at_a_time(dosage: &str) -> Option<f64> {
    let dosage = dosage.trim().to_lowercase();
    let (count, unit) = dosage.split_once(' ')?;
    let unit = unit.trim_start_matches("a ").trim_end_matches('s');
    matches!(
        unit,
        "tablet"
            | "tab"
            | "capsule"
            | "cap"
            | "sachet"
            | "suppository"
            | "lozenge"
            | "patch"
            | "pill"
    )
    .then(|| number(count))?
}

fn times_a_day(line: &MedicationLine) -> Option<f64> {
    let rate = line.rate()?;
    match rate.unit {
        RateUnit::Day if rate.every == 1.0 => Some(rate.times),
        RateUnit::Hour => Some((24.0 / rate.every).floor()),
        RateUnit::Day | RateUnit::Week | RateUnit::Month => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::sig::tests::line;

    #[test]
    fn written_numbers_are_multiplied() {
        for (dosage, frequency, duration, expected) in [
            ("", "1-0-1", "5 days", Some(10)),
            ("", "½-0-½", "5 days", Some(5)),
            ("1 tablet", "twice daily", "30 days", Some(60)),
            ("half a tablet", "once daily", "7 days", Some(4)),
            ("2 tablets", "every 8 hours", "two weeks", Some(84)),
            ("1 capsule", "three times a day", "for 5 days", Some(15)),
            ("1 tablet", "at bedtime", "1 month", Some(30)),
            ("2 tablets", "1-0-1", "5 days", Some(20)),
            ("1 tablet", "2-0-1", "5 days", Some(15)),
        ] {
            assert_eq!(
                line(dosage, frequency, duration).quantity(),
                expected,
                "{dosage} {frequency} {duration}"
            );
        }
    }

    #[test]
    fn what_is_left_open_has_no_quantity() {
        for (dosage, frequency, duration) in [
            ("", "twice daily", "5 days"),
            ("1 tablet", "", "5 days"),
            ("1 tablet", "twice daily", ""),
            ("10 ml", "twice daily", "5 days"),
            ("1 tablet", "as needed", "5 days"),
            ("1 tablet", "once a week", "4 weeks"),
            ("1 tablet", "once every Monday", "4 weeks"),
            ("1 tablet", "once", "4 weeks"),
            ("2 tablets", "2-0-2", "5 days"),
            ("10 ml", "1-0-1", "5 days"),
            ("", "1-0-1 SOS", "5 days"),
            ("1 tablet", "twice daily", "until review"),
        ] {
            assert_eq!(
                line(dosage, frequency, duration).quantity(),
                None,
                "{dosage} {frequency} {duration}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn quantity_never_panics(a in "\\PC{0,20}", b in "\\PC{0,20}", c in "\\PC{0,20}") {
            let _ = line(&a, &b, &c).quantity();
        }
    }
}
