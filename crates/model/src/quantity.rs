//! How many pieces a prescription line amounts to. Only arithmetic on what is
//! written: a line that leaves anything open has no quantity.

use crate::MedicationLine;

impl MedicationLine {
    /// Tablets, capsules, sachets and the like to dispense, rounded up to whole
    /// ones. `None` unless dose, frequency and duration all say a number.
    ///
    /// The dose may come from the frequency itself ("1-0-1" is two a day). Doses
    /// in ml, drops or puffs have no quantity in pieces.
    #[must_use]
    pub fn quantity(&self) -> Option<u32> {
        let days = days(&self.duration)?;
        let per_day = match pieces_by_time_of_day(&self.frequency) {
            Some(pieces) => pieces * pieces_at_a_time(&self.dosage).unwrap_or(1.0),
            None => pieces_at_a_time(&self.dosage)? * times_a_day(&self.frequency)?,
        };
        let total = (per_day * f64::from(days)).ceil();
        (0.0 < total && total <= 10_000.0).then_some(total as u32)
    }
}

/// "1-0-1" or "½-0-1-1": pieces a day.
fn pieces_by_time_of_day(frequency: &str) -> Option<f64> {
    let parts: Vec<&str> = frequency
        .split_whitespace()
        .next()?
        .split(['-', '–'])
        .collect();
    if !(3..=4).contains(&parts.len()) {
        return None;
    }
    parts.into_iter().map(number).sum()
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

fn times_a_day(frequency: &str) -> Option<f64> {
    let frequency = frequency.to_lowercase();
    let words: Vec<&str> = frequency
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect();
    // "as needed" has no number, even where it also says how often at most.
    if words.iter().any(|w| {
        matches!(
            *w,
            "needed"
                | "sos"
                | "prn"
                | "required"
                | "alternate"
                | "week"
                | "weekly"
                | "month"
                | "monthly"
        )
    }) {
        return None;
    }
    match words.as_slice() {
        ["od" | "qd" | "hs" | "daily", ..] | ["once", ..] | ["at", "bedtime" | "night", ..] => {
            Some(1.0)
        }
        [
            "every" | "each",
            "day" | "morning" | "night" | "evening",
            ..,
        ] => Some(1.0),
        ["bd" | "bid", ..] | ["twice", ..] => Some(2.0),
        ["tds" | "tid", ..] | ["thrice", ..] => Some(3.0),
        ["qid" | "qds", ..] => Some(4.0),
        ["every", hours, "hours" | "hourly", ..] => number(hours)
            .filter(|h| *h >= 1.0 && *h <= 24.0)
            .map(|h| (24.0 / h).floor()),
        [count, "times", "a" | "per", "day", ..] | [count, "times", "daily", ..] => number(count),
        _ => None,
    }
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
fn number(text: &str) -> Option<f64> {
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
    fn written_numbers_are_multiplied() {
        for (dosage, frequency, duration, expected) in [
            ("", "1-0-1", "5 days", Some(10)),
            ("", "½-0-½", "5 days", Some(5)),
            ("1 tablet", "twice daily", "30 days", Some(60)),
            ("half a tablet", "once daily", "7 days", Some(4)),
            ("2 tablets", "every 8 hours", "two weeks", Some(84)),
            ("1 capsule", "three times a day", "for 5 days", Some(15)),
            ("1 tablet", "at bedtime", "1 month", Some(30)),
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
