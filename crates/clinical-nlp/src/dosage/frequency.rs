//! Frequencies: "twice a day after food", "BID", "1-0-1", "every 4 to 6 hours as needed".

use super::moments::{FIXED, Seed};
use super::numbers::{number, single, small};
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
    let normalized = Some(timing.notation());
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
        return part(tokens, at);
    }
    let (end, timing) = part(tokens, at + 1)?;
    // "and once ..." opens a new statement unless it adds a time of day.
    (!timing.when.is_empty() && timing.times.is_none()).then_some((end, timing))
}

fn part(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    pattern(tokens, first)
        .or_else(|| counted(tokens, first))
        .or_else(|| every(tokens, first))
        .or_else(|| interval_before_meal(tokens, first))
        .or_else(|| fixed(tokens, first))
        .or_else(|| evening_list(tokens, first))
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
    loop {
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
    let (count, at) = match tokens.lower(first) {
        "once" => (1.0, first + 1),
        "twice" => (2.0, first + 1),
        "thrice" => (3.0, first + 1),
        _ => {
            let found = number(tokens, first)?;
            let times = matches!(tokens.lower(found.end), "times" | "time" | "x");
            if !times || found.high.is_some() || !tokens.joined(found.end) {
                return None;
            }
            (found.value, found.end + 1)
        }
    };
    if let Some((end, period)) = per(tokens, at) {
        return Some((
            end,
            Timing {
                times: Some((count, period)),
                ..Timing::default()
            },
        ));
    }
    // "once at night", "twice after meals": the count stands alone before a time.
    if matches!(tokens.lower(first), "once" | "twice" | "thrice")
        && tokens.joined(at)
        && let Some((end, moment)) = fixed(tokens, at)
        && (!moment.when.is_empty() || moment.as_needed)
    {
        let mut timing = moment;
        timing.times = Some((count, Period::Day));
        return Some((end, timing));
    }
    None
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
        let unit =
            usize::from(rest.is_empty() && period(tokens.lower(first + 1)) == Some(Period::Hour));
        return (unit == 1 || !rest.is_empty())
            .then_some(())
            .and_then(|()| build(hours, None, Period::Hour, first + 1 + unit));
    }
    if word == "every" || (word == "q" && tokens.is_number(first + 1)) {
        let found = number(tokens, first + 1).filter(|_| tokens.joined(first + 1))?;
        let period = period(tokens.lower(found.end)).filter(|_| tokens.joined(found.end))?;
        return build(found.value, found.high, period, found.end + 1);
    }
    let found = number(tokens, first)?;
    (tokens.lower(found.end) == "hourly" && tokens.joined(found.end))
        .then_some(())
        .and_then(|()| build(found.value, found.high, Period::Hour, found.end + 1))
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

/// "half an hour before breakfast", "30 minutes before food", "2 hours after meals".
fn interval_before_meal(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let found = number(tokens, first)?;
    let unit = matches!(
        tokens.lower(found.end),
        "minutes" | "mins" | "min" | "hour" | "hours"
    );
    if !unit || !tokens.joined(found.end) {
        return None;
    }
    let (end, timing) = fixed(tokens, found.end + 1)?;
    (!timing.when.is_empty() && tokens.joined(found.end + 1)).then_some((end, timing))
}

/// "1-0-1", "1 0 1", "one zero one", "half-0-half", "1-1-1-1", "0 - 0 - 1".
fn pattern(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let mut parts = Vec::new();
    let mut hyphens = true;
    let mut at = first;
    while parts.len() < 5 {
        let Some((value, end)) = pattern_part(tokens, at) else {
            break;
        };
        if !parts.is_empty() {
            let gap = tokens.gap(at);
            let dash = matches!(tokens.lower(at - 1), "dash" | "hyphen");
            if !gap.only(Gap::SPACE.or(Gap::HYPHEN)) {
                break;
            }
            hyphens &= gap.has(Gap::HYPHEN) || dash;
        }
        parts.push(value);
        at = end;
        if matches!(tokens.lower(at), "dash" | "hyphen") && pattern_part(tokens, at + 1).is_some() {
            at += 1;
        }
    }
    let another = tokens.gap(at).has(Gap::HYPHEN) && tokens.is_number(at);
    let has_zero = parts.contains(&0.0);
    let plausible = matches!(parts.len(), 3 | 4) && parts.iter().any(|p| *p > 0.0) && !another;
    (plausible && (hyphens || has_zero)).then(|| {
        (
            at,
            Timing {
                pattern: Some(parts),
                ..Timing::default()
            },
        )
    })
}

fn pattern_part(tokens: &Tokens<'_>, at: usize) -> Option<(f64, usize)> {
    match tokens.lower(at) {
        "oh" | "o" | "nil" | "nought" => return Some((0.0, at + 1)),
        "half" => return Some((0.5, at + 1)),
        word => {
            if let Some(value) = small(word) {
                return (value <= 3.0).then_some((value, at + 1));
            }
        }
    }
    if tokens.is_number(at) && tokens.original(at).len() == 1 || tokens.original(at) == "\u{bd}" {
        let found = single(tokens, at)?;
        return (found.value <= 4.0).then_some((found.value, found.end));
    }
    None
}
