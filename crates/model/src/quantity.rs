//! How many pieces a prescription line amounts to: the one rule by which the form, the
//! paper and FHIR say it. Only arithmetic on what is written: a line that leaves anything
//! open has no quantity.

use crate::{
    MedicationLine,
    need::speaks_of_need,
    pieces::is_piece,
    rate::{Rate, RateUnit, is_once},
    sig::number,
};

/// More pieces than any prescription has.
const MOST: f64 = 10_000.0;

/// More than so many times the dose are not taken at one time of day.
const MOST_AT_A_TIME: f64 = 4.0;

impl MedicationLine {
    /// Tablets, capsules, sachets and the like to dispense, rounded up to whole
    /// ones. `None` unless dose, frequency and duration all say a number.
    ///
    /// The dose may come from the frequency itself ("1-0-1" is two a day). Doses in units,
    /// ml, drops or puffs have no quantity in pieces, nor has a number without a unit unless
    /// form or substance tell that it counts pieces. "As needed" has none: it says how often
    /// at most. One dose in all ("stat") needs no duration.
    #[must_use]
    pub fn quantity(&self) -> Option<u32> {
        if self.is_as_needed() || speaks_of_need(&self.instructions) {
            return None;
        }
        let pieces = match self.parts_of_day() {
            Some(parts) => {
                let per_day = parts.iter().sum::<f64>() * self.pieces_of_a_part(&parts)?;
                per_day * f64::from(self.days()?)
            }
            None if is_once(&self.frequency) && self.duration.trim().is_empty() => {
                self.pieces_at_a_time()?
            }
            None => self.pieces_at_a_time()? * doses(self.rate()?, self.days()?)?,
        };
        let total = up(pieces);
        (0.0 < total && total <= MOST).then_some(total as u32)
    }

    /// Parts count pieces, unless the dose does: "2 tablets, 1-0-1". Where both count more
    /// than one, nobody can tell whether they are to be multiplied. Large parts are units of
    /// insulin, and those of a syrup are spoons or millilitres.
    fn pieces_of_a_part(&self, parts: &[f64]) -> Option<f64> {
        if self.dosage.trim().is_empty() {
            let most = self.most_pieces()?;
            return parts.iter().all(|part| *part <= most).then_some(1.0);
        }
        let pieces = self.pieces_at_a_time()?;
        let alone = pieces == 1.0 && parts.iter().all(|part| *part <= MOST_AT_A_TIME);
        (alone || Self::are_marks(parts)).then_some(pieces)
    }

    /// "Half a tablet", and "1" of a product that comes in pieces.
    fn pieces_at_a_time(&self) -> Option<f64> {
        let dosage = self.dosage.trim().to_lowercase();
        let (count, unit) = dosage.split_once(' ').unwrap_or((&dosage, ""));
        let count = number(count)?;
        let counts = match unit.trim_start_matches("a ") {
            "" => self.most_pieces().is_some_and(|most| count <= most),
            unit => is_piece(unit),
        };
        counts.then_some(count)
    }
}

/// Doses in so many days. Of those that are hours or days apart, the last one counts whole:
/// every other day for five days is three. "Once a week for a month" may be four or five.
fn doses(rate: Rate, days: u32) -> Option<f64> {
    let period = match rate.unit {
        RateUnit::Hour => rate.every / 24.0,
        RateUnit::Day => rate.every,
        RateUnit::Week => rate.every * 7.0,
        RateUnit::Month => rate.every * 30.0,
    };
    let periods = f64::from(days) / period;
    match rate.unit {
        RateUnit::Hour | RateUnit::Day if rate.times == 1.0 => Some(up(periods)),
        _ => {
            let whole = (periods - periods.round()).abs() < 1e-9;
            whole.then(|| rate.times * periods.round())
        }
    }
}

/// The next whole number; what is one but for rounding is none more.
fn up(number: f64) -> f64 {
    (number - 1e-9).ceil()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sig::tests::line as line_without_form;

    /// A line of tablets.
    fn line(dosage: &str, frequency: &str, duration: &str) -> MedicationLine {
        MedicationLine {
            form: "tablet".to_owned(),
            ..line_without_form(dosage, frequency, duration)
        }
    }

    #[test]
    fn written_numbers_are_multiplied() {
        for (dosage, frequency, duration, expected) in [
            ("", "1-0-1", "5 days", 10),
            ("", "½-0-½", "5 days", 5),
            ("", "0-1-0 after lunch", "60 days", 60),
            ("1 tablet", "twice daily", "30 days", 60),
            ("half a tablet", "once daily", "7 days", 4),
            ("2 tablets", "every 8 hours", "two weeks", 84),
            ("1 capsule", "three times a day", "for 5 days", 15),
            ("1 tablet", "at bedtime", "1 month", 30),
            ("1 sachet", "after lunch and dinner", "5 days", 10),
            ("2 tablets", "1-0-1", "5 days", 20),
            ("1 tablet", "2-0-1", "5 days", 15),
            ("1 tablet", "on alternate days", "5 days", 3),
            ("1 capsule", "once a week", "8 weeks", 8),
            ("6 tablets", "once a week", "28 days", 24),
            ("1 tablet", "twice a week", "4 weeks", 8),
            ("1 patch", "every 72 hours", "15 days", 5),
            ("1 tablet", "once a month", "3 months", 3),
            ("3 tablets", "single dose", "", 3),
            ("2 tablets", "stat", "", 2),
        ] {
            assert_eq!(
                line(dosage, frequency, duration).quantity(),
                Some(expected),
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
            ("500 mg", "twice daily", "5 days"),
            ("1-2 tablets", "twice daily", "5 days"),
            ("1 tablet, 2 tablets", "twice daily", "5 days"),
            ("1 tablet", "as needed", "5 days"),
            ("1 tablet", "once a week", "1 month"),
            ("1 tablet", "twice a week", "10 days"),
            ("1 tablet", "once every Monday", "4 weeks"),
            ("1 tablet", "once", "4 weeks"),
            ("1 tablet", "stat", "5 days"),
            ("1 tablet", "stat, then twice daily", ""),
            ("2 tablets", "2-0-2", "5 days"),
            ("10 ml", "1-0-1", "5 days"),
            ("", "10-0-6", "30 days"),
            ("", "1-0-1 SOS", "5 days"),
            ("1 tablet", "twice daily", "until review"),
            ("1 tablet", "twice daily", "7 days, 14 days"),
            ("1 tablet", "three times a day if there is pain", "5 days"),
            ("1 tablet", "when necessary", "5 days"),
            ("1 tablet", "twice daily on demand", "5 days"),
            ("1 tablet", "up to four times a day", "5 days"),
            ("", "1-0-1 if fever", "5 days"),
        ] {
            assert_eq!(
                line(dosage, frequency, duration).quantity(),
                None,
                "{dosage} {frequency} {duration}"
            );
        }
    }

    #[test]
    fn the_form_tells_whether_a_number_counts_pieces() {
        for (form, dosage, frequency, expected) in [
            ("tablet", "1", "twice daily", Some(10)),
            ("Capsule", "1", "BD", Some(10)),
            ("extended release, tablet", "1", "OD", Some(5)),
            ("tablet", "500", "twice daily", None),
            ("extended release", "1", "twice daily", None),
            ("syrup", "1", "twice daily", None),
            ("syrup", "", "1-0-1", None),
            ("injection", "", "1-0-1", None),
            ("eye drops", "", "1-1-1", None),
            ("tab.", "", "1-0-1", Some(10)),
            ("", "", "1-0-1", None),
            ("", "1", "twice daily", None),
            ("", "1 tablet", "twice daily", Some(10)),
        ] {
            let line = MedicationLine {
                form: form.to_owned(),
                ..line(dosage, frequency, "5 days")
            };
            assert_eq!(line.quantity(), expected, "{form} {dosage} {frequency}");
        }
    }

    #[test]
    fn only_what_is_dispensed_by_the_piece_has_a_quantity() {
        for (name, generic, dosage, frequency, expected) in [
            ("Actrapid", "human insulin", "", "4-4-4", None),
            ("Actrapid", "human insulin", "4 unit", "1-1-1", None),
            ("Foracort", "formoterol + budesonide", "", "2-0-2", None),
            ("Asthalin", "salbutamol", "2 puff", "1-0-1", None),
            ("Ciplox", "ciprofloxacin", "", "1-1-1", None),
            ("Otrivin", "xylometazoline", "2 spray", "twice daily", None),
            ("Calpol", "paracetamol", "", "4-4-4", None),
            ("Dolo 650", "paracetamol", "", "1-0-1", Some(60)),
            ("Metformin", "", "1", "twice daily", Some(60)),
            (
                "Telma H",
                "telmisartan + hydrochlorothiazide",
                "",
                "1-0-0",
                Some(30),
            ),
            ("Tiotropium", "", "1 rotacap", "once daily", Some(30)),
        ] {
            let line = MedicationLine {
                name: name.to_owned(),
                generic: generic.to_owned(),
                ..line_without_form(dosage, frequency, "30 days")
            };
            assert_eq!(line.quantity(), expected, "{name} {dosage} {frequency}");
        }
    }

    #[test]
    fn need_that_the_instructions_speak_of_counts_too() {
        let line = MedicationLine {
            instructions: "only if needed".to_owned(),
            ..line("1 tablet", "twice daily", "5 days")
        };
        assert_eq!(line.quantity(), None);
    }

    #[test]
    fn when_to_hold_a_regular_medicine_leaves_its_quantity() {
        for (instructions, expected) in [
            ("Hold if pulse below 60", Some(10)),
            ("Skip if sugar is below 100", Some(10)),
            ("S.O.S. for fever", None),
        ] {
            let line = MedicationLine {
                instructions: instructions.to_owned(),
                ..line("1 tablet", "1-0-1", "5 days")
            };
            assert_eq!(line.quantity(), expected, "{instructions}");
            assert_eq!(line.is_as_needed(), expected.is_none(), "{instructions}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn quantity_never_panics(a in "\\PC{0,20}", b in "\\PC{0,20}", c in "\\PC{0,20}") {
            let _ = line(&a, &b, &c).quantity();
        }

        #[test]
        fn more_days_never_need_fewer_pieces(
            frequency in prop::sample::select(vec![
                "twice daily", "every 8 hours", "on alternate days", "1-0-1", "every 3 days",
            ]),
            days in 1_u32..365,
        ) {
            let after = |days: u32| line("1 tablet", frequency, &format!("{days} days")).quantity();
            prop_assert!(after(days).is_some());
            prop_assert!(after(days) <= after(days + 1));
        }
    }
}
