//! What single words mean among numbers.

const ONES: [&str; 19] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
/// Each a thousand times the one before it, but for the first.
const MULTIPLIERS: [&str; 7] = [
    "hundred",
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
];
const CURRENCIES: [(&str, &str); 8] = [
    ("pound", "£"),
    ("pounds", "£"),
    ("euro", "€"),
    ("euros", "€"),
    ("dollar", "$"),
    ("dollars", "$"),
    ("cent", "¢"),
    ("cents", "¢"),
];

/// What a word can mean among numbers.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    Zero,
    /// 1 to 19.
    One(u128),
    Ten(u128),
    Multiplier(u128),
    /// A number that ends here: "third", "sixties"; what it is and what is written behind.
    Last(Last, u128, &'static str),
    Sign(&'static str),
    Currency(&'static str),
    Percent,
    Per,
    And,
    /// How often the next digit is written.
    Repeat(usize),
    Point,
    Other,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Last {
    One,
    Ten,
    Multiplier,
}

pub(crate) fn meaning(word: &str) -> Meaning {
    if let Some(found) = cardinal(word).or_else(|| ending(word)) {
        return found;
    }
    match word {
        "o" | "oh" | "zero" => Meaning::Zero,
        "minus" | "negative" => Meaning::Sign("-"),
        "plus" | "positive" => Meaning::Sign("+"),
        "percent" => Meaning::Percent,
        "per" => Meaning::Per,
        "and" => Meaning::And,
        "double" => Meaning::Repeat(2),
        "triple" => Meaning::Repeat(3),
        "point" => Meaning::Point,
        _ => CURRENCIES
            .iter()
            .find(|(name, _)| *name == word)
            .map_or(Meaning::Other, |(_, sign)| Meaning::Currency(sign)),
    }
}

fn cardinal(word: &str) -> Option<Meaning> {
    let place = |list: &[&str]| list.iter().position(|name| *name == word);
    if let Some(at) = place(&ONES) {
        return Some(Meaning::One(at as u128 + 1));
    }
    if let Some(at) = place(&TENS) {
        return Some(Meaning::Ten(10 * (at as u128 + 2)));
    }
    place(&MULTIPLIERS).map(|at| Meaning::Multiplier(power(at)))
}

fn power(multiplier: usize) -> u128 {
    match multiplier {
        0 => 100,
        at => 1000_u128.pow(u32::try_from(at).unwrap_or(0)),
    }
}

/// Ordinals and plurals.
fn ending(word: &str) -> Option<Meaning> {
    let irregular = match word {
        "zeroth" => Some((0, "th")),
        "first" => Some((1, "st")),
        "second" => Some((2, "nd")),
        "third" => Some((3, "rd")),
        "fifth" => Some((5, "th")),
        "twelfth" => Some((12, "th")),
        "sixes" => Some((6, "s")),
        _ => None,
    };
    if let Some((number, suffix)) = irregular {
        return Some(Meaning::Last(Last::One, number, suffix));
    }
    for (singular, suffix) in stems(word) {
        let found = match cardinal(&singular) {
            Some(Meaning::One(number)) if is_regular(number, suffix) => (Last::One, number),
            Some(Meaning::Ten(number)) => (Last::Ten, number),
            Some(Meaning::Multiplier(number)) => (Last::Multiplier, number),
            _ => continue,
        };
        return Some(Meaning::Last(found.0, found.1, suffix));
    }
    None
}

fn is_regular(number: u128, suffix: &str) -> bool {
    match suffix {
        "s" => number != 6,
        _ => !matches!(number, 1 | 2 | 3 | 5 | 12),
    }
}

/// What the word may be an ordinal or a plural of.
fn stems(word: &str) -> Vec<(String, &'static str)> {
    let mut stems = Vec::new();
    if let Some(stem) = word.strip_suffix("ieth") {
        stems.push((format!("{stem}y"), "th"));
    } else if let Some(stem) = word.strip_suffix("ies") {
        stems.push((format!("{stem}y"), "s"));
    } else if word == "eighth" {
        stems.push(("eight".to_owned(), "th"));
    } else if let Some(stem) = word.strip_suffix("th") {
        // "eightth" isn't a word.
        if stem != "eight" && !stem.ends_with('y') {
            stems.push((stem.to_owned(), "th"));
        }
    } else if let Some(stem) = word.strip_suffix('s').filter(|stem| !stem.ends_with('y')) {
        stems.push((stem.to_owned(), "s"));
    }
    stems
}
