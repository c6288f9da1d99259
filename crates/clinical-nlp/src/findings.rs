//! What belongs to findings: the values and units of tests, the site, side,
//! severity and onset of conditions.

use crate::dosage::{number, single};
use crate::matcher::Mention;
use crate::text::{Gap, Sentence, Tokens};
use crate::types::AttributeType;

/// An attribute as tokens `first..end`.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub(crate) kind: AttributeType,
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) normalized: Option<String>,
}

/// Words that may stand between a test and its value.
const LINKS: &[&str] = &[
    "about",
    "around",
    "at",
    "back",
    "came",
    "come",
    "currently",
    "down",
    "in",
    "is",
    "level",
    "levels",
    "measured",
    "now",
    "of",
    "on",
    "rate",
    "reading",
    "recorded",
    "reported",
    "result",
    "room",
    "running",
    "today",
    "up",
    "value",
    "values",
    "was",
    "were",
    "are",
    "which",
    "to",
    "percent",
    "the",
    "his",
    "her",
    "air",
    "as",
    "a",
    "shows",
    "showed",
    "noted",
    "found",
    "be",
    "index",
    "right",
    "yesterday",
    "last",
    "=",
    "count",
];

/// Values in words.
const WORDS: &[&str] = &[
    "normal",
    "elevated",
    "high",
    "low",
    "raised",
    "positive",
    "negative",
    "borderline",
    "stable",
    "unremarkable",
    "abnormal",
    "decreased",
    "increased",
    "nonreactive",
    "reactive",
];

/// Value and unit of a test that ends before token `at`.
pub(crate) fn values(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    mention: &Mention,
    next: usize,
) -> Vec<Detail> {
    let stop = sentence.end.min(next);
    let mut at = mention.end;
    let limit = stop.min(mention.end + 7);
    while at < limit && LINKS.contains(&tokens.lower(at)) && plain(tokens.gap(at)) {
        at += 1;
    }
    if at >= limit || !plain(tokens.gap(at)) {
        return Vec::new();
    }
    let Some(end) = value_end(tokens, at, stop) else {
        return word_value(tokens, at, stop);
    };
    let mut found = vec![Detail {
        kind: AttributeType::TestValue,
        first: at,
        end,
        normalized: value_notation(tokens, at, end),
    }];
    if let Some(unit_end) = unit_end(tokens, end).filter(|unit_end| *unit_end <= stop) {
        found.push(Detail {
            kind: AttributeType::TestUnit,
            first: end,
            end: unit_end,
            normalized: None,
        });
    }
    found
}

fn plain(gap: Gap) -> bool {
    gap.only(
        Gap::SPACE
            .or(Gap::COLON)
            .or(Gap::HYPHEN)
            .or(Gap::OTHER)
            .or(Gap::COMMA)
            .or(Gap::BRACKET),
    )
}

/// "140/90", "140 over 90", "98.7", "seven point one", "12 to 14".
fn value_end(tokens: &Tokens<'_>, at: usize, stop: usize) -> Option<usize> {
    let first = number(tokens, at)?;
    if first.end > stop || is_time(tokens, first.end) || tokens.gap(first.end).has(Gap::HYPHEN) {
        return None;
    }
    let over = tokens.lower(first.end) == "over" || tokens.lower(first.end) == "by";
    let slash = tokens.gap(first.end).has(Gap::SLASH);
    let second = first.end + usize::from(over);
    if (over || slash)
        && let Some(lower) = single(tokens, second)
    {
        return (lower.end <= stop).then_some(lower.end);
    }
    Some(first.end)
}

fn value_notation(tokens: &Tokens<'_>, first: usize, end: usize) -> Option<String> {
    let upper = number(tokens, first)?;
    if upper.end == end {
        return Some(upper.notation());
    }
    let second = upper.end + usize::from(matches!(tokens.lower(upper.end), "over" | "by"));
    Some(format!(
        "{}/{}",
        upper.notation(),
        single(tokens, second)?.notation()
    ))
}

fn is_time(tokens: &Tokens<'_>, at: usize) -> bool {
    matches!(
        tokens.lower(at),
        "day"
            | "days"
            | "week"
            | "weeks"
            | "month"
            | "months"
            | "year"
            | "years"
            | "times"
            | "hours"
            | "minutes"
            | "am"
            | "pm"
    )
}

/// "normal", and the figure behind it in "low at 150".
fn word_value(tokens: &Tokens<'_>, at: usize, stop: usize) -> Vec<Detail> {
    if !WORDS.contains(&tokens.lower(at)) {
        return Vec::new();
    }
    let mut found = vec![Detail {
        kind: AttributeType::TestValue,
        first: at,
        end: at + 1,
        normalized: None,
    }];
    let figure = at + 1 + usize::from(matches!(tokens.lower(at + 1), "at" | "with"));
    if tokens.is_number(figure)
        && plain(tokens.gap(figure))
        && let Some(end) = value_end(tokens, figure, stop)
    {
        let normalized = value_notation(tokens, figure, end);
        found.push(Detail {
            kind: AttributeType::TestValue,
            first: figure,
            end,
            normalized,
        });
    }
    found
}

/// "mm of mercury", "degrees Fahrenheit", "mg/dl", "beats per minute", "%".
fn unit_end(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    if !tokens.gap(at).only(Gap::SPACE) {
        return None;
    }
    let next = tokens.lower(at + 1);
    let slash = tokens.gap(at + 1).has(Gap::SLASH);
    let end = match tokens.lower(at) {
        "mm" if next == "of" => at + 3,
        "mm" if next == "hg" => at + 2,
        "mmhg" | "%" | "percent" | "bpm" | "kg" | "kgs" | "kilograms" | "kilos" | "pounds"
        | "lbs" | "cm" | "centimeters" | "feet" | "celsius" | "fahrenheit" | "f" | "c"
        | "inches" => at + 1,
        "\u{b0}" | "degree" | "degrees" => {
            at + 1
                + usize::from(matches!(
                    next,
                    "fahrenheit" | "celsius" | "f" | "c" | "centigrade"
                ))
        }
        "mg" | "g" | "gm" | "gms" | "grams" | "mcg" | "ng" | "pg" | "u" | "iu" | "miu" | "meq"
        | "mmol" | "ml" | "units" | "milligrams" | "cells" | "milliequivalents" | "micro" => {
            per_end(tokens, at + 1, slash)
        }
        "beats" | "breaths" | "per" | "lakh" | "thousand" | "million" => {
            if next == "per" {
                at + 3
            } else if slash || tokens.lower(at) == "per" {
                at + 2
            } else {
                at + 1
            }
        }
        _ => return None,
    };
    Some(end.min(tokens.len()))
}

fn per_end(tokens: &Tokens<'_>, at: usize, slash: bool) -> usize {
    if slash {
        at + 1
    } else if matches!(tokens.lower(at), "per" | "percent") {
        at + usize::from(tokens.lower(at) == "per") + 1
    } else {
        at
    }
}

/// Severity, onset, side and site around a condition.
pub(crate) fn condition_details(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    mention: &Mention,
    anatomy: &[(usize, usize)],
) -> Vec<Detail> {
    let mut found = Vec::new();
    let mut at = mention.first;
    while at > sentence.first && at + 4 > mention.first && tokens.joined(at) {
        let Some(kind) = modifier(tokens.lower(at - 1)) else {
            break;
        };
        found.push(Detail {
            kind,
            first: at - 1,
            end: at,
            normalized: None,
        });
        at -= 1;
    }
    found.reverse();
    if let Some((first, end)) = site(tokens, mention, anatomy) {
        for side in mention.end..first {
            if modifier(tokens.lower(side)) == Some(AttributeType::Direction) {
                found.push(Detail {
                    kind: AttributeType::Direction,
                    first: side,
                    end: side + 1,
                    normalized: None,
                });
            }
        }
        found.push(Detail {
            kind: AttributeType::SystemOrganSite,
            first,
            end,
            normalized: None,
        });
    }
    found
}

fn modifier(word: &str) -> Option<AttributeType> {
    Some(match word {
        "acute" | "chronic" | "subacute" | "sudden" | "recurrent" | "persistent"
        | "intermittent" | "longstanding" | "constant" | "worsening" | "occasional" | "new"
        | "ongoing" => AttributeType::Acuity,
        "mild" | "moderate" | "severe" | "slight" | "sharp" | "dull" | "burning" | "throbbing"
        | "stabbing" | "intense" | "crampy" | "colicky" | "significant" | "minimal" | "massive"
        | "uncontrolled" | "controlled" => AttributeType::Quality,
        "left" | "right" | "bilateral" | "upper" | "lower" | "left-sided" | "sided" | "central"
        | "unilateral" => AttributeType::Direction,
        _ => return None,
    })
}

/// "pain in the left knee": the part of the body within five words.
fn site(
    tokens: &Tokens<'_>,
    mention: &Mention,
    anatomy: &[(usize, usize)],
) -> Option<(usize, usize)> {
    if !matches!(
        tokens.lower(mention.end),
        "in" | "of" | "on" | "over" | "around" | "at" | "along"
    ) {
        return None;
    }
    let (first, end) = anatomy
        .iter()
        .find(|(first, _)| *first > mention.end && *first <= mention.end + 6)?;
    let direct = (mention.end + 1..*first).all(|at| {
        modifier(tokens.lower(at)) == Some(AttributeType::Direction)
            || matches!(
                tokens.lower(at),
                "the" | "his" | "her" | "my" | "your" | "both" | "side" | "of"
            )
    });
    direct.then_some((*first, *end))
}
