//! Who the patient is, only where the dictation leaves no doubt.

use seva_model::{Category, Entity};

/// A find below this is not certain enough to name a person by.
const CERTAIN: f32 = 0.8;

/// How many words around a find are looked at.
const NEAR: usize = 4;

const CUES: [&str; 13] = [
    "patient",
    "patient's",
    "name",
    "named",
    "mr",
    "mrs",
    "ms",
    "miss",
    "master",
    "baby",
    "shri",
    "smt",
    "kumari",
];
const DOCTORS: [&str; 5] = ["dr", "doctor", "prof", "professor", "nurse"];
const FAMILY: [&str; 19] = [
    "mother",
    "mother's",
    "father",
    "father's",
    "sister",
    "sister's",
    "brother",
    "brother's",
    "wife",
    "husband",
    "son",
    "daughter",
    "uncle",
    "aunt",
    "cousin",
    "grandmother",
    "grandfather",
    "mom",
    "dad",
];

/// What the prescription's head says of the patient.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Patient {
    pub(super) name: String,
    pub(super) age: Option<u16>,
    pub(super) gender: &'static str,
}

/// Puts together what is certain. A given name wins over a heard one.
pub(super) fn patient(transcript: &str, entities: &[Entity], given_name: Option<&str>) -> Patient {
    let text: Vec<char> = transcript.chars().collect();
    let found = |kind: &'static str| {
        entities.iter().filter(move |e| {
            e.category == Category::ProtectedHealthInformation
                && e.entity_type == kind
                && e.score >= CERTAIN
                && e.is_current()
        })
    };
    let ages: Vec<&Entity> = found("AGE")
        .filter(|e| !is_of_a_relative(&text, e))
        .collect();
    let heard_name = only(
        found("NAME")
            .filter(|e| is_patients_name(&text, e))
            .map(|e| e.text.as_str()),
    );
    let gender_by_age = only(ages.iter().filter_map(|e| gender_after(&text, e)));
    let name = given_name.or(heard_name).unwrap_or_default();
    Patient {
        age: only(ages.iter().map(|e| years(&text, e))).flatten(),
        gender: gender_by_age
            .or_else(|| gender_by_title(name))
            .unwrap_or_default(),
        name: name.to_owned(),
    }
}

/// The one value that all agree on.
fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}

/// Words right before a find, the nearest first, in lower case.
fn words_before(text: &[char], entity: &Entity) -> Vec<String> {
    let before: String = text
        .get(..entity.begin_offset as usize)
        .unwrap_or_default()
        .iter()
        .collect();
    let sentence = before.rsplit(['.', '?', '!', '\n']);
    // A title has a dot of its own: "Mrs. Verma".
    let near = sentence.take(2).collect::<Vec<_>>();
    let titled = near
        .get(1)
        .and_then(|part| part.split_whitespace().next_back())
        .filter(|_| near[0].trim().is_empty());
    near[0]
        .split_whitespace()
        .rev()
        .chain(titled)
        .take(NEAR)
        .map(plain)
        .collect()
}

/// Words right behind a find, within the sentence.
fn words_after(text: &[char], entity: &Entity) -> Vec<String> {
    let after: String = text
        .get(entity.end_offset as usize..)
        .unwrap_or_default()
        .iter()
        .collect();
    let sentence = after
        .split(['.', '?', '!', '\n'])
        .next()
        .unwrap_or_default();
    sentence
        .split(|c: char| c.is_whitespace() || c == '-' || c == ',')
        .filter(|word| !word.is_empty())
        .take(NEAR + 2)
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned())
        .collect()
}

fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase()
}

fn is_patients_name(text: &[char], entity: &Entity) -> bool {
    let mut near = words_before(text, entity);
    near.extend(entity.text.split_whitespace().next().map(plain));
    let any_of = |list: &[&str]| near.iter().any(|word| list.contains(&word.as_str()));
    any_of(&CUES) && !any_of(&DOCTORS) && !any_of(&FAMILY)
}

/// "Her mother is 70", "a 70-year-old aunt".
fn is_of_a_relative(text: &[char], entity: &Entity) -> bool {
    words_before(text, entity)
        .into_iter()
        .chain(person_after(text, entity).map(|word| word.to_lowercase()))
        .any(|word| FAMILY.contains(&word.as_str()))
}

/// Whole years of an age; `None` for months and whatever has no certain number.
fn years(text: &[char], entity: &Entity) -> Option<u16> {
    let said = entity.text.to_lowercase();
    let mut words: Vec<String> = said
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.extend(
        words_after(text, entity)
            .into_iter()
            .take(1)
            .map(|w| w.to_lowercase()),
    );
    if words.iter().any(|word| {
        ["month", "week", "day"]
            .iter()
            .any(|unit| word.starts_with(unit))
    }) {
        return None;
    }
    number(&words).filter(|years| *years <= 150)
}

/// The number that the words start with: "45", "45yo", "forty", "five".
fn number(words: &[String]) -> Option<u16> {
    let first = words.first()?;
    let digits: String = first.chars().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        return digits.parse().ok();
    }
    let tens = small_number(first)?;
    let ones = words.get(1).and_then(|word| small_number(word));
    match ones {
        Some(ones) if tens >= 20 && (1..10).contains(&ones) => Some(tens + ones),
        _ => Some(tens),
    }
}

fn small_number(word: &str) -> Option<u16> {
    const ONES: [&str; 20] = [
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
    let place = |list: &[&str]| list.iter().position(|name| *name == word);
    let value = place(&ONES).or_else(|| place(&TENS).map(|tens| (tens + 2) * 10));
    value.and_then(|value| u16::try_from(value).ok())
}

/// The word that follows an age: "female", "M", "mother".
fn person_after(text: &[char], entity: &Entity) -> Option<String> {
    const FILLERS: [&str; 7] = ["year", "years", "yr", "yrs", "old", "of", "age"];
    words_after(text, entity)
        .into_iter()
        .find(|word| !FILLERS.contains(&word.to_lowercase().as_str()))
}

/// "45-year-old female", "61 M".
fn gender_after(text: &[char], entity: &Entity) -> Option<&'static str> {
    let word = person_after(text, entity)?;
    match word.as_str() {
        "F" => return Some("Female"),
        "M" => return Some("Male"),
        _ => {}
    }
    match word.to_lowercase().as_str() {
        "female" | "woman" | "lady" | "girl" => Some("Female"),
        "male" | "man" | "gentleman" | "boy" => Some("Male"),
        _ => None,
    }
}

fn gender_by_title(name: &str) -> Option<&'static str> {
    match plain(name.split_whitespace().next()?).as_str() {
        "mr" | "shri" | "master" => Some("Male"),
        "mrs" | "ms" | "miss" | "smt" | "kumari" => Some("Female"),
        _ => None,
    }
}
