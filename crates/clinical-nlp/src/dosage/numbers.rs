//! Numbers as figures or words: "2.5", "1,000", "1/2", "half", "one and a half",
//! "twenty five", "six fifty", "two point five", "one to two".

use super::fractions::{fraction_sign, mixed, up_to_form};
use super::halves::{half_of_many, with_half};
use super::spoken::words;
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
    if half_of_many(tokens, first) {
        return None;
    }
    let number = match token.kind {
        Kind::Number => figures(tokens, first)?,
        Kind::Sign => fraction_sign(tokens.lower(first))
            .map(|value| plain(value, up_to_form(tokens, first + 1)))?,
        Kind::Word => words(tokens, first)?,
    };
    with_half(tokens, number)
}

pub(super) fn plain(value: f64, end: usize) -> Number {
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
