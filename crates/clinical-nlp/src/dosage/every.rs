//! A dose every so often: "every 6 hours", "every four to six hours", "q6h", "q 6 h",
//! "6 hourly", "every 2 weeks", "3 monthly".

use super::numbers::number;
use super::timing::{Period, Timing};
use crate::text::{Gap, Tokens};

/// One dose in so many periods, and one past its end.
pub(super) fn every(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let word = tokens.lower(first);
    if let Some((count, unit)) = q_figure(word) {
        return behind_q(tokens, first + 1, count, unit);
    }
    if word == "every" || (word == "q" && tokens.is_number(first + 1)) {
        if let Some((nth, at)) = ordinal(tokens, first + 1) {
            let period = period(tokens.lower(at)).filter(|_| tokens.joined(at))?;
            return told(nth, None, period, at + 1);
        }
        let found = number(tokens, first + 1).filter(|_| tokens.joined(first + 1))?;
        if matches!(tokens.lower(found.end), "minute" | "minutes" | "mins") {
            let timing = Timing {
                in_words: true,
                ..Timing::default()
            };
            return Some((found.end + 1, timing));
        }
        let period = period(tokens.lower(found.end)).filter(|_| tokens.joined(found.end))?;
        return told(found.value, found.high, period, found.end + 1);
    }
    let (low, high, end) = match ordinal(tokens, first) {
        Some((nth, end)) => (nth, None, end),
        None => number(tokens, first).map(|n| (n.value, n.high, n.end))?,
    };
    let period = match tokens.lower(end) {
        "hourly" | "hrly" => Period::Hour,
        // "One monthly" is one piece a month.
        "monthly" if low >= 2.0 => Period::Month,
        _ => return None,
    };
    tokens
        .joined(end)
        .then(|| told(low, high, period, end + 1))
        .flatten()
}

fn told(low: f64, high: Option<f64>, period: Period, end: usize) -> Option<(usize, Timing)> {
    let timing = Timing {
        every: Some((low, high, period)),
        ..Timing::default()
    };
    Some((end, timing))
}

/// What a word stands for within a frequency.
pub(super) fn period(word: &str) -> Option<Period> {
    Some(match word {
        "hour" | "hours" | "hr" | "hrs" | "hourly" | "hrly" | "h" => Period::Hour,
        "day" | "days" => Period::Day,
        "week" | "weeks" | "wk" | "wks" | "weekly" => Period::Week,
        "month" | "months" | "monthly" => Period::Month,
        "year" | "years" => Period::Year,
        _ => return None,
    })
}

/// "6th", "third": its number and one past its end.
fn ordinal(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    let value = match tokens.lower(at) {
        "second" => 2.0,
        "third" => 3.0,
        "fourth" => 4.0,
        "fifth" => 5.0,
        "sixth" => 6.0,
        "eighth" => 8.0,
        "tenth" => 10.0,
        "twelfth" => 12.0,
        figure => {
            let ending = matches!(tokens.lower(at + 1), "nd" | "rd" | "th");
            let whole = tokens.is_number(at) && ending && tokens.gap(at + 1).is_empty();
            return whole
                .then(|| figure.parse().ok())
                .flatten()
                .map(|value| (value, at + 2));
        }
    };
    Some((value, at + 1))
}

/// "q6h", "q12hrs", "q8", "q2d", "q3wk": the figure, and the unit where the word has one.
fn q_figure(word: &str) -> Option<(f64, Option<Period>)> {
    let rest = word.strip_prefix('q')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let count: f64 = rest.get(..digits)?.parse().ok()?;
    let (unit, most) = match rest.get(digits..)? {
        "" => (None, 72.0),
        "h" | "hr" | "hrs" | "hourly" => (Some(Period::Hour), 72.0),
        "d" => (Some(Period::Day), 90.0),
        "w" | "wk" | "wks" => (Some(Period::Week), 52.0),
        "mo" | "mth" => (Some(Period::Month), 12.0),
        _ => return None,
    };
    (1.0..=most).contains(&count).then_some((count, unit))
}

/// What follows "q6": a unit of its own, or the end of a range, as in "q4-6h".
fn behind_q(
    tokens: &Tokens<'_>,
    at: usize,
    count: f64,
    unit: Option<Period>,
) -> Option<(usize, Timing)> {
    let is_hour = |at: usize| period(tokens.lower(at)) == Some(Period::Hour);
    if let Some(unit) = unit {
        return told(count, None, unit, at);
    }
    if tokens.is_number(at) && tokens.gap(at).has(Gap::HYPHEN) {
        let high = number(tokens, at).filter(|n| n.high.is_none() && n.value > count)?;
        return is_hour(high.end)
            .then(|| told(count, Some(high.value), Period::Hour, high.end + 1))
            .flatten();
    }
    is_hour(at)
        .then(|| told(count, None, Period::Hour, at + 1))
        .flatten()
}
