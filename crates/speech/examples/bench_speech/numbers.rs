//! Spoken numbers as figures, word by word from left to right: "one twenty" is 120, "one oh
//! one" 101, "twenty-first" 21st, "two point five" 2.5, "ninety percent" 90%.

use std::sync::LazyLock;

use regex::Regex;

use super::number_words::{Last, Meaning, meaning};

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
