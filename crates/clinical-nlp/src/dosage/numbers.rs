//! Numbers as figures or words: "2.5", "1,000", "1/2", "half", "one and a half",
//! "twenty five", "six fifty", "two point five", "one to two".

use super::counting::{counts_apart, small, tens};
use super::fractions::{fraction_sign, mixed, part_of_one, skip_article, up_to_form};
use super::frequency::pattern;
use super::units::unit_at;
use crate::text::{Gap, Kind, Tokens};

/// No figure of a prescription is larger. Hundreds of digits would be infinite.
const MOST: f64 = 1e12;

/// A number or a range of two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub(crate) value: f64,
    /// Upper end of a range.
    pub(crate) high: Option<f64>,
    /// One past the last token.
    pub(crate) end: usize,
}

impl Number {
    /// "2", "0.5", "1-2".
    pub(crate) fn notation(&self) -> String {
        match self.high {
            Some(high) => format!("{}-{}", self.value, high),
            None => format!("{}", self.value),
        }
    }
}

/// A number or range that starts at token `first`.
pub(crate) fn number(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    let low = single(tokens, first)?;
    let joint = low.end;
    let to = matches!(tokens.lower(joint), "to" | "or") && tokens.joined(joint);
    let dash =
        tokens.is_number(joint) && tokens.gap(joint).has(Gap::HYPHEN) && tokens.joined(joint);
    let start = if to {
        joint + 1
    } else if dash {
        joint
    } else {
        return Some(low);
    };
    match single(tokens, start) {
        Some(high)
            if high.value > low.value
                && tokens.joined(start)
                && !third_item(tokens, high.end, dash) =>
        {
            Some(Number {
                value: low.value,
                high: Some(high.value),
                end: high.end,
            })
        }
        _ => Some(low),
    }
}

/// Another figure after a hyphen: a date or a 1-0-1 pattern, and no range.
fn third_item(tokens: &Tokens<'_>, index: usize, dash: bool) -> bool {
    dash && tokens.is_number(index) && tokens.gap(index).has(Gap::HYPHEN)
}

/// One number, no range.
pub(crate) fn single(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    let token = tokens.get(first)?;
    let number = match token.kind {
        Kind::Number => figures(tokens, first)?,
        Kind::Sign => fraction_sign(tokens.lower(first))
            .map(|value| plain(value, up_to_form(tokens, first + 1)))?,
        Kind::Word => words(tokens, first)?,
    };
    Some(with_half(tokens, number))
}

fn plain(value: f64, end: usize) -> Number {
    Number {
        value,
        high: None,
        end,
    }
}

fn figures(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    let mut value = figure(tokens.lower(first))?;
    if value > MOST {
        return None;
    }
    if opens_with_point(tokens, first) {
        value = format!("0.{}", tokens.lower(first)).parse().ok()?;
    }
    // 1/2, 1/4, 3/4: a slash with nothing around it and a small fraction.
    let next = first + 1;
    if tokens.is_number(next)
        && tokens.gap(next).only(Gap::SLASH.or(Gap::SPACE))
        && tokens.gap(next).has(Gap::SLASH)
    {
        let below: f64 = tokens.lower(next).parse().unwrap_or(0.0);
        let fraction = matches!((value as u32, below as u32), (1, 2..=4) | (3, 4) | (2, 3));
        if fraction {
            return Some(plain(value / below, up_to_form(tokens, next + 1)));
        }
    }
    if let Some((part, end)) = mixed(tokens, next, value) {
        return Some(plain(value + part, end));
    }
    if let Some(found) = pointed(tokens, first) {
        return Some(found);
    }
    let number = plain(value, next);
    Some(match tokens.lower(next) {
        // "60K"
        "k" if tokens.gap(next).is_empty() => plain(value * 1_000.0, next + 1),
        "hundred" if tokens.joined(next) => plain(value * 100.0, next + 1),
        "thousand" if tokens.joined(next) => plain(value * 1_000.0, next + 1),
        "lakh" | "lakhs" if tokens.joined(next) => plain(value * 100_000.0, next + 1),
        "million" if tokens.joined(next) => plain(value * 1_000_000.0, next + 1),
        _ => number,
    })
}

/// "2 point 5": the point in words, as some recognisers write it.
fn pointed(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
    let (whole, part) = (tokens.lower(first), tokens.lower(first + 2));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let point = tokens.lower(first + 1) == "point" && tokens.is_number(first + 2);
    let joined = tokens.joined(first + 1) && tokens.joined(first + 2);
    if !(point && joined && digits(whole) && digits(part)) {
        return None;
    }
    let value = format!("{whole}.{part}").parse().ok()?;
    Some(plain(value, first + 3))
}

/// "500", "2.5", "1,000". Most figures are short and whole.
fn figure(text: &str) -> Option<f64> {
    if text.len() < 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let whole = text
            .bytes()
            .fold(0_u32, |value, byte| value * 10 + u32::from(byte - b'0'));
        return Some(f64::from(whole));
    }
    if text.contains(',') {
        return text.replace(',', "").parse().ok();
    }
    text.parse().ok()
}

/// ".5": the point stands before the figure and after a space. Read without it, the
/// dose would be ten times too large.
pub(crate) fn opens_with_point(tokens: &Tokens<'_>, first: usize) -> bool {
    if !tokens.is_number(first) || !tokens.gap(first).has(Gap::PERIOD) {
        return false;
    }
    let before = &tokens.text[..tokens.at(first).start as usize];
    before
        .strip_suffix('.')
        .is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', '(', '\n']))
}

fn words(tokens: &Tokens<'_>, first: usize) -> Option<Number> {
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

/// Adds "and a half", "and half".
fn with_half(tokens: &Tokens<'_>, number: Number) -> Number {
    let at = number.end;
    if tokens.lower(at) != "and" || !tokens.joined(at) {
        return number;
    }
    let article = usize::from(matches!(tokens.lower(at + 1), "a" | "one"));
    let next = at + 1 + article;
    let part = match tokens.lower(next) {
        "half" => 0.5,
        "quarter" => 0.25,
        "1" if article == 0
            && tokens.lower(next + 1) == "2"
            && tokens.gap(next + 1).has(Gap::SLASH) =>
        {
            return Number {
                value: number.value + 0.5,
                high: None,
                end: next + 2,
            };
        }
        sign => match fraction_sign(sign) {
            Some(part) => part,
            None => return number,
        },
    };
    Number {
        value: number.value + part,
        high: None,
        end: next + 1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn figures_and_words() {
        for (text, notation) in [
            ("500", "500"),
            ("1,000", "1000"),
            ("2.5", "2.5"),
            ("1/2", "0.5"),
            ("\u{bd}", "0.5"),
            ("1\u{bd}", "1.5"),
            ("half a", "0.5"),
            ("one and a half", "1.5"),
            ("1 and 1/2", "1.5"),
            ("twenty five", "25"),
            ("five hundred", "500"),
            ("one hundred and twenty five", "125"),
            ("six fifty", "650"),
            ("six twenty five", "625"),
            ("one thousand", "1000"),
            ("sixty thousand", "60000"),
            ("two point five", "2.5"),
            ("zero point two five", "0.25"),
            ("point one two five", "0.125"),
            (".5", "0.5"),
            ("60K", "60000"),
            ("one hundred five mg", "105"),
            ("one to two", "1-2"),
            ("4-6", "4-6"),
            ("5 or 6", "5-6"),
            ("2 point 5", "2.5"),
            ("1 \u{bd}", "1.5"),
            ("1 1/2 tablet", "1.5"),
            ("2 3/4", "2.75"),
            ("12\u{bd}", "12.5"),
            ("a hundred mg", "100"),
            ("a hundred and fifty", "150"),
            ("nought point five", "0.5"),
            ("five million", "5000000"),
            ("1/2 a tablet", "0.5"),
            ("\u{bd} tablet", "0.5"),
            ("half of tablet", "0.5"),
            ("one half tablet", "0.5"),
            ("three quarters of a tablet", "0.75"),
            ("one fourth tab", "0.25"),
            ("half to one tablet", "0.5-1"),
        ] {
            let tokens = Tokens::new(text);
            let found = number(&tokens, 0).unwrap();
            assert_eq!(found.notation(), notation, "{text}");
            let unit = ["mg", "tab", "tablet"]
                .iter()
                .any(|unit| text.ends_with(unit));
            let unit = usize::from(unit);
            assert_eq!(found.end, tokens.len() - unit, "{text}");
        }
    }

    #[test]
    fn what_follows_a_number_is_no_part_of_it() {
        for (text, notation) in [
            ("five hundred three times a day", "500"),
            ("five hundred one zero zero", "500"),
            ("six fifty one one one", "650"),
            ("0.25 \u{bd}-0-1", "0.25"),
            ("1-\u{bd}-1", "1"),
            ("1/2 a day", "0.5"),
            ("40 \u{bd} tab", "40"),
            ("40 1/2 tab", "40"),
            ("1 1/2/2024", "1"),
            ("one half one", "1"),
            ("one fourth day", "1"),
            ("2 point of care", "2"),
        ] {
            let tokens = Tokens::new(text);
            assert_eq!(single(&tokens, 0).unwrap().notation(), notation, "{text}");
        }
    }

    #[test]
    fn dates_and_patterns_are_no_ranges() {
        let tokens = Tokens::new("1-2-2024");
        assert_eq!(number(&tokens, 0).unwrap().high, None);
    }
}
