//! Medicines that a misheard word may have been. Only ever suggested.

use serde::Serialize;

use crate::alike;
use crate::codes::display;
use crate::lexicon::{Lexicon, Medicine};

/// Why a medicine is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Spelled almost alike.
    Spelling,
    /// Sounds alike.
    Sound,
}

/// A medicine that a word may have been.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Suggestion {
    /// As it is written.
    pub name: String,
    /// Generic name of a brand.
    pub generic: Option<String>,
    /// Letters to insert, delete, replace or swap.
    pub distance: usize,
    /// 0 to 1, for the order only: likeness, with common medicines before rare ones.
    pub score: f32,
    /// Why.
    pub reason: Reason,
    /// Whether the dose said is usual for it; `None` where no dose was said or none is known.
    pub dose_fits: Option<bool>,
    /// Whether it is given for one of the conditions said.
    pub indication_fits: bool,
}

/// What was said beside a misheard name.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// One dose with its unit: "25 mg", "50 mcg".
    pub dose: Option<&'a str>,
    /// What the patient has, as it was said.
    pub conditions: &'a [&'a str],
}

/// At most `limit` suggestions for a word that is no known medicine.
pub(crate) fn suggest(
    lexicon: &Lexicon,
    word: &str,
    evidence: &Evidence<'_>,
    limit: usize,
) -> Vec<Suggestion> {
    let heard: Vec<char> = letters(word);
    if heard.len() < 4
        || heard.len() > 40
        || lexicon
            .medicines
            .named(&word.trim().to_lowercase())
            .is_some()
    {
        return Vec::new();
    }
    let sound = sound(&heard);
    let mut found: Vec<Suggestion> = lexicon
        .medicines
        .all()
        .iter()
        .filter_map(|row| compare(row, &heard, &sound))
        .map(|found| weighed(found, evidence))
        .collect();
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.name.cmp(&b.name))
    });
    found.truncate(limit);
    found
}

/// Likeness decides first; what was said beside the name then moves it up or down.
fn weighed(mut found: Suggestion, evidence: &Evidence<'_>) -> Suggestion {
    let generic = found
        .generic
        .as_deref()
        .unwrap_or(&found.name)
        .to_lowercase();
    let substance = generic.split(" + ").next().unwrap_or_default();
    let dose = evidence.dose.and_then(alike::milligrams);
    found.dose_fits = dose.and_then(|dose| alike::dose_fits(substance, dose));
    found.indication_fits = alike::indication_fits(substance, evidence.conditions);
    let by_dose = match found.dose_fits {
        Some(true) => 0.08,
        Some(false) => -0.15,
        None => 0.0,
    };
    let by_indication = if found.indication_fits { 0.08 } else { 0.0 };
    found.score = (found.score + by_dose + by_indication).clamp(0.0, 0.99);
    found
}

fn letters(word: &str) -> Vec<char> {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

fn compare(row: &Medicine, heard: &[char], heard_sound: &str) -> Option<Suggestion> {
    let allowed = match heard.len() {
        ..=5 => 1,
        6..=8 => 2,
        9..=11 => 3,
        _ => 4,
    };
    if row.name.len().abs_diff(heard.len()) > allowed + 1 {
        return None;
    }
    let name = letters(row.name);
    let distance = distance(heard, &name, allowed + 1)?;
    let alike = sound(&name) == *heard_sound;
    if distance > allowed && !alike {
        return None;
    }
    let length = heard.len().max(name.len()) as f32;
    let first = if heard.first() == name.first() {
        0.05
    } else {
        0.0
    };
    let common = if row.rank == u32::MAX { 0.0 } else { 0.08 };
    let likeness =
        0.85 * (1.0 - distance as f32 / length) + if alike { 0.1 } else { 0.0 } + first + common;
    Some(Suggestion {
        name: display(row),
        generic: (!row.generic.is_empty()).then(|| row.generic.to_owned()),
        distance,
        score: likeness.min(0.99),
        reason: if alike {
            Reason::Sound
        } else {
            Reason::Spelling
        },
        dose_fits: None,
        indication_fits: false,
    })
}

/// Optimal string alignment distance; `None` when above `most`.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, right) in b.iter().enumerate() {
            let replace = last[j] + usize::from(left != right);
            row[j + 1] = replace.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *left == b[j - 1] && a[i - 1] == *right {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        if row.iter().min().is_some_and(|least| *least > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// Consonants that sound alike under one letter; vowels only at the start.
fn sound(name: &[char]) -> String {
    let mut key = String::with_capacity(name.len());
    let mut index = 0;
    while index < name.len() {
        let next = name.get(index + 1).copied().unwrap_or(' ');
        let (code, used) = match (name[index], next) {
            ('p', 'h') => ('f', 2),
            ('t', 'h') => ('t', 2),
            ('s' | 'c', 'h') => ('s', 2),
            ('c', 'k') => ('k', 2),
            ('c', 'e' | 'i' | 'y') | ('s' | 'z' | 'x', _) => ('s', 1),
            ('c' | 'k' | 'q' | 'g', _) => ('k', 1),
            ('b' | 'p', _) => ('p', 1),
            ('v' | 'w' | 'f', _) => ('f', 1),
            ('d' | 't', _) => ('t', 1),
            ('m' | 'n', _) => ('n', 1),
            ('l' | 'r', _) => ('r', 1),
            ('j', _) => ('s', 1),
            ('a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h', _) => (if index == 0 { 'a' } else { ' ' }, 1),
            (other, _) => (other, 1),
        };
        if code != ' ' && !key.ends_with(code) {
            key.push(code);
        }
        index += used;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(a: &str, b: &str) -> Option<usize> {
        distance(&letters(a), &letters(b), 4)
    }

    #[test]
    fn distance_counts_a_swap_as_one() {
        assert_eq!(of("lisinapril", "lisinopril"), Some(1));
        assert_eq!(of("metfromin", "metformin"), Some(1));
        assert_eq!(of("aspirin", "warfarin"), Some(4));
        assert_eq!(of("aspirin", "ketoconazole"), None);
    }

    #[test]
    fn what_sounds_alike_has_one_key() {
        let key = |name: &str| sound(&letters(name));
        assert_eq!(key("zyrtec"), key("sirtek"));
        assert_eq!(key("phenytoin"), key("fenitoin"));
        assert_ne!(key("losartan"), key("valsartan"));
    }
}
