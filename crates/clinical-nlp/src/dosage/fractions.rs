//! Parts of a tablet: "½", "half a tablet", "three quarters of a tablet".

use super::forms;
use crate::text::{Gap, Tokens};

/// "½", "¼", "¾".
pub(super) fn fraction_sign(sign: &str) -> Option<f64> {
    match sign {
        "\u{bd}" => Some(0.5),
        "\u{bc}" => Some(0.25),
        "\u{be}" => Some(0.75),
        _ => None,
    }
}

/// "half a tablet", "half of a tablet": the article belongs to the number.
pub(super) fn skip_article(tokens: &Tokens<'_>, index: usize) -> usize {
    match (tokens.lower(index), tokens.lower(index + 1)) {
        ("a" | "an", _) if tokens.joined(index) => index + 1,
        ("of", "a" | "the") if tokens.joined(index) => index + 2,
        ("of", _) if forms::counted(tokens, index + 1).is_some() => index + 1,
        _ => index,
    }
}

/// The same where a form follows: "1/2 a tablet", but not "1/2 a day".
pub(super) fn up_to_form(tokens: &Tokens<'_>, index: usize) -> usize {
    let end = skip_article(tokens, index);
    let form = forms::counted(tokens, end).is_some() && tokens.joined(end);
    if form { end } else { index }
}

/// "one half tablet", "three quarters of a tablet": only of what is divided. The number
/// and one past its end, for the count before token `at`.
pub(super) fn part_of_one(tokens: &Tokens<'_>, count: f64, at: usize) -> Option<(f64, usize)> {
    let parts = match tokens.lower(at) {
        "half" if count == 1.0 => 2.0,
        "fourth" | "fourths" | "quarter" | "quarters" if (1.0..4.0).contains(&count) => 4.0,
        _ => return None,
    };
    let end = skip_article(tokens, at + 1);
    let divided = forms::counted(tokens, end).is_some();
    (divided && tokens.joined(at) && tokens.joined(end)).then_some((count / parts, end))
}

/// The half of "1½" and of "1 1/2". Apart from the figure only where that is a count of
/// pieces: in "Lasix 40 ½ tab" the 40 are milligrams.
pub(super) fn mixed(tokens: &Tokens<'_>, at: usize, whole: f64) -> Option<(f64, usize)> {
    let gap = tokens.gap(at);
    let counts = gap.is_empty() || (gap.only(Gap::SPACE) && whole <= 4.0);
    if !counts || whole.fract() != 0.0 {
        return None;
    }
    if let Some(part) = fraction_sign(tokens.lower(at)) {
        return Some((part, at + 1));
    }
    let slash = |at: usize| tokens.gap(at).has(Gap::SLASH);
    let written = !gap.is_empty() && slash(at + 1) && !slash(at + 2);
    let part = match (tokens.lower(at), tokens.lower(at + 1)) {
        _ if !written => return None,
        ("1", "2") => 0.5,
        ("1", "4") => 0.25,
        ("3", "4") => 0.75,
        _ => return None,
    };
    Some((part, at + 2))
}
