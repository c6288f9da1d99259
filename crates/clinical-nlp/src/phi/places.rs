//! Where somebody lives, was treated or comes from.

use super::Private;
use super::dates::is_month_or_weekday;
use crate::text::{Gap, Kind, Sentence, Tokens};
use crate::types::EntityType;

/// "lives in Pune", "resident of Green Park", "12 MG Road, Bengaluru 560001".
pub(super) fn place(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<Private> {
    if tokens.is_number(at) {
        return street(tokens, sentence, at);
    }
    if let Some(end) = facility(tokens, sentence, at, is_term) {
        return address(at, end);
    }
    if let Some((first, end)) = postcode(tokens, at) {
        return address(first, end);
    }
    let first = match (tokens.lower(at), tokens.lower(at + 1)) {
        ("lives" | "living" | "resides" | "residing" | "stays", "in" | "at") => at + 2,
        ("resident" | "native", "of") => at + 2,
        ("from", _) if is_place(tokens, at + 1, is_term) => at + 1,
        ("address", "is") => at + 2,
        ("address", _) => at + 1,
        _ => return None,
    };
    let mut end = first;
    while end < sentence.end && end < first + 14 {
        let gap = tokens.gap(end);
        let inside = Gap::SPACE.or(Gap::COMMA).or(Gap::HYPHEN).or(Gap::SLASH);
        // "House No. 27"
        let after_no = tokens.lower(end - 1) == "no" && gap.only(Gap::SPACE.or(Gap::PERIOD));
        let close = end == first || gap.only(inside) || after_no;
        // "from Pune, UHID 123456": what begins there is another thing.
        let fresh = end > first && gap.has(Gap::COMMA) && tokens.is_upper(end);
        if !close || fresh || !(tokens.is_capitalised(end) || tokens.is_number(end)) {
            break;
        }
        end += 1;
    }
    (end > first).then(|| address(first, end)).flatten()
}

fn address(first: usize, end: usize) -> Option<Private> {
    Some(Private {
        first,
        end,
        kind: EntityType::Address,
        score: 0.88,
    })
}

/// A word with a capital that is no term, weekday, month or title: "from Lucknow".
fn is_place(tokens: &Tokens<'_>, at: usize, is_term: &impl Fn(usize) -> bool) -> bool {
    let other = matches!(
        tokens.lower(at),
        "dr" | "mr" | "mrs" | "ms" | "i" | "he" | "she" | "the" | "his" | "her" | "tab" | "cap"
    );
    // "from" may be the last word of the text.
    let shaped = tokens
        .get(at)
        .is_some_and(|token| token.kind == Kind::Word && token.end - token.start >= 3);
    shaped
        && tokens.is_capitalised(at)
        && !tokens.is_upper(at)
        && !other
        && !is_month_or_weekday(tokens.lower(at))
        && !is_term(at)
}

/// "Apollo Hospital", "City Eye Clinic": capitals before the word for it.
fn facility(
    tokens: &Tokens<'_>,
    sentence: &Sentence,
    at: usize,
    is_term: &impl Fn(usize) -> bool,
) -> Option<usize> {
    if !is_place(tokens, at, is_term)
        || (at > sentence.first && tokens.is_capitalised(at - 1) && tokens.joined(at))
    {
        return None;
    }
    let stop = sentence.end.min(at + 5);
    let words = (at + 1..stop).take_while(|i| tokens.is_capitalised(*i) && tokens.joined(*i));
    let last = words.filter(|i| {
        matches!(
            tokens.lower(*i),
            "hospital"
                | "hospitals"
                | "clinic"
                | "polyclinic"
                | "dispensary"
                | "sanatorium"
                | "nursinghome"
        )
    });
    last.last().map(|i| i + 1)
}

/// "pin code 560034", "zip 02115".
fn postcode(tokens: &Tokens<'_>, at: usize) -> Option<(usize, usize)> {
    let cue = matches!(
        tokens.lower(at),
        "pin" | "pincode" | "zip" | "zipcode" | "postcode"
    );
    let first = at + 1 + usize::from(tokens.lower(at + 1) == "code");
    let first = first + usize::from(tokens.lower(first) == "is");
    let digits = tokens.lower(first).len();
    (cue && tokens.is_number(first) && (5..=6).contains(&digits)).then_some((first, first + 1))
}

/// A house number, capitalised words and a word for a street.
fn street(tokens: &Tokens<'_>, sentence: &Sentence, at: usize) -> Option<Private> {
    let mut end = at + 1;
    while end < sentence.end
        && end < at + 5
        && tokens.is_capitalised(end)
        && tokens.gap(end).only(Gap::SPACE.or(Gap::COMMA))
    {
        let road = matches!(
            tokens.lower(end),
            "road"
                | "rd"
                | "street"
                | "st"
                | "nagar"
                | "colony"
                | "lane"
                | "avenue"
                | "ave"
                | "marg"
                | "layout"
                | "drive"
                | "sector"
                | "boulevard"
                | "society"
                | "apartments"
        );
        end += 1;
        if road && end > at + 2 {
            while end < sentence.end
                && end < at + 9
                && tokens
                    .gap(end)
                    .only(Gap::SPACE.or(Gap::COMMA).or(Gap::HYPHEN))
                && (tokens.is_capitalised(end)
                    || tokens.is_number(end) && tokens.lower(end).len() >= 5)
            {
                end += 1;
            }
            return Some(Private {
                first: at,
                end,
                kind: EntityType::Address,
                score: 0.88,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::Extractor;

    #[test]
    fn a_text_may_end_where_a_place_is_announced() {
        for text in ["Where is she from", "He lives in", "address is", "pin code"] {
            let found = Extractor::embedded().extract(text);
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }
}
