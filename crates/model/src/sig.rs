//! What the words of a prescription line say in numbers: how much, how often, for
//! how long. What is not plain has no number, and the words stand for themselves.

use crate::MedicationLine;

/// How often a medicine is taken: "twice daily" is 2 times every 1 day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Doses in the period, above 0.
    pub times: f64,
    /// So many units make the period, above 0.
    pub every: f64,
    /// What the period is counted in.
    pub unit: RateUnit,
}

/// The unit of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateUnit {
    /// Hours.
    Hour,
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Months.
    Month,
}

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
    /// parts the third is the evening.
    #[must_use]
    pub fn parts_of_day(&self) -> Option<Vec<f64>> {
        let written = self.frequency.split_whitespace().next()?;
        let parts: Vec<&str> = written.split(['-', '–']).collect();
        if !(3..=4).contains(&parts.len()) {
            return None;
        }
        parts.into_iter().map(number).collect()
    }

    /// How often, where it is written as a count and a period.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        rate(&self.frequency)
    }

    /// Whether it is taken only when it is needed.
    #[must_use]
    pub fn is_as_needed(&self) -> bool {
        is_as_needed(&self.frequency)
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

fn is_as_needed(frequency: &str) -> bool {
    let frequency = frequency.to_lowercase();
    words(&frequency).any(|word| matches!(word, "needed" | "sos" | "prn" | "required"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

fn rate(frequency: &str) -> Option<Rate> {
    let frequency = frequency.to_lowercase();
    let words: Vec<&str> = words(&frequency).collect();
    let is_longer = |word: &&str| {
        let longer = [
            "alternate",
            "other",
            "week",
            "weekly",
            "weeks",
            "month",
            "monthly",
            "months",
        ];
        longer.contains(word)
    };
    let rate = if words.iter().any(is_longer) {
        rate_beyond_a_day(&words)
    } else {
        rate_within_a_day(&words)
    };
    rate.filter(|rate| rate.times > 0.0 && rate.every > 0.0)
}

fn rate_within_a_day(words: &[&str]) -> Option<Rate> {
    let daily = |times| {
        Some(Rate {
            times,
            every: 1.0,
            unit: RateUnit::Day,
        })
    };
    match words {
        ["od" | "qd" | "hs" | "daily", ..] | ["once", ..] | ["at", "bedtime" | "night", ..] => {
            daily(1.0)
        }
        [
            "every" | "each",
            "day" | "morning" | "night" | "evening",
            ..,
        ] => daily(1.0),
        ["bd" | "bid", ..] | ["twice", ..] => daily(2.0),
        ["tds" | "tid", ..] | ["thrice", ..] => daily(3.0),
        ["qid" | "qds", ..] => daily(4.0),
        ["every", hours, "hours" | "hourly", ..] => number(hours)
            .filter(|hours| *hours >= 1.0 && *hours <= 24.0)
            .map(|hours| Rate {
                times: 1.0,
                every: hours,
                unit: RateUnit::Hour,
            }),
        [count, "times", "a" | "per", "day", ..] | [count, "times", "daily", ..] => {
            daily(number(count)?)
        }
        _ => None,
    }
}

/// Nothing may stand behind these: "once a week, then daily" is two things.
fn rate_beyond_a_day(words: &[&str]) -> Option<Rate> {
    let (times, words) = match words {
        ["once", rest @ ..] => (1.0, rest),
        ["twice", rest @ ..] => (2.0, rest),
        ["thrice", rest @ ..] => (3.0, rest),
        [count, "times", rest @ ..] => (number(count)?, rest),
        words => (1.0, words),
    };
    let (every, unit) = match words {
        ["on", "alternate", "days"] | ["alternate", "day" | "days"] => (2.0, RateUnit::Day),
        ["every", "alternate" | "other", "day"] => (2.0, RateUnit::Day),
        ["weekly"] | ["a" | "per" | "every" | "each", "week"] => (1.0, RateUnit::Week),
        ["monthly"] | ["a" | "per" | "every" | "each", "month"] => (1.0, RateUnit::Month),
        ["every", count, "weeks"] => (number(count)?, RateUnit::Week),
        ["every", count, "months"] => (number(count)?, RateUnit::Month),
        _ => return None,
    };
    Some(Rate { times, every, unit })
}

fn days(duration: &str) -> Option<u32> {
    let duration = duration.to_lowercase();
    let mut words = duration
        .split_whitespace()
        .skip_while(|w| matches!(*w, "for" | "x"));
    let count = number(words.next()?)?;
    let unit = match words.next()?.trim_end_matches(['s', '.', ',']) {
        "day" => 1.0,
        "week" => 7.0,
        "month" => 30.0,
        _ => return None,
    };
    let days = (count * unit).round();
    (1.0..=366.0).contains(&days).then_some(days as u32)
}

/// As lines are written. How numbers are spoken is the business of the clinical
/// language, which the browser does not carry.
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(dosage: &str, frequency: &str, duration: &str) -> MedicationLine {
        MedicationLine {
            dosage: dosage.to_owned(),
            frequency: frequency.to_owned(),
            duration: duration.to_owned(),
            ..MedicationLine::default()
        }
    }

    #[test]
    fn a_rate_is_a_count_and_a_period() {
        use RateUnit::{Day, Hour, Month, Week};
        for (frequency, expected) in [
            ("twice daily", Some((2.0, 1.0, Day))),
            ("three times a day", Some((3.0, 1.0, Day))),
            ("TDS", Some((3.0, 1.0, Day))),
            ("every 6 hours as needed", Some((1.0, 6.0, Hour))),
            ("on alternate days", Some((1.0, 2.0, Day))),
            ("once a week", Some((1.0, 1.0, Week))),
            ("twice weekly", Some((2.0, 1.0, Week))),
            ("every 2 weeks", Some((1.0, 2.0, Week))),
            ("once monthly", Some((1.0, 1.0, Month))),
            ("once a week, then daily", None),
            ("0 times a day", None),
            ("1-0-1", None),
            ("as needed", None),
            ("", None),
        ] {
            let found = line("", frequency, "").rate();
            let found = found.map(|rate| (rate.times, rate.every, rate.unit));
            assert_eq!(found, expected, "{frequency}");
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
    fn parts_of_the_day_are_numbers_between_dashes() {
        for (frequency, expected) in [
            ("1-0-1", Some(vec![1.0, 0.0, 1.0])),
            ("½-0-1-1 after food", Some(vec![0.5, 0.0, 1.0, 1.0])),
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
