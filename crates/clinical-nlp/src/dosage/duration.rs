//! For how long: "for two weeks", "x 7 days", "for the next 5 to 7 days", "a 10-day course".

use super::numbers::{number, single};
use super::open_ended::open_ended;
use super::timing::Period;
use super::{Piece, PieceKind};
use crate::text::{Gap, Tokens};

/// A span of time in the text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Length {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) low: f64,
    pub(crate) high: Option<f64>,
    pub(crate) period: Period,
}

impl Length {
    /// "14 days" for weeks and days, whose length is certain; else as said ("2 months").
    pub(crate) fn notation(&self) -> String {
        let (factor, unit) = match self.period {
            Period::Week => (7.0, Period::Day),
            other => (1.0, other),
        };
        let count = |value: f64| (value * factor).to_string();
        let number = self.high.map_or_else(
            || count(self.low),
            |high| format!("{}-{}", count(self.low), count(high)),
        );
        let plural = if number == "1" { "" } else { "s" };
        format!("{number} {}{plural}", unit.as_str())
    }
}

/// A length of time at `first`, or a range of two: "six months to one year".
pub(crate) fn length(tokens: &Tokens<'_>, first: usize) -> Option<Length> {
    let low = one_length(tokens, first)?;
    let range = matches!(tokens.lower(low.end), "to" | "or") && tokens.joined(low.end);
    let more = || one_length(tokens, low.end + 1).filter(|_| tokens.joined(low.end + 1));
    let Some(high) = more().filter(|high| range && high.high.is_none() && low.high.is_none())
    else {
        return Some(low);
    };
    // In units that hold a whole number of each other.
    let factor = match (low.period, high.period) {
        (one, other) if one == other => 1.0,
        (Period::Day, Period::Week) => 7.0,
        (Period::Month, Period::Year) => 12.0,
        _ => return Some(low),
    };
    let to = high.low * factor;
    if to <= low.low {
        return Some(low);
    }
    Some(Length {
        first,
        end: high.end,
        high: Some(to),
        ..low
    })
}

/// A number and a unit of time at `first`; "a week" counts as one.
fn one_length(tokens: &Tokens<'_>, first: usize) -> Option<Length> {
    // "first week", "first 3 days"
    let ordinal = usize::from(tokens.lower(first) == "first" && tokens.joined(first + 1));
    let (low, high, at) = match number(tokens, first + ordinal) {
        Some(found) => (found.value, found.high, found.end),
        None if ordinal == 1 => (1.0, None, first + 1),
        None if matches!(tokens.lower(first), "a" | "an" | "one" | "another") => {
            (1.0, None, first + 1)
        }
        None => return None,
    };
    if let Some(found) = fraction_of(tokens, first) {
        return Some(found);
    }
    let at = at
        + usize::from(matches!(
            tokens.lower(at),
            "more" | "full" | "complete" | "consecutive" | "additional" | "extra"
        ));
    if !tokens.joined(at) {
        return None;
    }
    let period = match tokens.lower(at) {
        "day" | "days" | "night" | "nights" => Period::Day,
        "d" if tokens.is_number(at - 1) => Period::Day,
        "week" | "weeks" | "wk" | "wks" => Period::Week,
        "w" if tokens.is_number(at - 1) && tokens.gap(at).is_empty() => Period::Week,
        "month" | "months" | "mth" | "mths" => Period::Month,
        "mo" | "mos" if tokens.is_number(at - 1) => Period::Month,
        // Metres and minutes are not led so.
        "m" if tokens.gap(at).is_empty() && is_led(tokens, first) => Period::Month,
        "year" | "years" | "yrs" => Period::Year,
        "hour" | "hours" | "hrs" => Period::Hour,
        "fortnight" => {
            return Some(Length {
                first,
                end: at + 1,
                low: low * 2.0,
                high: None,
                period: Period::Week,
            });
        }
        _ => return None,
    };
    Some(Length {
        first,
        end: at + 1,
        low,
        high,
        period,
    })
}

/// Whether "x" or "for" stands before.
fn is_led(tokens: &Tokens<'_>, first: usize) -> bool {
    matches!(tokens.lower(first.wrapping_sub(1)), "x" | "\u{d7}" | "for")
}

/// "BD 5/7", "nocte, 2/52".
fn follows_how_often(tokens: &Tokens<'_>, first: usize) -> bool {
    matches!(
        tokens.lower(first.wrapping_sub(1)),
        "od" | "bd"
            | "bds"
            | "tds"
            | "qds"
            | "bid"
            | "tid"
            | "qid"
            | "om"
            | "on"
            | "mane"
            | "nocte"
            | "hs"
            | "daily"
            | "prn"
            | "sos"
            | "ac"
            | "pc"
    )
}

/// "5/7", "2/52", "3/12": days, weeks, months as English charts write them. Only behind
/// "x", "for" or how often: elsewhere it is a fraction or a date.
fn fraction_of(tokens: &Tokens<'_>, first: usize) -> Option<Length> {
    if !(is_led(tokens, first) || follows_how_often(tokens, first))
        || !tokens.is_number(first)
        || !tokens.is_number(first + 1)
        || !tokens.gap(first + 1).only(Gap::SLASH)
    {
        return None;
    }
    let low: f64 = tokens.lower(first).parse().ok()?;
    let period = match tokens.lower(first + 1) {
        "7" => Period::Day,
        "52" => Period::Week,
        "12" => Period::Month,
        _ => return None,
    };
    Some(Length {
        first,
        end: first + 2,
        low,
        high: None,
        period,
    })
}

/// "three doses", "three cycles": a number of times, whose length is not told.
fn number_of_times(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let found = number(tokens, first)?;
    let led = tokens.lower(first.wrapping_sub(1)) == "for";
    let named = match tokens.lower(found.end) {
        "doses" | "cycles" | "courses" | "pulses" | "sessions" => true,
        "injections" | "infusions" | "applications" => led,
        _ => false,
    };
    let divided = matches!(
        tokens.lower(first.wrapping_sub(1)),
        "in" | "into" | "of" | "every" | "miss" | "missed"
    );
    (named && tokens.joined(found.end) && !divided).then_some(found.end + 1)
}

/// Treatment is told for no longer at once; what has lasted longer is an illness.
const MOST_YEARS: f64 = 5.0;

/// "one month's supply", "a 30 day supply": what is dispensed.
fn is_supply(tokens: &Tokens<'_>, end: usize) -> bool {
    let at = end + usize::from(tokens.lower(end) == "s");
    matches!(tokens.lower(at), "supply" | "stock")
}

/// A duration of treatment that starts at token `first`.
pub(super) fn duration(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    if let Some(end) = open_ended(tokens, first) {
        return Some(Piece {
            kind: PieceKind::Duration,
            first,
            end,
            normalized: None,
        });
    }
    let led = lead(tokens, first);
    let start = led.unwrap_or(first);
    if let Some(end) = number_of_times(tokens, start).or_else(|| few(tokens, start)) {
        return Some(Piece {
            kind: PieceKind::Duration,
            first,
            end,
            normalized: None,
        });
    }
    let length = length(tokens, start).filter(|length| !is_supply(tokens, length.end))?;
    let mut end = length.end;
    match led {
        // "for the past 3 days" tells of the past, "for 20 years" of an illness.
        Some(_) if length.period == Period::Year && length.low > MOST_YEARS => return None,
        Some(_) if matches!(tokens.lower(end), "ago" | "back" | "old" | "history") => return None,
        Some(_) => {}
        None => end = bare(tokens, first, &length)?,
    }
    if matches!(tokens.lower(end), "course" | "only") && tokens.joined(end) {
        end += usize::from(tokens.lower(end) == "course");
    }
    // "Taper over two weeks" is not how long the dose before is taken.
    let normalized =
        (tokens.lower(first) != "over" || !tapers(tokens, first)).then(|| length.notation());
    Some(Piece {
        kind: PieceKind::Duration,
        first,
        end,
        normalized,
    })
}

/// "a few days", "a couple of weeks": no number may be concluded.
fn few(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    let at = first + usize::from(tokens.lower(first) == "a");
    let at = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("few" | "several" | "some", "more") => at + 2,
        ("few" | "several" | "some", _) => at + 1,
        ("couple", "of") => at + 2,
        _ => return None,
    };
    let after = tokens.lower(at + 1);
    (matches!(tokens.lower(at), "days" | "weeks" | "months")
        && !matches!(after, "ago" | "back" | "later"))
    .then_some(at + 1)
}

/// Where a duration starts without the words that lead to it: "5 days" of "for the next 5 days".
pub(crate) fn unled(tokens: &Tokens<'_>, first: usize) -> usize {
    lead(tokens, first).unwrap_or(first)
}

/// Where the number starts after "for", "x", "for the next", "for about", "for a total of".
fn lead(tokens: &Tokens<'_>, first: usize) -> Option<usize> {
    match tokens.lower(first) {
        "for" => {}
        "x" | "\u{d7}" | "times" => {
            return single(tokens, first + 1).is_some().then_some(first + 1);
        }
        "over" if tokens.lower(first + 1) == "the" || tapers(tokens, first) => {}
        "another" => return Some(first + usize::from(!is_unit(tokens, first + 1))),
        _ => return None,
    }
    let at = first + 1;
    Some(match (tokens.lower(at), tokens.lower(at + 1)) {
        ("another", _) if is_unit(tokens, at + 1) => at,
        ("the", "next" | "coming") => at + 2,
        ("the", "first") => at + 1,
        ("upto" | "nearly" | "minimum", _) => at + 1,
        ("a", "total" | "period" | "duration" | "course") if tokens.lower(at + 2) == "of" => at + 3,
        ("a", "further") => at + 2,
        ("further" | "total", _) => at + 1,
        ("at", "least") | ("up", "to") => at + 2,
        ("about" | "around" | "another" | "next" | "approximately", _) => at + 1,
        _ => at,
    })
}

/// "(another) week"
fn is_unit(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(tokens.lower(at), "day" | "week" | "fortnight" | "month")
}

/// "taper (off) over", "wean down over": how long the change takes.
fn tapers(tokens: &Tokens<'_>, over: usize) -> bool {
    (over.saturating_sub(6)..over).any(|at| {
        matches!(
            tokens.lower(at),
            "taper" | "tapered" | "tapering" | "wean" | "weaned" | "withdraw"
        )
    })
}

/// Without "for": only days, weeks and months, and not when the words around make it a point in time.
fn bare(tokens: &Tokens<'_>, first: usize, length: &Length) -> Option<usize> {
    let night = matches!(tokens.lower(length.end - 1), "night" | "nights");
    if night || matches!(length.period, Period::Hour | Period::Year) || tokens.lower(first) == "a" {
        return course(tokens, first, length);
    }
    let before = if first == 0 {
        ""
    } else {
        tokens.lower(first - 1)
    };
    let after = tokens.lower(length.end);
    // "three times a day five days"
    let daily = before == "day"
        && matches!(
            tokens.lower(first.wrapping_sub(2)),
            "a" | "per" | "every" | "each" | "alternate"
        );
    // "a course of five days"
    let course_of = before == "of"
        && matches!(
            tokens.lower(first.wrapping_sub(2)),
            "course" | "duration" | "period"
        );
    let point = !daily
        && !course_of
        && matches!(
            before,
            "every"
                | "in"
                | "after"
                | "since"
                | "past"
                | "last"
                | "previous"
                | "within"
                | "day"
                | "age"
                | "of"
                | "over"
                | "about"
                | "around"
                | "from"
                | "the"
                | "first"
        )
        || matches!(
            after,
            "ago"
                | "back"
                | "later"
                | "old"
                | "history"
                | "prior"
                | "before"
                | "after"
                | "from"
                | "duration"
        );
    (!point).then_some(length.end)
}

/// "a 10-day course".
fn course(tokens: &Tokens<'_>, first: usize, length: &Length) -> Option<usize> {
    (tokens.lower(length.end) == "course" && tokens.gap(first + 1).only(Gap::SPACE.or(Gap::HYPHEN)))
        .then_some(length.end)
}
