//! Numbers in words, as a dose is dictated.

const SMALL: [&str; 20] = [
    "zero",
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
/// Each with what it stands for and how often it may stand for it, the largest first.
const MULTIPLIERS: [(&str, u64, u64); 3] = [
    ("million", 1_000_000, 999),
    ("lakh", 100_000, 99),
    ("thousand", 1_000, 999),
];
/// So many digits behind the point; nobody doses finer.
const MOST_DIGITS: usize = 4;

/// Whether a word is part of numbers and of little else.
pub(super) fn is_number_word(word: &str) -> bool {
    small(word).is_some()
        || tens(word).is_some()
        || is_multiplier(word)
        || matches!(word, "point" | "oh" | "o")
}

/// "hundred" and above: what "a" may stand before, as in "a hundred".
pub(super) fn is_multiplier(word: &str) -> bool {
    word == "hundred" || MULTIPLIERS.iter().any(|(name, ..)| *name == word)
}

/// Whether the number ends with one that may be a count of its own: "five hundred one
/// tablet" is 500 mg and one, "forty one tablet" 40 mg and one.
pub(super) fn may_end_with_a_count(words: &[&str]) -> bool {
    matches!(words, [_, .., last] if small(last).is_some_and(|value| value > 0))
}

/// How a number in words is written in figures: with a zero before the point, none at the
/// end behind it, and with commas from a thousand on, as ISMP asks for doses. `None` for
/// what is no number, or may be two: "one twenty", "twenty one hundred", "a million and a
/// half", which is 1.5 million.
pub(super) fn figure(words: &[&str]) -> Option<String> {
    if let [whole @ .., "and", "a", "half"] | [whole @ .., "and", "half"] = words {
        if whole.iter().any(|word| is_multiplier(word)) {
            return None;
        }
        return Some(format!("{}.5", grouped(cardinal(whole)?)));
    }
    let Some(point) = words.iter().position(|word| *word == "point") else {
        return cardinal(words).map(grouped);
    };
    let whole = match &words[..point] {
        [] => 0,
        whole => cardinal(whole)?,
    };
    let digits = decimals(&words[point + 1..])?;
    Some(match digits.trim_end_matches('0') {
        "" => grouped(whole),
        digits => format!("{}.{digits}", grouped(whole)),
    })
}

fn cardinal(words: &[&str]) -> Option<u64> {
    if words == ["zero"] {
        return Some(0);
    }
    let (mut sum, mut rest, mut below) = (0, words, u64::MAX);
    for (name, value, most) in MULTIPLIERS {
        if let Some(at) = rest.iter().position(|word| *word == name) {
            let count = match &rest[..at] {
                ["a"] => 1,
                count => below_thousand(count)?,
            };
            if count > most || count * value >= below {
                return None;
            }
            sum += count * value;
            rest = &rest[at + 1..];
            if rest.is_empty() {
                return Some(sum);
            }
            rest = without_and(rest);
            below = value;
        }
    }
    let last = below_thousand(rest)?;
    (last < below).then_some(sum + last)
}

/// 1 to 999, and "fifteen hundred".
fn below_thousand(words: &[&str]) -> Option<u64> {
    let Some(at) = words.iter().position(|word| *word == "hundred") else {
        return below_hundred(words);
    };
    let count = match &words[..at] {
        ["a"] => 1,
        [count] => small(count).filter(|count| matches!(count, 1..=9 | 11..=19))?,
        _ => return None,
    };
    match &words[at + 1..] {
        [] => Some(count * 100),
        rest => Some(count * 100 + below_hundred(without_and(rest))?),
    }
}

/// 1 to 99.
fn below_hundred(words: &[&str]) -> Option<u64> {
    match words {
        [word] => tens(word)
            .or_else(|| small(word))
            .filter(|number| *number > 0),
        [ten, one] => {
            let one = small(one).filter(|one| matches!(one, 1..=9))?;
            Some(tens(ten)? + one)
        }
        _ => None,
    }
}

/// Digit by digit, or "twenty five" for two of them.
fn decimals(words: &[&str]) -> Option<String> {
    let digit = |word: &&str| match *word {
        "oh" | "o" => Some(0),
        word => small(word).filter(|number| *number < 10),
    };
    let digits: Option<String> = words
        .iter()
        .map(|word| Some(digit(word)?.to_string()))
        .collect();
    digits
        .or_else(|| {
            tens(words.first()?)?;
            below_hundred(words).map(|number| number.to_string())
        })
        .filter(|digits| (1..=MOST_DIGITS).contains(&digits.len()))
}

fn without_and<'a, 'b>(words: &'a [&'b str]) -> &'a [&'b str] {
    match words {
        ["and", rest @ ..] => rest,
        words => words,
    }
}

fn small(word: &str) -> Option<u64> {
    let at = SMALL.iter().position(|name| *name == word)?;
    u64::try_from(at).ok()
}

fn tens(word: &str) -> Option<u64> {
    let at = TENS.iter().position(|name| *name == word)?;
    u64::try_from(10 * (at + 2)).ok()
}

/// With a comma before each three digits but the first.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        let words: Vec<&str> = text.split(' ').collect();
        figure(&words)
    }

    #[test]
    fn numbers_in_words_are_read() {
        for (words, written) in [
            ("zero", "0"),
            ("seven", "7"),
            ("fifteen", "15"),
            ("twenty", "20"),
            ("sixty two", "62"),
            ("a hundred", "100"),
            ("five hundred", "500"),
            ("six hundred fifty", "650"),
            ("one hundred and twenty five", "125"),
            ("fifteen hundred", "1,500"),
            ("a thousand", "1,000"),
            ("two thousand and five", "2,005"),
            ("twelve thousand five hundred", "12,500"),
            ("twelve lakh", "1,200,000"),
            ("two million four hundred thousand", "2,400,000"),
            ("point five", "0.5"),
            ("zero point one two five", "0.125"),
            ("point oh five", "0.05"),
            ("point twenty five", "0.25"),
            ("two point five zero", "2.5"),
            ("one point zero", "1"),
            ("one and a half", "1.5"),
            ("two and half", "2.5"),
        ] {
            assert_eq!(read(words).as_deref(), Some(written), "{words}");
        }
    }

    #[test]
    fn what_may_be_two_numbers_or_none_is_not_read() {
        for words in [
            "one twenty",
            "twenty one hundred",
            "two five",
            "five ten",
            "ten hundred",
            "hundred",
            "thousand",
            "a",
            "half",
            "and a half",
            "point",
            "one point",
            "point ten",
            "point one two three four five",
            "one point five point five",
            "two thousand fifteen hundred",
            "twelve lakh five hundred thousand",
            "one thousand two million",
            "one hundred and",
            "two hundred and five hundred",
            "zero five",
            "",
        ] {
            assert_eq!(read(words), None, "{words}");
        }
    }

    /// As it is said, with or without "and".
    fn spoken(number: u64, has_and: bool) -> String {
        let (thousands, hundreds, rest) = (number / 1000, number / 100 % 10, number % 100);
        let mut words = Vec::new();
        let below = |number: u64, words: &mut Vec<String>| {
            let at = usize::try_from(number).unwrap_or(0);
            match number {
                0 => {}
                1..20 => words.push(SMALL[at].to_owned()),
                _ if at % 10 == 0 => words.push(TENS[at / 10 - 2].to_owned()),
                _ => words.push(format!("{} {}", TENS[at / 10 - 2], SMALL[at % 10])),
            }
        };
        if thousands > 0 {
            below(thousands, &mut words);
            words.push("thousand".to_owned());
        }
        if hundreds > 0 {
            below(hundreds, &mut words);
            words.push("hundred".to_owned());
        }
        if has_and && rest > 0 && !words.is_empty() {
            words.push("and".to_owned());
        }
        below(rest, &mut words);
        words.join(" ")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn every_whole_number_is_read_as_it_is_said(number in 1_u64..99_999, has_and in any::<bool>()) {
            let text = spoken(number, has_and);
            prop_assert_eq!(read(&text), Some(grouped(number)), "{}", text);
        }

        #[test]
        fn no_figure_ends_with_a_zero_behind_the_point(
            words in proptest::collection::vec(
                prop::sample::select(vec!["zero", "one", "five", "twenty", "hundred", "thousand",
                    "point", "oh", "and", "a", "half"]),
                0..7,
            ),
        ) {
            if let Some(written) = figure(&words) {
                prop_assert!(written.starts_with(|c: char| c.is_ascii_digit()), "{written}");
                prop_assert!(!written.contains('.') || !written.ends_with('0'), "{written}");
            }
        }
    }
}
