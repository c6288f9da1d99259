//! Spoken numbers as figures, word by word from left to right: "one twenty" is 120, "one oh
//! one" 101, "twenty-first" 21st, "two point five" 2.5, "ninety percent" 90%.

use std::sync::LazyLock;

use regex::Regex;

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

static FIGURES: LazyLock<Regex> = LazyLock::new(|| regex(r"^\d+(\.\d+)?$"));
static HALF: LazyLock<Regex> = LazyLock::new(|| regex(r"\band\s+a\s+half\b"));
static LETTER_DIGIT: LazyLock<Regex> = LazyLock::new(|| regex(r"([a-z])([0-9])"));
static DIGIT_LETTER: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9])([a-z])"));
static ENDING: LazyLock<Regex> = LazyLock::new(|| regex(r"([0-9])\s+(st|nd|rd|th|s)\b"));
static CENTS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"([€£$])([0-9]+) (?:and )?¢([0-9]{1,2})\b"));
static ONLY_CENTS: LazyLock<Regex> = LazyLock::new(|| regex(r"[€£$]0.([0-9]{1,2})\b"));
static BARE_ONE: LazyLock<Regex> = LazyLock::new(|| regex(r"\b1(s?)\b"));

#[expect(
    clippy::expect_used,
    reason = "the patterns stand in this folder and are tested"
)]
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// What a word can mean among numbers.
#[derive(Clone, Copy, PartialEq)]
enum Meaning {
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
enum Last {
    One,
    Ten,
    Multiplier,
}

fn meaning(word: &str) -> Meaning {
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

/// The number that is being put together.
#[derive(Clone, Debug)]
enum Value {
    Number(u128),
    /// Digits in a row, perhaps with a point: nothing can be added to them any more.
    Digits(String),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Digits(digits) => digits.clone(),
        }
    }

    fn times(&self, factor: u128) -> Option<u128> {
        let digits = match self {
            Self::Number(number) => return number.checked_mul(factor),
            Self::Digits(digits) => digits,
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let scale = 10_u128.checked_pow(u32::try_from(part.len()).ok()?)?;
        let all: u128 = format!("{whole}{part}").parse().ok()?;
        let product = all.checked_mul(factor)?;
        product.is_multiple_of(scale).then(|| product / scale)
    }
}

#[derive(Default)]
struct Machine {
    value: Option<Value>,
    prefix: String,
    out: Vec<String>,
}

impl Machine {
    fn write(&mut self, text: &str) {
        let prefix = std::mem::take(&mut self.prefix);
        self.out.push(format!("{prefix}{text}"));
        self.value = None;
    }

    /// Writes the number so far, if there is one.
    fn finish(&mut self) {
        if let Some(value) = self.value.take() {
            self.write(&value.text());
        }
    }

    /// The digits so far; a zero that was given as a figure counts as none.
    fn digits(&self) -> String {
        match &self.value {
            None | Some(Value::Number(0)) => String::new(),
            Some(value) => value.text(),
        }
    }

    /// What the number becomes with 1 to 99 behind it.
    fn joined(&self, number: u128, previous: Meaning) -> Value {
        let room = if number < 10 { 10 } else { 100 };
        let is_ones = number < 20;
        match &self.value {
            None => Value::Number(number),
            Some(Value::Digits(digits))
                if matches!(previous, Meaning::Ten(_)) && number < 10 && digits.ends_with('0') =>
            {
                Value::Digits(format!("{}{number}", &digits[..digits.len() - 1]))
            }
            Some(Value::Number(value))
                if value.is_multiple_of(room)
                    && !(is_ones && matches!(previous, Meaning::One(_))) =>
            {
                Value::Number(value + number)
            }
            Some(value) => Value::Digits(format!("{}{number}", value.text())),
        }
    }

    fn multiply(&mut self, factor: u128) {
        match self.value.take() {
            None => self.value = Some(Value::Number(factor)),
            Some(Value::Number(value)) if value > 0 => {
                let before = value / 1000 * 1000;
                self.value = Some(Value::Number(
                    before.saturating_add((value % 1000).saturating_mul(factor)),
                ));
            }
            Some(value) => {
                self.value = Some(Value::Number(match value.times(factor) {
                    Some(product) => product,
                    None => {
                        self.write(&value.text());
                        factor
                    }
                }));
            }
        }
    }

    fn last(&mut self, kind: Last, number: u128, suffix: &str, previous: Meaning) {
        let value = match kind {
            Last::One | Last::Ten if number == 0 => match &self.value {
                Some(value) => Value::Digits(format!("{}0", value.text())),
                None => Value::Number(0),
            },
            Last::One | Last::Ten => self.joined(number, previous),
            Last::Multiplier => {
                self.multiply(number);
                self.value.take().unwrap_or(Value::Number(number))
            }
        };
        self.write(&format!("{}{suffix}", value.text()));
    }

    /// A word of figures, perhaps with a sign of money before it.
    fn figures(&mut self, word: &str, sign: Option<char>) {
        match &mut self.value {
            Some(Value::Digits(digits)) if digits.ends_with('.') => {
                digits.push_str(word);
                return;
            }
            _ => self.finish(),
        }
        if let Some(sign) = sign {
            self.prefix = sign.to_string();
        }
        let plain = word.trim_start_matches(is_sign);
        self.value = Some(match whole(plain) {
            Some(number) => Value::Number(number),
            None => Value::Digits(plain.to_owned()),
        });
    }

    /// Takes a word; returns whether the next one is used up with it.
    fn take(&mut self, previous: Option<&str>, word: &str, next: Option<&str>) -> bool {
        let sign = word.chars().next().filter(|first| is_sign(*first));
        if FIGURES.is_match(word.strip_prefix(is_sign).unwrap_or(word)) {
            self.figures(word, sign);
            return false;
        }
        let before = previous.map_or(Meaning::Other, meaning);
        let after = next.map_or(Meaning::Other, meaning);
        let is_number_next = after != Meaning::Other
            || next.is_some_and(|next| FIGURES.is_match(next) || matches!(next, "one" | "ones"));
        match meaning(word) {
            Meaning::Other => {
                self.finish();
                self.write(word);
            }
            Meaning::Zero => self.value = Some(Value::Digits(format!("{}0", self.digits()))),
            Meaning::One(number) | Meaning::Ten(number) => {
                self.value = Some(self.joined(number, before));
            }
            Meaning::Multiplier(factor) => self.multiply(factor),
            Meaning::Last(kind, number, suffix) => self.last(kind, number, suffix, before),
            Meaning::Sign(sign) => {
                self.finish();
                if is_number_next {
                    sign.clone_into(&mut self.prefix);
                } else {
                    self.write(word);
                }
            }
            Meaning::Currency(sign) => match self.value.take() {
                Some(value) => {
                    sign.clone_into(&mut self.prefix);
                    self.write(&value.text());
                }
                None => self.write(word),
            },
            Meaning::Percent | Meaning::Per => return self.percent(word, next),
            special => return self.special(special, word, before, after, next, is_number_next),
        }
        false
    }

    fn percent(&mut self, word: &str, next: Option<&str>) -> bool {
        let is_two_words = word == "per";
        match self.value.take() {
            Some(value) if !is_two_words || next == Some("cent") => {
                self.write(&format!("{}%", value.text()));
                return is_two_words;
            }
            Some(value) => {
                self.write(&value.text());
                self.write(word);
            }
            None => self.write(word),
        }
        false
    }

    /// Words that mean something between numbers only.
    fn special(
        &mut self,
        special: Meaning,
        word: &str,
        before: Meaning,
        after: Meaning,
        next: Option<&str>,
        is_number_next: bool,
    ) -> bool {
        if !is_number_next {
            self.finish();
            self.write(word);
            return false;
        }
        match special {
            Meaning::And if matches!(before, Meaning::Multiplier(_)) => {}
            Meaning::Repeat(count) => {
                let digit = match after {
                    Meaning::One(number) => number,
                    Meaning::Zero => 0,
                    _ => {
                        self.finish();
                        self.write(word);
                        return false;
                    }
                };
                let digits = digit.to_string().repeat(count);
                self.value = Some(Value::Digits(format!("{}{digits}", self.digits())));
                return true;
            }
            Meaning::Point => {
                let is_digit = matches!(after, Meaning::Zero | Meaning::One(_) | Meaning::Ten(_));
                if is_digit || next.is_some_and(|next| FIGURES.is_match(next)) {
                    self.value = Some(Value::Digits(format!("{}.", self.digits())));
                }
            }
            _ => {
                self.finish();
                self.write(word);
            }
        }
        false
    }
}

fn is_sign(c: char) -> bool {
    matches!(c, '-' | '+' | '£' | '€' | '$' | '¢')
}

/// The number, if it has nothing behind the point.
fn whole(figures: &str) -> Option<u128> {
    let (whole, part) = figures.split_once('.').unwrap_or((figures, ""));
    part.bytes().all(|digit| digit == b'0').then_some(())?;
    whole.parse().ok()
}

/// Writes the numbers of a text without capitals and punctuation as figures.
pub(crate) fn numbers(text: &str) -> String {
    let text = before(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut machine = Machine::default();
    let mut at = 0;
    while at < words.len() {
        let previous = at.checked_sub(1).map(|at| words[at]);
        let used = machine.take(previous, words[at], words.get(at + 1).copied());
        at += if used { 2 } else { 1 };
    }
    machine.finish();
    after(&machine.out.join(" "))
}

fn before(text: &str) -> String {
    let parts: Vec<&str> = HALF.split(text).collect();
    let mut pieces = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if part.trim().is_empty() {
            continue;
        }
        pieces.push((*part).to_owned());
        if at + 1 < parts.len() {
            let last = part.split_whitespace().next_back().unwrap_or_default();
            let is_number = matches!(
                meaning(last),
                Meaning::Zero | Meaning::One(_) | Meaning::Ten(_) | Meaning::Multiplier(_)
            );
            pieces.push(
                if is_number {
                    "point five"
                } else {
                    "and a half"
                }
                .to_owned(),
            );
        }
    }
    let text = pieces.join(" ");
    let text = LETTER_DIGIT.replace_all(&text, "$1 $2");
    let text = DIGIT_LETTER.replace_all(&text, "$1 $2");
    ENDING.replace_all(&text, "$1$2").into_owned()
}

fn after(text: &str) -> String {
    let text = CENTS.replace_all(text, |found: &regex::Captures<'_>| {
        let cents: u8 = found[3].parse().unwrap_or(0);
        format!("{}{}.{cents:02}", &found[1], &found[2])
    });
    let text = ONLY_CENTS.replace_all(&text, |found: &regex::Captures<'_>| {
        format!("¢{}", found[1].parse::<u8>().unwrap_or(0))
    });
    BARE_ONE.replace_all(&text, "one$1").into_owned()
}
