//! Frequencies: "twice a day after food", "BID", "1-0-1", "every 4 to 6 hours as needed".

use super::clock::{clock, weekdays};
use super::divided::{days_a_week, divided};
use super::meals::meals;
use super::moments::{FIXED, Seed};
use super::numbers::number;
pub(super) use super::patterns::pattern;
use super::timing::{Period, Timing, When};
use super::{Piece, PieceKind};
use crate::text::{Gap, Tokens};

/// A frequency that starts at token `first`, with everything that follows on and belongs to it.
pub(super) fn frequency(
    tokens: &Tokens<'_>,
    first: usize,
    limit: usize,
) -> Option<(Piece, Timing)> {
    let (mut end, mut timing) = part(tokens, first)?;
    while end < limit {
        let Some((after, more)) = follow_on(tokens, end) else {
            break;
        };
        if after > limit {
            break;
        }
        timing.merge(&more);
        end = after;
    }
    // What is said only in words has no notation that would be whole.
    let normalized = (!timing.in_words && timing.hours == 0).then(|| timing.notation());
    Some((
        Piece {
            kind: PieceKind::Frequency,
            first,
            end,
            normalized,
        },
        timing,
    ))
}

/// Another part, right behind, after a comma, or after "and".
fn follow_on(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    let loose = Gap::SPACE
        .or(Gap::COMMA)
        .or(Gap::HYPHEN)
        .or(Gap::BRACKET)
        .or(Gap::SLASH);
    if !tokens.gap(at).only(loose) {
        return None;
    }
    let and = tokens.lower(at) == "and" && tokens.joined(at + 1);
    if !and {
        return part(tokens, at).or_else(|| food_letters(tokens, at));
    }
    let (end, timing) = part(tokens, at + 1)?;
    // "and once ..." opens a new statement unless it adds a time of day.
    let adds = !timing.when.is_empty() || timing.hours > 0 || !timing.days.is_empty();
    (adds && timing.times.is_none()).then_some((end, timing))
}

/// "1-0-1 A/F", "OD BF": letters that mean food only behind a frequency. Elsewhere AF
/// is atrial fibrillation.
fn food_letters(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    let split = tokens.lower(at + 1) == "f" && tokens.gap(at + 1).only(Gap::SLASH);
    let when = match tokens.lower(at) {
        "af" => When::AfterFood,
        "bf" => When::BeforeFood,
        "a" if split => When::AfterFood,
        "b" if split => When::BeforeFood,
        _ => return None,
    };
    let timing = Timing {
        when: vec![when],
        ..Timing::default()
    };
    Some((at + 1 + usize::from(split), timing))
}

fn part(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    if tokens.is_number(first) {
        return figure_part(tokens, first);
    }
    pattern(tokens, first)
        .or_else(|| counted(tokens, first))
        .or_else(|| every(tokens, first))
        .or_else(|| days_a_week(tokens, first))
        .or_else(|| divided(tokens, first))
        .or_else(|| meals(tokens, first))
        .or_else(|| fixed(tokens, first))
        .or_else(|| weekdays(tokens, first))
        .or_else(|| clock(tokens, first))
        .or_else(|| evening_list(tokens, first))
}

/// A part that begins with a figure: the word behind it tells which it can be.
fn figure_part(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    if let Some(found) = pattern(tokens, first) {
        return Some(found);
    }
    let end = number(tokens, first)?.end;
    match tokens.lower(end) {
        "times" | "time" | "x" => counted(tokens, first),
        "hourly" | "nd" | "rd" | "th" => every(tokens, first),
        "days" => days_a_week(tokens, first),
        "minute" | "minutes" | "mins" | "min" | "hour" | "hours" | "hrs" | "hr" => {
            meals(tokens, first)
        }
        "am" | "pm" | "a" | "p" => clock(tokens, first),
        _ if tokens.gap(end).only(Gap::COLON) => clock(tokens, first),
        _ => None,
    }
}

fn fixed(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let (end, seed) = FIXED.longest(tokens, first)?;
    let mut timing = Timing::default();
    match seed {
        Seed::Times(count, period) => timing.times = Some((count, period)),
        Seed::Every(count, period) => timing.every = Some((count, None, period)),
        Seed::When(when) => timing.when.push(when),
        Seed::Once => timing.once = true,
        Seed::AsNeeded => timing.as_needed = true,
    }
    Some((end, timing))
}

/// "morning and evening", "morning, noon and night", "morning and at night".
fn evening_list(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let mut timing = Timing {
        when: vec![time_of_day(tokens.lower(first))?],
        ..Timing::default()
    };
    let mut end = first + 1;
    while timing.when.len() < 6 {
        let and = usize::from(matches!(tokens.lower(end), "and" | "at"));
        let Some(when) = time_of_day(tokens.lower(end + and)) else {
            break;
        };
        if !tokens
            .gap(end)
            .only(Gap::SPACE.or(Gap::COMMA).or(Gap::SLASH))
        {
            break;
        }
        timing.when.push(when);
        end += and + 1;
    }
    (timing.when.len() > 1).then_some((end, timing))
}

fn time_of_day(word: &str) -> Option<When> {
    Some(match word {
        "morning" => When::Morning,
        "noon" => When::Noon,
        "afternoon" => When::Afternoon,
        "evening" => When::Evening,
        "night" => When::Night,
        "bedtime" => When::Bedtime,
        _ => return None,
    })
}

/// "once", "twice daily", "three times a day", "4 x a week", "two times per day".
fn counted(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let (count, high, at) = match tokens.lower(first) {
        "once"
            if matches!(
                (tokens.lower(first + 1), tokens.lower(first + 2)),
                ("or" | "to", "twice")
            ) =>
        {
            (1.0, Some(2.0), first + 3)
        }
        "once" => (1.0, None, first + 1),
        "twice" => (2.0, None, first + 1),
        "thrice" => (3.0, None, first + 1),
        _ => {
            let found = number(tokens, first)?;
            let times = matches!(tokens.lower(found.end), "times" | "time" | "x");
            if !times || !tokens.joined(found.end) {
                return None;
            }
            (found.value, found.high, found.end + 1)
        }
    };
    let times = |period| Timing {
        times: Some((count, period)),
        times_to: high,
        ..Timing::default()
    };
    if let Some((end, period)) = per(tokens, at) {
        return Some((end, times(period)));
    }
    if count == 1.0
        && high.is_none()
        && let Some(found) = one_in(tokens, at)
    {
        return Some(found);
    }
    // "then four times for one week": of a course that goes on, times a day.
    if count >= 2.0
        && tokens.joined(at)
        && matches!(tokens.lower(at), "for" | "x")
        && number(tokens, at + 1).is_some()
    {
        return Some((at, times(Period::Day)));
    }
    // "once at night", "twice after meals": the count stands alone before a time.
    if !matches!(tokens.lower(first), "once" | "twice" | "thrice") || !tokens.joined(at) {
        return None;
    }
    let moment = meals(tokens, at)
        .or_else(|| fixed(tokens, at))
        .or_else(|| weekdays(tokens, at));
    let (end, mut timing) = moment?;
    if timing.when.is_empty() && !timing.as_needed && timing.days.is_empty() {
        return None;
    }
    if timing.days.is_empty() {
        timing.times = Some((count, Period::Day));
    }
    Some((end, timing))
}

/// "(once) in 15 days", "(once) every 3 months".
fn one_in(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    if !matches!(tokens.lower(at), "in" | "every") || !tokens.joined(at) {
        return None;
    }
    let found = number(tokens, at + 1)?;
    let period = period(tokens.lower(found.end)).filter(|_| tokens.joined(found.end))?;
    Some((
        found.end + 1,
        Timing {
            every: Some((found.value, found.high, period)),
            ..Timing::default()
        },
    ))
}

/// "a day", "daily", "per week", "every night", "/day", "in a day".
fn per(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Period)> {
    if tokens.gap(at).has(Gap::SLASH) {
        return Some((at + 1, period(tokens.lower(at))?));
    }
    if !tokens.joined(at) {
        return None;
    }
    match tokens.lower(at) {
        "daily" => return Some((at + 1, Period::Day)),
        "weekly" => return Some((at + 1, Period::Week)),
        "monthly" => return Some((at + 1, Period::Month)),
        _ => {}
    }
    let lead = usize::from(tokens.lower(at) == "in");
    let link = matches!(
        tokens.lower(at + lead),
        "a" | "per" | "every" | "each" | "the" | "one"
    );
    if !link {
        return None;
    }
    let unit = at + lead + 1;
    let period = match tokens.lower(unit) {
        "days" | "weeks" | "months" | "hours" => None,
        word => period(word),
    }?;
    Some((unit + 1, period))
}

fn period(word: &str) -> Option<Period> {
    Some(match word {
        "hour" | "hours" | "hr" | "hrs" | "hourly" | "h" => Period::Hour,
        "day" | "days" => Period::Day,
        "week" | "weeks" | "wk" | "wks" => Period::Week,
        "month" | "months" => Period::Month,
        _ => return None,
    })
}

/// "every 6 hours", "every four to six hours", "q6h", "q 6 h", "6 hourly", "every 2 weeks".
fn every(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let build = |low: f64, high: Option<f64>, period: Period, end: usize| {
        Some((
            end,
            Timing {
                every: Some((low, high, period)),
                ..Timing::default()
            },
        ))
    };
    let word = tokens.lower(first);
    if let Some((hours, rest)) = q_hours(word) {
        // "q4-6h"
        if rest.is_empty() && tokens.is_number(first + 1) && tokens.gap(first + 1).has(Gap::HYPHEN)
        {
            let high = number(tokens, first + 1).filter(|n| n.high.is_none() && n.value > hours)?;
            return (period(tokens.lower(high.end)) == Some(Period::Hour))
                .then_some(())
                .and_then(|()| build(hours, Some(high.value), Period::Hour, high.end + 1));
        }
        let unit =
            usize::from(rest.is_empty() && period(tokens.lower(first + 1)) == Some(Period::Hour));
        return (unit == 1 || !rest.is_empty())
            .then_some(())
            .and_then(|()| build(hours, None, Period::Hour, first + 1 + unit));
    }
    if word == "every" || (word == "q" && tokens.is_number(first + 1)) {
        if let Some((nth, at)) = ordinal(tokens, first + 1) {
            let period = period(tokens.lower(at)).filter(|_| tokens.joined(at))?;
            return build(nth, None, period, at + 1);
        }
        let found = number(tokens, first + 1).filter(|_| tokens.joined(first + 1))?;
        if matches!(tokens.lower(found.end), "minute" | "minutes" | "mins") {
            return None;
        }
        let period = period(tokens.lower(found.end)).filter(|_| tokens.joined(found.end))?;
        return build(found.value, found.high, period, found.end + 1);
    }
    let (low, high, end) = match ordinal(tokens, first) {
        Some((nth, end)) => (nth, None, end),
        None => number(tokens, first).map(|n| (n.value, n.high, n.end))?,
    };
    (tokens.lower(end) == "hourly" && tokens.joined(end))
        .then_some(())
        .and_then(|()| build(low, high, Period::Hour, end + 1))
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

/// "q6h", "q12hrs", "q8": hours and what follows the figure.
fn q_hours(word: &str) -> Option<(f64, &str)> {
    let rest = word.strip_prefix('q')?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let hours: f64 = rest.get(..digits)?.parse().ok()?;
    let tail = rest.get(digits..)?;
    (matches!(tail, "" | "h" | "hr" | "hrs" | "hourly") && (1.0..=72.0).contains(&hours))
        .then_some((hours, tail))
}
