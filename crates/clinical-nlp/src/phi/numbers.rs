//! Ages, dates, telephone and record numbers, e-mail and web addresses.

use super::Private;
use crate::dosage::single;
use crate::text::{Gap, Kind, Tokens};
use crate::types::EntityType;

pub(super) fn find(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let token = tokens.get(at)?;
    if token.kind == Kind::Word {
        return identity(tokens, at)
            .or_else(|| email(tokens, at))
            .or_else(|| web(tokens, at))
            .or_else(|| month_first(tokens, at))
            .or_else(|| {
                may_be_age(tokens.lower(at))
                    .then(|| age(tokens, at))
                    .flatten()
            });
    }
    phone(tokens, at)
        .or_else(|| date(tokens, at))
        .or_else(|| email(tokens, at))
        .or_else(|| age(tokens, at))
}

fn private(first: usize, end: usize, kind: EntityType, score: f32) -> Option<Private> {
    Some(Private {
        first,
        end,
        kind,
        score,
    })
}

/// Words that an age begins with: asked of every word, so that reading numbers is not.
fn may_be_age(word: &str) -> bool {
    matches!(word.len(), 3..=9)
        && matches!(
            word.as_bytes()[0],
            b'a' | b'e' | b'f' | b'h' | b'n' | b'o' | b's' | b't'
        )
        && matches!(
            word,
            "age"
                | "aged"
                | "eight"
                | "eighteen"
                | "eighty"
                | "eleven"
                | "fifteen"
                | "fifty"
                | "five"
                | "forty"
                | "fourty"
                | "four"
                | "fourteen"
                | "half"
                | "hundred"
                | "nine"
                | "nineteen"
                | "ninety"
                | "one"
                | "seven"
                | "seventeen"
                | "seventy"
                | "six"
                | "sixteen"
                | "sixty"
                | "ten"
                | "thirteen"
                | "thirty"
                | "three"
                | "twelve"
                | "twenty"
                | "two"
        )
}

/// "49-year-old", "45 years old", "aged 45", "45 yr old", "sixty year old": the number alone.
fn age(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    if tokens.lower(at) == "aged" || (tokens.lower(at) == "age" && tokens.joined(at + 1)) {
        let skip = usize::from(matches!(tokens.lower(at + 1), "is" | "of"));
        let found = single(tokens, at + 1 + skip)?;
        return private(at + 1 + skip, found.end, EntityType::Age, 0.95);
    }
    let found = single(tokens, at)?;
    if found.value > 125.0 || found.value.fract() != 0.0 {
        return None;
    }
    let unit = found.end;
    let yo = matches!(tokens.lower(unit), "yo" | "y" | "yr" | "yrs")
        && matches!(
            tokens.lower(unit + 1),
            "o" | "old" | "f" | "m" | "male" | "female"
        );
    let period = matches!(
        tokens.lower(unit),
        "year" | "years" | "yr" | "yrs" | "month" | "months" | "week" | "weeks" | "day" | "days"
    );
    let old = period && tokens.lower(unit + 1) == "old";
    let person = matches!(tokens.lower(unit), "year" | "years" | "yr" | "yrs" | "yo")
        && matches!(
            tokens.lower(unit + 1),
            "male" | "female" | "man" | "woman" | "boy" | "girl" | "gentleman" | "lady" | "aged"
        )
        || (tokens.lower(unit) == "years"
            && tokens.lower(unit + 1) == "of"
            && tokens.lower(unit + 2) == "age");
    let bare = tokens.lower(unit) == "yo" && tokens.at(at).kind == Kind::Number;
    let joined = tokens.gap(unit).only(Gap::SPACE.or(Gap::HYPHEN));
    (joined && (yo || old || person || bare))
        .then(|| private(at, found.end, EntityType::Age, 0.97))
        .flatten()
}

/// Ten to thirteen digits in groups, with or without a country code.
fn phone(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let plus = tokens.lower(at) == "+";
    let mut end = at + usize::from(plus);
    let mut digits = 0;
    let mut groups = 0;
    while tokens.is_number(end) && digits < 13 {
        let close = groups == 0
            || tokens
                .gap(end)
                .only(Gap::SPACE.or(Gap::HYPHEN).or(Gap::BRACKET).or(Gap::PERIOD));
        let text = tokens.lower(end);
        if !close || text.contains([',']) {
            break;
        }
        digits += text.bytes().filter(u8::is_ascii_digit).count();
        groups += 1;
        end += 1;
    }
    let short = groups == 2 && digits == 7 && tokens.lower(at).len() == 3;
    let cued = matches!(
        tokens.lower(at.wrapping_sub(1)),
        "phone"
            | "mobile"
            | "number"
            | "tel"
            | "telephone"
            | "contact"
            | "call"
            | "fax"
            | "cell"
            | "at"
            | "is"
    );
    let aadhaar = groups == 3 && digits == 12 && tokens.lower(at).len() == 4;
    if aadhaar {
        return private(at, end, EntityType::Id, 0.9);
    }
    let kind = EntityType::PhoneOrFax;
    match (10..=13).contains(&digits) && groups <= 5 {
        true => private(at, end, kind, if cued || plus { 0.98 } else { 0.85 }),
        false if short && cued => private(at, end, kind, 0.8),
        false => None,
    }
}

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
fn date(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
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

/// "March 12, 2024", "March 2024", "March 12th".
fn month_first(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
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

/// Words before a record or identity number.
fn identity(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let cue = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("mrn" | "uhid" | "ssn" | "aadhaar" | "aadhar" | "abha" | "opd" | "ipd", _) => at + 1,
        ("medical" | "health", "record")
        | ("patient" | "registration" | "record" | "hospital", "id" | "number" | "no") => at + 2,
        ("id", "number" | "no") => at + 2,
        _ => return None,
    };
    let mut start = cue;
    while matches!(tokens.lower(start), "number" | "no" | "is" | "id" | "card") && start < cue + 3 {
        start += 1;
    }
    let mut end = start;
    while end < start + 5
        && tokens.get(end).is_some()
        && tokens.lower(end).bytes().any(|b| b.is_ascii_digit())
        && (end == start
            || tokens
                .gap(end)
                .only(Gap::SPACE.or(Gap::HYPHEN).or(Gap::SLASH)))
    {
        end += 1;
    }
    let digits: usize = (start..end)
        .map(|i| tokens.lower(i).bytes().filter(u8::is_ascii_digit).count())
        .sum();
    (digits >= 3)
        .then(|| private(start, end, EntityType::Id, 0.95))
        .flatten()
}

/// Tokens around an at sign with nothing but dots, hyphens and underscores between.
fn email(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let tight = |index: usize| tokens.gap(index).only(Gap::PERIOD.or(Gap::HYPHEN));
    let mut sign = at + 1;
    while sign < at + 8 && tokens.get(sign).is_some() && tight(sign) && tokens.lower(sign) != "@" {
        sign += 1;
    }
    if tokens.lower(sign) != "@" || !tight(sign) || !tight(sign + 1) {
        return None;
    }
    let mut end = sign + 2;
    let mut dot = false;
    while tokens.get(end).is_some() && tight(end) && end < sign + 8 {
        dot |= tokens.gap(end).has(Gap::PERIOD);
        end += 1;
    }
    // "asha@clinic.in" is one dotted token after the sign only when a dot is inside.
    let inner = tokens.original(sign + 1).contains('.');
    (dot || inner)
        .then(|| private(at, end, EntityType::Email, 0.99))
        .flatten()
}

fn web(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let scheme = matches!(tokens.lower(at), "http" | "https");
    if !scheme && tokens.lower(at) != "www" {
        return None;
    }
    let mut end = at + 1;
    while tokens.get(end).is_some() && end < at + 12 && !tokens.gap(end).has(Gap::SPACE) {
        end += 1;
    }
    (end > at + 1)
        .then(|| private(at, end, EntityType::Url, 0.97))
        .flatten()
}
