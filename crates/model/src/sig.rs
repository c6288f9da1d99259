//! What the words of a prescription line say in numbers: how much, how often, for
//! how long. What is not plain has no number, and the words stand for themselves.

use crate::{
    MedicationLine,
    moments::moments_of_known,
    need::{is_marked_as_needed, speaks_of_need},
    rate::{self, Rate},
};

/// How much is taken at a time.
#[derive(Clone, PartialEq)]
pub struct Dose {
    /// Above 0, at most 10,000.
    pub value: f64,
    /// In small letters, as written: "tablet", "ml", "puffs".
    pub unit: String,
}

impl MedicationLine {
    /// Days of treatment, 1 to 366; a month counts as 30.
    #[must_use]
    pub fn days(&self) -> Option<u32> {
        days(&self.duration)
    }

    /// "1-0-1" or "½-0-1-1": how much in the morning, at noon and at night; of four
    /// parts the third is the evening. `None` where more is said than food and need:
    /// "1-0-1, then 0-0-1" is two things.
    #[must_use]
    pub fn parts_of_day(&self) -> Option<Vec<f64>> {
        let frequency = self.frequency.trim().to_lowercase();
        let (written, rest) = frequency.split_once([' ', ',']).unwrap_or((&frequency, ""));
        let rest: Vec<&str> = words(rest).collect();
        let parts: Vec<&str> = written.split(['-', '–']).collect();
        if !(3..=4).contains(&parts.len()) || moments_of_known(&rest)?.names_a_time_of_day() {
            return None;
        }
        parts.into_iter().map(number).collect()
    }

    /// Whether parts of a day only mark when the dose is taken: each is 0 or 1. Where one is
    /// more and the dose counts as well, nobody can tell whether to multiply them.
    #[must_use]
    pub fn are_marks(parts: &[f64]) -> bool {
        parts.iter().all(|part| *part == 0.0 || *part == 1.0)
    }

    /// How often, where it is written as a count and a period.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        rate::rate(&self.frequency)
    }

    /// Whether it is taken only when it is needed: the frequency says so in any words, or the
    /// instructions by SOS or PRN.
    #[must_use]
    pub fn is_as_needed(&self) -> bool {
        speaks_of_need(&self.frequency) || is_marked_as_needed(&self.instructions)
    }

    /// How much at a time, where it is written as one number with a unit.
    #[must_use]
    pub fn dose(&self) -> Option<Dose> {
        dose(&self.dosage)
    }
}

fn dose(dosage: &str) -> Option<Dose> {
    let dosage = dosage.trim().to_lowercase();
    // "half a tablet", "10 ml", and "500mg" without a space.
    let figures = dosage
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter(|at| dosage[*at..].starts_with(char::is_alphabetic) && *at > 0);
    let (count, unit) = match figures {
        Some(at) => dosage.split_at(at),
        None => dosage.split_once(' ')?,
    };
    let unit = unit
        .trim()
        .trim_start_matches("a ")
        .trim_start_matches("of a ");
    let value = number(count).filter(|value| *value > 0.0 && *value <= 10_000.0)?;
    let is_unit = (1..=30).contains(&unit.len())
        && unit.chars().all(|c| c.is_alphabetic() || c == ' ')
        && !unit
            .split(' ')
            .any(|word| matches!(word, "to" | "or" | "and"));
    is_unit.then(|| Dose {
        value,
        unit: unit.to_owned(),
    })
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Nothing may stand behind it: "7 days, 14 days" are two steps, and "5 days or until
/// review" is open.
fn days(duration: &str) -> Option<u32> {
    let duration = duration.to_lowercase();
    let words: Vec<&str> = duration
        .split_whitespace()
        .map(|word| word.trim_end_matches(['.', ',']))
        .collect();
    let words = match words.as_slice() {
        ["for" | "x", rest @ ..] => rest,
        words => words,
    };
    let (count, unit) = match words {
        [count, unit] | [count, unit, "course" | "only"] => (number(count)?, unit),
        _ => return None,
    };
    let unit = match *unit {
        "day" | "days" => 1.0,
        "week" | "weeks" => 7.0,
        "fortnight" => 14.0,
        "month" | "months" => 30.0,
        _ => return None,
    };
    let days = (count * unit).round();
    (1.0..=366.0).contains(&days).then_some(days as u32)
}

/// As lines are written. How numbers are spoken is the business of the clinical
/// language, which the browser does not carry, and which knows nothing of this crate.
pub(crate) fn number(text: &str) -> Option<f64> {
    Some(match text {
        "half" | "½" | "1/2" => 0.5,
        "quarter" | "¼" | "1/4" => 0.25,
        "a" | "an" | "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "twelve" => 12.0,
        "fourteen" => 14.0,
        "fifteen" => 15.0,
        "twenty" => 20.0,
        "thirty" => 30.0,
        _ => {
            let number = text.parse::<f64>().ok()?;
            return (number.is_finite() && number >= 0.0).then_some(number);
        }
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn line(dosage: &str, frequency: &str, duration: &str) -> MedicationLine {
        MedicationLine {
            dosage: dosage.to_owned(),
            frequency: frequency.to_owned(),
            duration: duration.to_owned(),
            ..MedicationLine::default()
        }
    }

    #[test]
    fn a_dose_is_one_number_with_a_unit() {
        for (dosage, expected) in [
            ("1 tablet", Some((1.0, "tablet"))),
            ("half a tablet", Some((0.5, "tablet"))),
            ("10 ml", Some((10.0, "ml"))),
            ("2.5ml", Some((2.5, "ml"))),
            ("2 Puffs", Some((2.0, "puffs"))),
            ("1-2 tablets", None),
            ("1 to 2 tablets", None),
            ("1 tablet, 2 tablets", None),
            ("0 tablets", None),
            ("one", None),
            ("", None),
        ] {
            let found = line(dosage, "", "").dose();
            let found = found.as_ref().map(|dose| (dose.value, dose.unit.as_str()));
            assert_eq!(found, expected, "{dosage}");
        }
    }

    #[test]
    fn days_are_counted_where_nothing_else_is_said() {
        for (duration, expected) in [
            ("5 days", Some(5)),
            ("for two weeks", Some(14)),
            ("x 7 days.", Some(7)),
            ("a month", Some(30)),
            ("10 days course", Some(10)),
            ("one fortnight", Some(14)),
            ("7 days, 14 days", None),
            ("5 days or until review", None),
            ("5-7 days", None),
            ("2 years", None),
            ("0 days", None),
            ("", None),
        ] {
            assert_eq!(line("", "", duration).days(), expected, "{duration}");
        }
    }

    #[test]
    fn parts_of_the_day_are_numbers_between_dashes() {
        for (frequency, expected) in [
            ("1-0-1", Some(vec![1.0, 0.0, 1.0])),
            ("½-0-1-1 after food", Some(vec![0.5, 0.0, 1.0, 1.0])),
            ("10-0-6, before meals", Some(vec![10.0, 0.0, 6.0])),
            ("0-1-0 after lunch", Some(vec![0.0, 1.0, 0.0])),
            ("1-0-1 and at bedtime", None),
            ("1-0-1 for 3 days then 0-0-1", None),
            ("once-a-day", None),
            ("1-1", None),
        ] {
            assert_eq!(
                line("", frequency, "").parts_of_day(),
                expected,
                "{frequency}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn whatever_is_written_has_sound_numbers_or_none(
            a in "\\PC{0,20}", b in "\\PC{0,20}", c in "\\PC{0,20}"
        ) {
            let line = line(&a, &b, &c);
            if let Some(dose) = line.dose() {
                prop_assert!(dose.value > 0.0 && dose.value <= 10_000.0 && !dose.unit.is_empty());
            }
            if let Some(rate) = line.rate() {
                prop_assert!(rate.times > 0.0 && rate.every > 0.0);
            }
            if let Some(parts) = line.parts_of_day() {
                prop_assert!(parts.iter().all(|part| part.is_finite() && *part >= 0.0));
            }
            if let Some(days) = line.days() {
                prop_assert!((1..=366).contains(&days));
            }
        }
    }
}
