//! Numbers in words: "twenty five", "six fifty", "one hundred and twenty five", "two point
//! five", "sixty thousand".

use super::counting::{counts_apart, small, tens};
use super::fractions::{part_of_one, skip_article};
use super::frequency::pattern;
use super::numbers::{Number, plain};
use super::units::unit_at;
use crate::text::Tokens;

/// A number in words that starts at token `first`.
pub(super) fn words(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    // Most words are no numbers: told by length and first letter.
    let word = tokens.lower(first);
    let counts = word.len() <= 9
        && word.starts_with(['z', 'o', 't', 'f', 's', 'e', 'n', 'h', 'q', 'p', 'd']);
    if !counts && !opens_hundred(tokens, first) {
        return None;
    }
    match tokens.lower(first) {
        "half" => return Some(plain(0.5, skip_article(tokens, first + 1))),
        "quarter" => return Some(plain(0.25, skip_article(tokens, first + 1))),
        "hundred" => return Some(plain(100.0, first + 1)),
        "thousand" => return Some(plain(1_000.0, first + 1)),
        // "point five", "point one two five".
        "point" | "decimal" if tokens.joined(first + 1) => {
            let (fraction, end) = decimals(tokens, first + 1);
            return (end > first + 1).then(|| plain(fraction, end));
        }
        _ => {}
    }
    let (mut value, mut end) = below_thousand(tokens, first)?;
    if let Some((part, end)) = part_of_one(tokens, value, end) {
        return Some(plain(part, end));
    }
    match tokens.lower(end) {
        "thousand" if tokens.joined(end) => {
            value *= 1_000.0;
            end += 1;
            if let Some((rest, after)) = below_thousand(tokens, end).filter(|_| tokens.joined(end))
            {
                value += rest;
                end = after;
            }
        }
        "lakh" | "lakhs" if tokens.joined(end) => {
            value *= 100_000.0;
            end += 1;
        }
        "million" if tokens.joined(end) => {
            value *= 1_000_000.0;
            end += 1;
        }
        _ => {}
    }
    if matches!(tokens.lower(end), "point" | "decimal") && tokens.joined(end) {
        let (fraction, after) = decimals(tokens, end + 1);
        if after > end + 1 {
            return Some(plain(value + fraction, after));
        }
    }
    Some(plain(value, end))
}

/// Digits spoken one by one after "point".
fn decimals(tokens: &Tokens<'_>, first: usize) -> (f64, usize) {
    let mut scale = 0.1;
    let mut value = 0.0;
    let mut at = first;
    while let Some(digit) = small(tokens.lower(at)).filter(|d| *d < 10.0 && tokens.joined(at)) {
        value += digit * scale;
        scale /= 10.0;
        at += 1;
    }
    if at == first
        && let Some(tens) = tens(tokens.lower(at))
    {
        let (unit, end) = match small(tokens.lower(at + 1)).filter(|d| *d < 10.0) {
            Some(unit) => (unit, at + 2),
            None => (0.0, at + 1),
        };
        return ((tens + unit) / 100.0, end);
    }
    ((value * 10_000.0).round() / 10_000.0, at)
}

/// 0 to 999, also "six fifty" and "one twenty five".
fn below_thousand(tokens: &Tokens<'_>, first: usize) -> Option<(f64, usize)> {
    let (value, end) = below_hundred(tokens, first)?;
    if !tokens.joined(end) {
        return Some((value, end));
    }
    if tokens.lower(end) == "hundred" {
        let and = usize::from(tokens.lower(end + 1) == "and");
        // "five hundred three times a day": a lone figure counts only before a unit.
        let rest = below_hundred(tokens, end + 1 + and).filter(|(rest, after)| {
            tokens.joined(end + 1) && (and == 1 || *rest >= 10.0 || unit_at(tokens, *after))
        });
        return Some(match rest {
            Some((rest, after)) => (value * 100.0 + rest, after),
            None => (value * 100.0, end + 1),
        });
    }
    if (1.0..10.0).contains(&value)
        && end == first + 1
        && let Some((rest, after)) = below_hundred(tokens, end).filter(|(rest, _)| *rest >= 10.0)
    {
        return Some((value * 100.0 + rest, after));
    }
    Some((value, end))
}

/// "a hundred", "a thousand": the article counts.
fn opens_hundred(tokens: &Tokens<'_>, first: usize) -> bool {
    tokens.lower(first) == "a"
        && matches!(tokens.lower(first + 1), "hundred" | "thousand" | "lakh")
        && tokens.joined(first + 1)
}

fn below_hundred(tokens: &Tokens<'_>, first: usize) -> Option<(f64, usize)> {
    let word = tokens.lower(first);
    if opens_hundred(tokens, first) {
        return Some((1.0, first + 1));
    }
    if let Some(value) = small(word) {
        return Some((value, first + 1));
    }
    let tens = tens(word)?;
    match small(tokens.lower(first + 1))
        .filter(|unit| (1.0..10.0).contains(unit) && tokens.joined(first + 1))
        // "six fifty one zero one" is 650, three times of day.
        .filter(|_| pattern(tokens, first + 1).is_none())
        .filter(|_| !counts_apart(tokens, first))
    {
        Some(unit) => Some((tens + unit, first + 2)),
        None => Some((tens, first + 1)),
    }
}
