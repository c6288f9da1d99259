//! Ages, telephone and record numbers, e-mail and web addresses.

use super::Private;
use super::dates::{date, month_first, weekday};
use crate::dosage::single;
use crate::text::{Gap, Kind, Tokens};
use crate::types::EntityType;

pub(super) fn find(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let token = tokens.get(at)?;
    if token.kind == Kind::Word {
        return identity(tokens, at)
            .or_else(|| email(tokens, at))
            .or_else(|| web(tokens, at))
            .or_else(|| weekday(tokens, at))
            .or_else(|| month_first(tokens, at))
            .or_else(|| spoken_phone(tokens, at))
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

pub(super) fn private(first: usize, end: usize, kind: EntityType, score: f32) -> Option<Private> {
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
    // "29 F", "64/M" behind a name.
    let sex = matches!(tokens.original(unit), "F" | "M" | "female" | "male")
        && tokens.gap(unit).only(Gap::SPACE.or(Gap::SLASH))
        && (at > 0 && (tokens.gap(at).has(Gap::COMMA) || tokens.is_capitalised(at - 1)));
    if sex {
        return private(at, found.end, EntityType::Age, 0.95);
    }
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

/// Figures, and letters with them, behind the words for a record's or person's number.
fn identity(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let start = identity_start(tokens, at)?;
    let mut end = start;
    while end < start + 7 && tokens.get(end).is_some() {
        let gap = tokens.gap(end);
        let figures = tokens.lower(end).bytes().any(|b| b.is_ascii_digit());
        let tight = gap.only(Gap::HYPHEN.or(Gap::SLASH));
        let joined = tight || gap.only(Gap::SPACE.or(Gap::HYPHEN).or(Gap::SLASH));
        // "KH/2023/1187": letters belong to it where nothing parts them.
        let letters = tokens.is_upper(end) && (end == start || tight);
        if !(end == start || joined) || !(figures || letters) {
            break;
        }
        end += 1;
    }
    let digits: usize = (start..end)
        .map(|i| tokens.lower(i).bytes().filter(u8::is_ascii_digit).count())
        .sum();
    (digits >= 3)
        .then(|| private(start, end, EntityType::Id, 0.95))
        .flatten()
}

/// Where the number begins that these words announce.
fn identity_start(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let cue = match (tokens.lower(at), tokens.lower(at + 1)) {
        (
            "mrn" | "uhid" | "ssn" | "aadhaar" | "aadhar" | "abha" | "opd" | "ipd" | "passport"
            | "uid" | "crn",
            _,
        ) => at + 1,
        // "Pan 40" is a medicine: the tax number has letters and figures in one.
        ("pan", _) if tokens.original(at + 1).len() == 10 => at + 1,
        ("medical" | "health", "record") | ("social", "security") => at + 2,
        (
            "patient" | "registration" | "record" | "hospital" | "policy" | "insurance" | "account"
            | "case" | "file" | "licence" | "license" | "card" | "bill" | "member" | "lab"
            | "sample" | "reference" | "employee" | "admission" | "id" | "chart",
            "id" | "number" | "no" | "policy",
        ) => at + 2,
        _ => return None,
    };
    let mut start = cue;
    while matches!(tokens.lower(start), "number" | "no" | "is" | "id" | "card") && start < cue + 3 {
        start += 1;
    }
    Some(start)
}

/// Seven digits or more, said one by one.
fn spoken_phone(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    let digit = |index: usize| {
        matches!(
            tokens.lower(index),
            "zero"
                | "oh"
                | "one"
                | "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "eight"
                | "nine"
                | "double"
                | "triple"
        )
    };
    let joined = |index: usize| {
        tokens
            .gap(index)
            .only(Gap::SPACE.or(Gap::HYPHEN).or(Gap::COMMA))
    };
    if !digit(at) {
        return None;
    }
    let more = (at + 1..at + 20).take_while(|index| digit(*index) && joined(*index));
    let end = at + 1 + more.count();
    (end >= at + 7)
        .then(|| private(at, end, EntityType::PhoneOrFax, 0.85))
        .flatten()
}

/// Tokens around an at sign with nothing but dots, hyphens and underscores between.
fn email(tokens: &Tokens<'_>, at: usize) -> Option<Private> {
    if let Some(end) = spoken_email(tokens, at) {
        return private(at, end, EntityType::Email, 0.9);
    }
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

/// "asha dot verma at example dot com".
fn spoken_email(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    // No address has more parts: "dot a dot a ..." would be asked anew at each word.
    let dotted = |mut index: usize| {
        while index < at + 12
            && matches!(tokens.lower(index), "dot" | "underscore")
            && tokens.get(index + 1).is_some()
        {
            index += 2;
        }
        index
    };
    let next = tokens.lower(at + 1);
    if !matches!(next, "dot" | "underscore" | "at") {
        return None;
    }
    let sign = dotted(at + 1);
    let host = sign + 1;
    let end = dotted(host + 1);
    let whole =
        tokens.lower(sign) == "at" && end > host + 1 && (at + 1..end).all(|i| tokens.joined(i));
    whole.then_some(end)
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
