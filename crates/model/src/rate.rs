//! How often a medicine is taken, in numbers, from the words of a prescription line.
//! Only where each word is known: a word that is not may change everything.

use crate::{
    moments::moments_of_known,
    sig::{number, words},
};

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

/// How often, where it is written as a count and a period or by the times of a day.
pub(crate) fn rate(frequency: &str) -> Option<Rate> {
    let frequency = frequency.to_lowercase();
    let words: Vec<&str> = words(&frequency).collect();
    let (rate, rest) = match counted(&words) {
        Some((rate, rest)) => (Some(rate), rest),
        None => (None, uncounted(&words)),
    };
    let named = f64::from(moments_of_known(rest)?.count());
    let rate = match rate {
        Some(rate) if named == 0.0 => rate,
        Some(rate) if named == rate.times && agrees_with_moments(&rate) => rate,
        None if named > 0.0 => daily(named),
        // "Twice daily, at night" says two things.
        _ => return None,
    };
    (rate.times > 0.0 && rate.every > 0.0).then_some(rate)
}

/// Whether it is taken one time in all: "stat", "as a single dose".
pub(crate) fn is_once(frequency: &str) -> bool {
    let frequency = frequency.to_lowercase();
    let words: Vec<&str> = words(&frequency).collect();
    matches!(
        words.as_slice(),
        ["stat" | "immediately"]
            | ["single", "dose"]
            | ["as" | "in", "a", "single", "dose"]
            | ["one", "time", "dose"]
            | ["once", "only"]
            | ["only", "once"]
    )
}

/// Whether as many times of a day as doses mean one dose at each. "Twice a week in the morning
/// and evening" may be two doses on each of two days; "once a week in the morning" is one.
fn agrees_with_moments(rate: &Rate) -> bool {
    match rate.unit {
        RateUnit::Day => true,
        RateUnit::Week | RateUnit::Month => rate.times == 1.0,
        RateUnit::Hour => false,
    }
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
        [period @ ("daily" | "weekly" | "monthly"), count, rest @ ..]
            if adverb(count).is_some() =>
        {
            let (rate, _) = of_period(adverb(count)?, &[*period])?;
            (rate, rest)
        }
        ["od" | "qd" | "daily" | "everyday", rest @ ..] => (daily(1.0), rest),
        ["bd" | "bds" | "bid", rest @ ..] => (daily(2.0), rest),
        ["tds" | "tid", rest @ ..] => (daily(3.0), rest),
        ["qid" | "qds", rest @ ..] => (daily(4.0), rest),
        [count, "times", rest @ ..] => of_period(number(count)?, rest)?,
        [hours, "hourly" | "hrly", rest @ ..] => (hourly(hours)?, rest),
        [word, rest @ ..] if q_hours(word).is_some() => (hourly(q_hours(word)?)?, rest),
        [count, rest @ ..] if adverb(count).is_some() => of_period(adverb(count)?, rest)?,
        words => of_period(1.0, words)?,
    };
    Some((rate, rest))
}

fn adverb(word: &str) -> Option<f64> {
    Some(match word {
        "once" => 1.0,
        "twice" => 2.0,
        "thrice" => 3.0,
        _ => return None,
    })
}

/// The hours of "q8h".
fn q_hours(word: &str) -> Option<&str> {
    let hours = word.strip_prefix('q')?.strip_suffix('h')?;
    (!hours.is_empty()).then_some(hours)
}

/// So many times in the period that the words begin with.
fn of_period<'a>(times: f64, words: &'a [&'a str]) -> Option<(Rate, &'a [&'a str])> {
    use RateUnit::{Day, Month, Week};
    let (every, unit, rest) = match words {
        ["daily", rest @ ..]
        | ["a" | "per" | "every" | "each", "day", rest @ ..]
        | ["in", "a", "day", rest @ ..] => (1.0, Day, rest),
        ["weekly", rest @ ..]
        | ["a" | "per" | "every" | "each", "week", rest @ ..]
        | ["in", "a", "week", rest @ ..] => (1.0, Week, rest),
        ["monthly", rest @ ..]
        | ["a" | "per" | "every" | "each", "month", rest @ ..]
        | ["in", "a", "month", rest @ ..] => (1.0, Month, rest),
        ["fortnightly", rest @ ..] | ["a" | "per" | "every" | "each", "fortnight", rest @ ..] => {
            (2.0, Week, rest)
        }
        ["on", "alternate", "day" | "days", rest @ ..]
        | ["alternate", "day" | "days", rest @ ..]
        | ["every", "alternate" | "other", "day", rest @ ..] => (2.0, Day, rest),
        ["every", "hour", rest @ ..] if times == 1.0 => return Some((hourly("1")?, rest)),
        [
            "every",
            hours,
            "hours" | "hourly" | "hrs" | "hrly",
            rest @ ..,
        ] if times == 1.0 => {
            return Some((hourly(hours)?, rest));
        }
        // "Twice in 10 days" does not say when.
        ["in", count, "days", rest @ ..] if times == 1.0 => (number(count)?, Day, rest),
        ["in", count, "weeks", rest @ ..] if times == 1.0 => (number(count)?, Week, rest),
        ["in", count, "months", rest @ ..] if times == 1.0 => (number(count)?, Month, rest),
        ["every", count, "days", rest @ ..] => (number(count)?, Day, rest),
        ["every", count, "weeks", rest @ ..] => (number(count)?, Week, rest),
        ["every", count, "months", rest @ ..] => (number(count)?, Month, rest),
        _ => return None,
    };
    Some((Rate { times, every, unit }, rest))
}

/// Up to a week: patches are changed every 72 hours.
fn hourly(hours: &str) -> Option<Rate> {
    let every = number(hours).filter(|hours| (1.0..=168.0).contains(hours))?;
    Some(Rate {
        times: 1.0,
        every,
        unit: RateUnit::Hour,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_is_a_count_and_a_period() {
        use RateUnit::{Day, Hour, Month, Week};
        for (frequency, expected) in [
            ("twice daily", Some((2.0, 1.0, Day))),
            ("three times a day", Some((3.0, 1.0, Day))),
            ("three times in a day", Some((3.0, 1.0, Day))),
            ("TDS", Some((3.0, 1.0, Day))),
            ("BD PC", Some((2.0, 1.0, Day))),
            ("daily twice", Some((2.0, 1.0, Day))),
            ("weekly once", Some((1.0, 1.0, Week))),
            ("every 6 hours as needed", Some((1.0, 6.0, Hour))),
            ("q8h", Some((1.0, 8.0, Hour))),
            ("every 72 hours", Some((1.0, 72.0, Hour))),
            ("on alternate days", Some((1.0, 2.0, Day))),
            ("once a week", Some((1.0, 1.0, Week))),
            ("once in a week", Some((1.0, 1.0, Week))),
            ("twice weekly", Some((2.0, 1.0, Week))),
            ("every 2 weeks", Some((1.0, 2.0, Week))),
            ("once in 15 days", Some((1.0, 15.0, Day))),
            ("once monthly", Some((1.0, 1.0, Month))),
            ("once daily at night", Some((1.0, 1.0, Day))),
            ("every morning and night", Some((2.0, 1.0, Day))),
            ("once in the morning", Some((1.0, 1.0, Day))),
            ("in the morning before breakfast", Some((1.0, 1.0, Day))),
            ("after lunch and dinner", Some((2.0, 1.0, Day))),
            ("in the morning and after dinner", Some((2.0, 1.0, Day))),
            (
                "twice daily, in the morning and after dinner",
                Some((2.0, 1.0, Day)),
            ),
            ("once daily in the morning and after dinner", None),
            ("in the evening and after dinner", None),
            (
                "once daily half an hour before breakfast",
                Some((1.0, 1.0, Day)),
            ),
            ("twice daily 30 minutes before food", Some((2.0, 1.0, Day))),
            ("8 hourly", Some((1.0, 8.0, Hour))),
            ("once every 3 days", Some((1.0, 3.0, Day))),
            ("once a fortnight", Some((1.0, 2.0, Week))),
            ("once a week after breakfast", Some((1.0, 1.0, Week))),
            ("once a week in the morning", Some((1.0, 1.0, Week))),
            ("twice a week in the morning and evening", None),
            ("twice a month in the morning and at night", None),
            ("in the evening one hour before bedtime", None),
            ("once a week, then daily", None),
            ("once", None),
            ("stat", None),
            ("once every Monday", None),
            ("once a year", None),
            ("twice in 10 days", None),
            ("twice daily at night", None),
            ("twice daily after breakfast", None),
            ("after food", None),
            ("every 6 hours at night", None),
            ("every 0 hours", None),
            ("0 times a day", None),
            ("qh", None),
            ("1-0-1", None),
            ("as needed", None),
            ("", None),
        ] {
            let found = rate(frequency).map(|rate| (rate.times, rate.every, rate.unit));
            assert_eq!(found, expected, "{frequency}");
        }
    }

    #[test]
    fn one_dose_in_all_is_no_rate() {
        for frequency in ["stat", "Single dose", "as a single dose", "once only"] {
            assert!(is_once(frequency), "{frequency}");
            assert_eq!(rate(frequency), None, "{frequency}");
        }
        for frequency in ["", "once", "once daily", "stat, then twice daily"] {
            assert!(!is_once(frequency), "{frequency}");
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
            prop_assert!(rate(frequency).is_some());
            prop_assert_eq!(rate(&said), None);
        }
    }
}
