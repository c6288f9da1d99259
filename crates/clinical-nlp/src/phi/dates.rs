//! Calendar dates.

use super::Private;
use super::numbers::private;
use crate::text::{Gap, Tokens};
use crate::types::EntityType;

fn month(word: &str) -> bool {
    matches!(
        word,
        "january"
            | "february"
            | "march"
            | "april"
            | "may"
            | "june"
            | "july"
            | "august"
            | "september"
            | "october"
            | "november"
            | "december"
            | "jan"
            | "feb"
            | "mar"
            | "apr"
            | "jun"
            | "jul"
            | "aug"
            | "sep"
            | "sept"
            | "oct"
            | "nov"
            | "dec"
    )
}

fn year(tokens: &Tokens<'_>, at: usize) -> bool {
    let text = tokens.lower(at);
    tokens.is_number(at) && text.len() == 4 && matches!(text.get(..2), Some("19" | "20"))
}

fn day(tokens: &Tokens<'_>, at: usize) -> bool {
    tokens.is_number(at)
        && tokens
            .lower(at)
            .parse::<u8>()
            .is_ok_and(|day| (1..=31).contains(&day))
}

/// "12/03/2024", "2024-03-12", "12 March 2024", "12th of March".
pub(super) fn date(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let between = |index: usize| {
        let gap = tokens.gap(index);
        gap.only(Gap::SLASH.or(Gap::HYPHEN).or(Gap::PERIOD)) && !gap.is_empty()
    };
    let figures =
        between(at + 1) && between(at + 2) && tokens.is_number(at + 1) && tokens.is_number(at + 2);
    if figures
        && (year(tokens, at) && day(tokens, at + 1) && day(tokens, at + 2)
            || day(tokens, at)
                && day(tokens, at + 1)
                && (year(tokens, at + 2)
                    || tokens.gap(at + 1).has(Gap::SLASH) && day(tokens, at + 2)))
    {
        return private(at, at + 3, EntityType::Date, 0.96);
    }
    if let Some(end) = dotted(tokens, at) {
        return private(at, end, EntityType::Date, 0.96);
    }
    if !day(tokens, at) {
        return None;
    }
    let suffix = usize::from(matches!(tokens.lower(at + 1), "st" | "nd" | "rd" | "th"));
    let of = usize::from(tokens.lower(at + 1 + suffix) == "of");
    let name = at + 1 + suffix + of;
    if !month(tokens.lower(name)) || !tokens.gap(name).only(Gap::SPACE.or(Gap::HYPHEN)) {
        return None;
    }
    let end = name + 1 + usize::from(year(tokens, name + 1));
    private(at, end, EntityType::Date, 0.96)
}

/// "21.06.2019": the first two parts look like one figure.
fn dotted(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let (day, month) = tokens.lower(at).split_once('.')?;
    let within = |part: &str, most: u8| part.parse::<u8>().is_ok_and(|n| (1..=most).contains(&n));
    let tight = tokens.gap(at + 1).only(Gap::PERIOD) && !tokens.gap(at + 1).is_empty();
    let year =
        year(tokens, at + 1) || (tokens.is_number(at + 1) && tokens.lower(at + 1).len() == 2);
    (within(day, 31) && within(month, 31) && tight && year).then_some(at + 2)
}

/// "Monday the 14th of October", "Monday, October 14".
pub(super) fn weekday(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    if !is_weekday(tokens.lower(at)) {
        return None;
    }
    let next = at + 1 + usize::from(matches!(tokens.lower(at + 1), "the"));
    let near = tokens.gap(next).only(Gap::SPACE.or(Gap::COMMA));
    let rest = date(tokens, next).or_else(|| month_first(tokens, next));
    let end = rest.filter(|_| near)?.end;
    private(at, end, EntityType::Date, 0.94)
}

fn is_weekday(word: &str) -> bool {
    matches!(
        word,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
    )
}

pub(super) fn is_month_or_weekday(word: &str) -> bool {
    month(word) || is_weekday(word)
}

/// "March 12, 2024", "March 2024", "March 12th".
pub(super) fn month_first(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    if !month(tokens.lower(at))
        || matches!(tokens.lower(at), "may" | "march" | "mar") && !tokens.is_capitalised(at)
    {
        return None;
    }
    let next = at + 1;
    if year(tokens, next) {
        return private(at, next + 1, EntityType::Date, 0.95);
    }
    if !day(tokens, next) || !tokens.gap(next).only(Gap::SPACE) {
        return None;
    }
    let suffix = usize::from(matches!(tokens.lower(next + 1), "st" | "nd" | "rd" | "th"));
    let end = next + 1 + suffix;
    let end =
        end + usize::from(year(tokens, end) && tokens.gap(end).only(Gap::SPACE.or(Gap::COMMA)));
    private(at, end, EntityType::Date, 0.94)
}
