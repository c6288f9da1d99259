//! Frequencies: "twice a day after food", "BID", "1-0-1", "every 4 to 6 hours as needed".

use super::at_most::at_most;
use super::clock::{clock, weekdays};
use super::divided::{days_a_week, divided};
use super::every::{every, period};
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
        let Some((after, more)) = follow_on(tokens, end, &timing) else {
            break;
        };
        if after > limit {
            break;
        }
        if matches!(tokens.lower(end), "and" | "&") {
            timing.add(&more);
        } else {
            timing.merge(&more);
        }
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
fn follow_on(tokens: &Tokens<'_>, at: usize, said: &Timing) -> Option<(usize, Timing)> {
    let loose = Gap::SPACE
        .or(Gap::COMMA)
        .or(Gap::HYPHEN)
        .or(Gap::BRACKET)
        .or(Gap::SLASH);
    if !tokens.gap(at).only(loose) {
        return None;
    }
    let and = matches!(tokens.lower(at), "and" | "&") && tokens.joined(at + 1);
    if !and {
        return part(tokens, at)
            .or_else(|| food_letters(tokens, at))
            .or_else(|| moment(tokens, at).filter(|_| said.has_rate() || said.moments() > 0));
    }
    // "in the morning and evening"
    let bare = || moment(tokens, at + 1).filter(|_| said.moments() > 0);
    let (end, mut timing) = part(tokens, at + 1).or_else(bare)?;
    let open = |when: &When| said.when.iter().any(|other| when.may_be(*other));
    timing.in_words |= timing.when.iter().any(open);
    // "and once ..." opens a new statement unless it adds a time of day.
    let adds =
        !timing.when.is_empty() || timing.hours > 0 || !timing.days.is_empty() || timing.as_needed;
    (adds && timing.times.is_none()).then_some((end, timing))
}

/// What is a frequency behind an amount only: "(10 mg) a day", "(half tablet) night".
pub(super) fn behind_amount(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    match (tokens.lower(at), tokens.lower(at + 1)) {
        ("a" | "per", word @ ("day" | "week" | "month")) => {
            let timing = Timing {
                times: Some((1.0, period(word)?)),
                ..Timing::default()
            };
            Some((at + 2, timing))
        }
        _ => moment(tokens, at),
    }
}

/// "night", "evening time": a time of day that stands by itself, so that no noun follows
/// it ("night sweats").
fn moment(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    let when = time_of_day(tokens.lower(at))?;
    let end = at + 1 + usize::from(tokens.lower(at + 1) == "time" && tokens.joined(at + 1));
    let stands = end >= tokens.len()
        || !tokens.gap(end).only(Gap::SPACE)
        || tokens.is_number(end)
        || matches!(
            tokens.lower(end),
            "and"
                | "&"
                | "after"
                | "as"
                | "before"
                | "daily"
                | "for"
                | "if"
                | "only"
                | "prn"
                | "sos"
                | "then"
                | "till"
                | "until"
                | "with"
                | "x"
                | "\u{d7}"
        );
    let timing = Timing {
        when: vec![when],
        ..Timing::default()
    };
    stands.then_some((end, timing))
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
        .or_else(|| at_most(tokens, first))
        .or_else(|| every(tokens, first))
        .or_else(|| days_a_week(tokens, first))
        .or_else(|| divided(tokens, first))
        .or_else(|| meals(tokens, first))
        .or_else(|| fixed(tokens, first))
        .or_else(|| weekdays(tokens, first))
        .or_else(|| clock(tokens, first))
        .or_else(|| evening_list(tokens, first))
        .or_else(|| chart_letters(tokens, first))
}

/// "20 mg ON", "40 mg OM": every night and every morning on English charts. In capitals,
/// and with nothing behind that they could lead to.
fn chart_letters(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let when = match tokens.original(first) {
        "ON" => When::Night,
        "OM" => When::Morning,
        _ => return None,
    };
    let end = first + 1;
    let stands = end >= tokens.len()
        || !tokens.gap(end).only(Gap::SPACE)
        || tokens.is_number(end)
        || matches!(tokens.lower(end), "for" | "x" | "\u{d7}" | "till" | "until");
    let timing = Timing {
        when: vec![when],
        ..Timing::default()
    };
    stands.then_some((end, timing))
}

/// A part that begins with a figure: the word behind it tells which it can be.
fn figure_part(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    if let Some(found) = pattern(tokens, first) {
        return Some(found);
    }
    let end = number(tokens, first)?.end;
    match tokens.lower(end) {
        "times" | "time" | "x" => counted(tokens, first),
        "hourly" | "hrly" | "monthly" | "nd" | "rd" | "th" => every(tokens, first),
        "days" => days_a_week(tokens, first),
        "minute" | "minutes" | "mins" | "min" | "hour" | "hours" | "hrs" | "hr" => {
            meals(tokens, first)
        }
        "am" | "pm" | "a" | "p" => clock(tokens, first),
        _ if tokens.gap(end).only(Gap::COLON) => clock(tokens, first),
        _ => None,
    }
}

pub(super) fn fixed(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
    let (end, seed) = FIXED.longest(tokens, first)?;
    let mut timing = Timing::default();
    match seed {
        Seed::Times(count, period) => timing.times = Some((count, period)),
        Seed::Every(count, period) => timing.every = Some((count, None, period)),
        Seed::When(when) => timing.when.push(when),
        Seed::Once => timing.once = true,
        Seed::AsNeeded => timing.as_needed = true,
        Seed::InWords => timing.in_words = true,
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
        let and = usize::from(matches!(tokens.lower(end), "and" | "at" | "&"));
        let Some(when) = time_of_day(tokens.lower(end + and)) else {
            break;
        };
        if !tokens
            .gap(end)
            .only(Gap::SPACE.or(Gap::COMMA).or(Gap::SLASH).or(Gap::HYPHEN))
        {
            break;
        }
        timing.in_words |= and == 1 && timing.when.iter().any(|other| when.may_be(*other));
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
pub(super) fn counted(tokens: &Tokens<'_>, first: usize) -> Option<(usize, Timing)> {
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
    if tokens.lower(first) == "once" && high.is_none() && is_alone(tokens, first) {
        let once = Timing {
            once: true,
            ..Timing::default()
        };
        return Some((at, once));
    }
    // "three times after food" is told of a day.
    if tokens.lower(at - 1) == "times"
        && let Some((end, mut timing)) = meals(tokens, at).filter(|_| tokens.joined(at))
    {
        timing.times = Some((count, Period::Day));
        timing.times_to = high;
        return Some((end, timing));
    }
    // "once at night", "twice after meals": the count stands alone before a time.
    if !matches!(tokens.lower(first), "once" | "twice" | "thrice") || !tokens.joined(at) {
        return None;
    }
    let moment = meals(tokens, at)
        .or_else(|| fixed(tokens, at))
        .or_else(|| weekdays(tokens, at));
    let (end, mut timing) = moment?;
    // "once every other day"
    let spaced = timing.every.is_some() && count == 1.0;
    if timing.when.is_empty() && !timing.as_needed && timing.days.is_empty() && !spaced {
        return None;
    }
    if timing.days.is_empty() && !spaced {
        timing.times = Some((count, Period::Day));
    }
    Some((end, timing))
}

/// "1 g once." is one dose in all; "at once" and "more than once" are not, nor is "once the
/// fever is down".
fn is_alone(tokens: &Tokens<'_>, once: usize) -> bool {
    let at = once + 1;
    let ends = at >= tokens.len()
        || !tokens.gap(at).only(Gap::SPACE)
        || matches!(tokens.lower(at), "and" | "then" | "now" | "today");
    ends && !matches!(
        tokens.lower(once.wrapping_sub(1)),
        "at" | "than" | "only" | "least"
    )
}

/// "(once) in 15 days", "(once) every 3 months", "(once) a fortnight".
fn one_in(tokens: &Tokens<'_>, at: usize) -> Option<(usize, Timing)> {
    let lead = usize::from(tokens.lower(at) == "in");
    let article = matches!(tokens.lower(at + lead), "a" | "per" | "every" | "each");
    if article && tokens.lower(at + lead + 1) == "fortnight" && tokens.joined(at) {
        let timing = Timing {
            every: Some((2.0, None, Period::Week)),
            ..Timing::default()
        };
        return Some((at + lead + 2, timing));
    }
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
        "days" | "weeks" | "months" | "hours" | "years" => None,
        word => period(word),
    }?;
    Some((unit + 1, period))
}
