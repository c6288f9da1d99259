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
    /// parts the third is the evening. `None` where more is said than food and need:
    /// "1-0-1, then 0-0-1" is two things.
    #[must_use]
    pub fn parts_of_day(&self) -> Option<Vec<f64>> {
        let frequency = self.frequency.trim().to_lowercase();
        let (written, rest) = frequency.split_once([' ', ',']).unwrap_or((&frequency, ""));
        let rest: Vec<&str> = words(rest).collect();
        let parts: Vec<&str> = written.split(['-', '–']).collect();
        if !(3..=4).contains(&parts.len()) || moments_of_known(&rest)? > 0.0 {
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
    let (rate, rest) = match counted(&words) {
        Some((rate, rest)) => (Some(rate), rest),
        None => (None, uncounted(&words)),
    };
    let moments = moments_of_known(rest)?;
    let rate = match rate {
        Some(rate) if moments == 0.0 => rate,
        Some(rate) if moments == rate.times && rate.unit != RateUnit::Hour => rate,
        None if moments > 0.0 => daily(moments),
        // "Twice daily, at night" says two things.
        _ => return None,
    };
    (rate.times > 0.0 && rate.every > 0.0).then_some(rate)
}

const fn daily(times: f64) -> Rate {
    Rate {
        times,
        every: 1.0,
        unit: RateUnit::Day,
    }
}

/// "Every morning" and "once at night" count their moments; "once" alone is one dose.
fn uncounted<'a>(words: &'a [&'a str]) -> &'a [&'a str] {
    match words {
        ["every" | "each" | "once", rest @ ..] => rest,
        words => words,
    }
}

/// A count and a period, and what stands behind them.
fn counted<'a>(words: &'a [&'a str]) -> Option<(Rate, &'a [&'a str])> {
    let (rate, rest) = match words {
        ["od" | "qd" | "daily", rest @ ..] => (daily(1.0), rest),
        ["bd" | "bid", rest @ ..] => (daily(2.0), rest),
        ["tds" | "tid", rest @ ..] => (daily(3.0), rest),
        ["qid" | "qds", rest @ ..] => (daily(4.0), rest),
        ["once", rest @ ..] => of_period(1.0, rest)?,
        ["twice", rest @ ..] => of_period(2.0, rest)?,
        ["thrice", rest @ ..] => of_period(3.0, rest)?,
        [count, "times", rest @ ..] => of_period(number(count)?, rest)?,
        [hours, "hourly", rest @ ..] => (hourly(hours)?, rest),
        words => of_period(1.0, words)?,
    };
    Some((rate, rest))
}

/// So many times in the period that the words begin with.
fn of_period<'a>(times: f64, words: &'a [&'a str]) -> Option<(Rate, &'a [&'a str])> {
    use RateUnit::{Day, Month, Week};
    let (every, unit, rest) = match words {
        ["daily", rest @ ..] | ["a" | "per" | "every" | "each", "day", rest @ ..] => {
            (1.0, Day, rest)
        }
        ["weekly", rest @ ..] | ["a" | "per" | "every" | "each", "week", rest @ ..] => {
            (1.0, Week, rest)
        }
        ["monthly", rest @ ..] | ["a" | "per" | "every" | "each", "month", rest @ ..] => {
            (1.0, Month, rest)
        }
        ["fortnightly", rest @ ..] | ["a" | "per" | "every" | "each", "fortnight", rest @ ..] => {
            (2.0, Week, rest)
        }
        ["on", "alternate", "days", rest @ ..]
        | ["alternate", "day" | "days", rest @ ..]
        | ["every", "alternate" | "other", "day", rest @ ..] => (2.0, Day, rest),
        ["every", hours, "hours" | "hourly", rest @ ..] if times == 1.0 => {
            return Some((hourly(hours)?, rest));
        }
        ["every", count, "days", rest @ ..] => (number(count)?, Day, rest),
        ["every", count, "weeks", rest @ ..] => (number(count)?, Week, rest),
        ["every", count, "months", rest @ ..] => (number(count)?, Month, rest),
        _ => return None,
    };
    Some((Rate { times, every, unit }, rest))
}

fn hourly(hours: &str) -> Option<Rate> {
    let every = number(hours).filter(|hours| (1.0..=24.0).contains(hours))?;
    Some(Rate {
        times: 1.0,
        every,
        unit: RateUnit::Hour,
    })
}

/// How many parts of the day are named; `None` where any word means something else, as
/// in "once a week, then daily".
fn moments_of_known(words: &[&str]) -> Option<f64> {
    let mut moments = 0.0;
    for word in words {
        match *word {
            "morning" | "noon" | "afternoon" | "evening" | "night" | "bedtime" | "hs" => {
                moments += 1.0;
            }
            "in" | "at" | "the" | "and" | "on" | "an" | "as" | "if" | "when" => {}
            "needed" | "required" | "sos" | "prn" => {}
            "after" | "before" | "with" | "without" | "food" | "meal" | "meals" | "breakfast"
            | "lunch" | "dinner" | "milk" | "water" | "empty" | "stomach" => {}
            _ => return None,
        }
    }
    Some(moments)
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
            ("once daily at night", Some((1.0, 1.0, Day))),
            ("every morning and night", Some((2.0, 1.0, Day))),
            ("once in the morning", Some((1.0, 1.0, Day))),
            ("8 hourly", Some((1.0, 8.0, Hour))),
            ("once every 3 days", Some((1.0, 3.0, Day))),
            ("once a fortnight", Some((1.0, 2.0, Week))),
            ("once a week after breakfast", Some((1.0, 1.0, Week))),
            ("once a week, then daily", None),
            ("once", None),
            ("stat", None),
            ("once every Monday", None),
            ("once a year", None),
            ("twice in 10 days", None),
            ("twice daily at night", None),
            ("every 6 hours at night", None),
            ("every 0 hours", None),
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
            ("10-0-6, before meals", Some(vec![10.0, 0.0, 6.0])),
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
        fn a_word_that_is_not_known_leaves_no_rate(
            frequency in prop::sample::select(vec![
                "twice daily", "every 6 hours", "once a week", "at night", "BD after food",
            ]),
            word in "x[a-z]{1,9}",
            behind in any::<bool>(),
        ) {
            let said = if behind { format!("{frequency} {word}") } else { format!("{word} {frequency}") };
            prop_assert!(line("", frequency, "").rate().is_some());
            prop_assert_eq!(line("", &said, "").rate(), None);
        }

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
