//! Writes doses that were dictated in words as figures: "five hundred mg" as "500 mg".
//!
//! Only where no other reading is left. A number counts that stands right before a unit or
//! a form of medicine, all of it, and that is one number: what may be two, or belongs to a
//! word before it ("type two", "at this point five mg"), stays as it was heard. A wrong
//! figure would be read as a dose.

mod number;
mod unit;

use std::collections::HashSet;
use std::ops::Range;

use crate::Word;
use number::{figure, is_multiplier, is_number_word, may_end_with_a_count};
use unit::{Unit, abbreviation, unit, without_greek};

/// How doses are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Doses {
    /// As the model writes them: mostly in figures.
    AsHeard,
    /// In figures, with their units as they were said: "500 milligrams".
    #[default]
    Figures,
    /// In figures, with their units abbreviated: "500 mg".
    FiguresAndUnits,
}

/// What a number belongs to that follows it.
const LABELS: [&str; 18] = [
    "type", "stage", "grade", "class", "phase", "step", "level", "number", "day", "week", "factor",
    "omega", "vitamin", "group", "room", "ward", "bed", "version",
];
/// After these, "one" may be no number: "this one", "no one".
const POINTING: [&str; 9] = [
    "this", "that", "each", "every", "any", "no", "which", "another", "other",
];
/// After these, "point five" is a dose, and not a point.
const BEFORE_POINT: [&str; 14] = [
    "of", "to", "by", "is", "was", "take", "takes", "taking", "give", "given", "giving", "gave",
    "dose", "about",
];

/// So many pieces are halved at most.
const MOST_PIECES: u32 = 4;

/// The words of a text with its doses in figures. The words of a number become one, with
/// the times of all and the confidence of the least sure. `names` are words, in lower case,
/// that a dose follows: names of medicines. `before` is the word that was said before
/// them: a number that may go on from it stays as it was heard.
pub(crate) fn write(
    before: Option<&Word>,
    words: Vec<Word>,
    doses: Doses,
    names: &HashSet<String>,
) -> Vec<Word> {
    if doses == Doses::AsHeard {
        return words;
    }
    let Some(before) = before else {
        return write_alone(&words, doses, names);
    };
    let ends_in_a_number = Part::of(before).is_number() && !Part::of(before).ends_a_sentence();
    let begun = words.iter().map(Part::of);
    let kept = begun.take_while(|part| ends_in_a_number && part.is_glue_or_number());
    let kept = kept.count();
    let mut written = words;
    let rest = written.split_off(kept);
    written.extend(write_alone(&rest, doses, names));
    written
}

fn write_alone(words: &[Word], doses: Doses, names: &HashSet<String>) -> Vec<Word> {
    let mut written = merged(words, &found(words, names));
    let parts: Vec<Part> = written.iter().map(Part::of).collect();
    let texts: Vec<Option<String>> = (0..parts.len())
        .map(|at| rewritten(&parts, at, doses))
        .collect();
    for (word, text) in written.iter_mut().zip(texts) {
        if let Some(text) = text {
            word.text = text;
        }
    }
    written
}

/// A word without its signs, in lower case, and the signs around it.
struct Part {
    before: String,
    core: String,
    after: String,
}

impl Part {
    fn of(word: &Word) -> Self {
        let core = word.text.trim_matches(|c: char| !c.is_alphanumeric());
        let (before, after) = word.text.split_once(core).unwrap_or_default();
        Self {
            before: before.to_owned(),
            core: core.to_lowercase(),
            after: after.to_owned(),
        }
    }

    /// Whether nothing but a space stands between this and the next.
    fn joins(&self, next: &Self) -> bool {
        self.after.is_empty() && next.before.is_empty()
    }

    fn is_in_words(&self) -> bool {
        let mut parts = self.core.split('-');
        let is_part = |word| is_number_word(word) || matches!(word, "and" | "a" | "half");
        parts.all(is_part) && self.core.split('-').any(is_number_word)
    }

    fn is_in_figures(&self) -> bool {
        self.core.starts_with(|c: char| c.is_ascii_digit())
    }

    fn is_number(&self) -> bool {
        self.is_in_words() || self.is_in_figures()
    }

    /// What a number in words may be made of.
    fn is_glue_or_number(&self) -> bool {
        self.is_number() || matches!(self.core.as_str(), "and" | "a" | "half")
    }

    fn ends_a_sentence(&self) -> bool {
        self.after.contains(['.', '?', '!'])
    }
}

/// Where numbers in words are to be figures, in order, and what is to stand there.
fn found(words: &[Word], names: &HashSet<String>) -> Vec<(Range<usize>, String)> {
    let parts: Vec<Part> = words.iter().map(Part::of).collect();
    (1..parts.len())
        .filter_map(|at| dose(&parts, at, names))
        .flatten()
        .collect()
}

/// The numbers before the unit at `at`: one, or the two of a range.
fn dose(parts: &[Part], at: usize, names: &HashSet<String>) -> Option<Vec<(Range<usize>, String)>> {
    let after = parts[at + 1..].iter().map(|part| part.core.as_str());
    let unit = unit(&parts[at].core, after)?;
    let (range, text) = number_before(parts, at, Some(unit), names)?;
    if text == "1" && parts[at].core == "unit" {
        return None;
    }
    let Some(low) = low_end(parts, range.start) else {
        return Some(vec![(range, text)]);
    };
    if parts[low].is_in_figures() {
        return (!has_multiplier(parts, &range)).then(|| vec![(range, text)]);
    }
    let (low, low_text) = number_before(parts, low + 1, None, names)?;
    // "Five or six hundred" is 500 or 600.
    let is_each = has_multiplier(parts, &low) || !has_multiplier(parts, &range);
    is_each.then(|| vec![(low, low_text), (range, text)])
}

/// The last word of the number from which a range goes on at `start`: "two" in "two to four".
fn low_end(parts: &[Part], start: usize) -> Option<usize> {
    let to = joined_before(parts, start)?;
    let low = joined_before(parts, to)?;
    let is_range = matches!(parts[to].core.as_str(), "to" | "or");
    let is_number = parts[low].is_number() || parts[low].core == "half";
    (is_range && is_number).then_some(low)
}

fn has_multiplier(parts: &[Part], words: &Range<usize>) -> bool {
    let mut all = parts[words.clone()]
        .iter()
        .flat_map(|part| part.core.split('-'));
    all.any(is_multiplier)
}

/// The word before `at`, where no sign stands between them.
fn joined_before(parts: &[Part], at: usize) -> Option<usize> {
    let before = at.checked_sub(1)?;
    parts[before].joins(parts.get(at)?).then_some(before)
}

/// The number that ends right before `end`, as figures, and the words it takes.
fn number_before(
    parts: &[Part],
    end: usize,
    unit: Option<Unit>,
    names: &HashSet<String>,
) -> Option<(Range<usize>, String)> {
    let mut start = end;
    while let Some(before) = joined_before(parts, start)
        && (parts[before].is_in_words()
            || matches!(parts[before].core.as_str(), "and" | "a" | "half"))
    {
        start = before;
    }
    if let Some((range, whole)) = half_more(parts, start..end) {
        let is_clear = has_halves(&whole, unit) && is_clear(parts, range.start, &[&whole], names);
        return is_clear.then(|| (range, format!("{whole}.5")));
    }
    // Glue at the front belongs to the sentence.
    while start < end {
        let is_hundred = parts
            .get(start + 1)
            .is_some_and(|next| is_multiplier(&next.core));
        match parts[start].core.as_str() {
            "and" => start += 1,
            "a" if !is_hundred => start += 1,
            _ => break,
        }
    }
    let words: Vec<&str> = parts[start..end]
        .iter()
        .flat_map(|part| part.core.split('-'))
        .collect();
    let text = match words[..] {
        ["half"] | ["half", "a"] if unit == Some(Unit::Measure) => "0.5".to_owned(),
        _ => figure(&words)?,
    };
    // Of units too, insulin's: "Toujeo three hundred ten units".
    let is_counted = parts.get(end).is_some_and(|part| part.core == "units");
    let many = unit == Some(Unit::Form) || is_counted && words.iter().any(|w| is_multiplier(w));
    if many && may_end_with_a_count(&words) {
        return None;
    }
    if let Some(whole) = text
        .strip_suffix(".5")
        .filter(|_| words.last() == Some(&"half"))
        && !has_halves(whole, unit)
    {
        return None;
    }
    is_clear(parts, start, &words, names).then_some((start..end, text))
}

/// The 2 of "2 and a half", which the model wrote in figures, and the words of all.
fn half_more(parts: &[Part], words: Range<usize>) -> Option<(Range<usize>, String)> {
    let is_half = match &parts[words.clone()] {
        [and, a, half] => and.core == "and" && a.core == "a" && half.core == "half",
        [and, half] => and.core == "and" && half.core == "half",
        _ => false,
    };
    let whole = joined_before(parts, words.start).filter(|_| is_half)?;
    let digits = &parts[whole].core;
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_whole && parts[whole].before.is_empty()).then(|| (whole..words.end, digits.clone()))
}

/// Whether so many and a half are one number. Of pieces up to four are taken at a time: in
/// "75 and a half tablet of metoprolol" the 75 belong to what was said before.
fn has_halves(whole: &str, unit: Option<Unit>) -> bool {
    unit == Some(Unit::Measure) || whole.parse().is_ok_and(|whole: u32| whole <= MOST_PIECES)
}

/// Whether a number can belong to nothing before it.
fn is_clear(parts: &[Part], start: usize, words: &[&str], names: &HashSet<String>) -> bool {
    // "Two, point five" may be 2.5 with a breath in it.
    if let Some(previous) = start.checked_sub(1).map(|at| &parts[at])
        && !previous.ends_a_sentence()
        && (previous.is_in_words() || (previous.is_in_figures() && words[0] == "point"))
    {
        return false;
    }
    let Some(before) = joined_before(parts, start) else {
        return true;
    };
    let core = parts[before].core.as_str();
    let follows_number = || joined_before(parts, before).is_some_and(|at| parts[at].is_number());
    match words {
        _ if parts[before].is_number() || LABELS.contains(&core) => false,
        _ if core == "and" && follows_number() => false,
        ["half", ..] => !matches!(core, "and" | "a"),
        ["point", ..] => BEFORE_POINT.contains(&core) || names.contains(core),
        ["one", "point", ..] => core != "at",
        ["one"] => !POINTING.contains(&core),
        _ => true,
    }
}

/// The words with each number as one.
fn merged(words: &[Word], numbers: &[(Range<usize>, String)]) -> Vec<Word> {
    let mut merged: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    let mut numbers = numbers.iter().peekable();
    while let Some(word) = words.get(at) {
        let Some((range, text)) = numbers.next_if(|(range, _)| range.start == at) else {
            merged.push(word.clone());
            at += 1;
            continue;
        };
        let part = Part::of(word);
        let all = &words[range.clone()];
        merged.push(Word {
            text: format!("{}{text}", part.before),
            start: word.start,
            end: all.iter().map(|word| word.end).fold(word.end, f64::max),
            confidence: all.iter().map(|word| word.confidence).fold(1.0, f64::min),
        });
        at = range.end;
    }
    merged
}

/// What stands for a word instead, where a dose needs it.
fn rewritten(parts: &[Part], at: usize, doses: Doses) -> Option<String> {
    let part = &parts[at];
    // ".5 mg" is read as 5 mg where the point is faint.
    let is_dosed = || {
        let next = parts.get(at + 1).filter(|next| part.joins(next))?;
        let after = parts[at + 2..].iter().map(|part| part.core.as_str());
        unit(&next.core, after)
    };
    if part.before == "." && part.is_in_figures() && is_dosed().is_some() {
        return Some(format!("0.{}{}", part.core, part.after));
    }
    let digits = part.core.trim_end_matches(char::is_alphabetic);
    if part.is_in_figures()
        && let Some(short) = without_greek(&part.core[digits.len()..])
    {
        return Some(format!("{}{digits}{short}{}", part.before, part.after));
    }
    let number = joined_before(parts, at).filter(|before| parts[*before].is_in_figures());
    let short = match doses {
        Doses::FiguresAndUnits => abbreviation(&part.core),
        Doses::Figures => without_greek(&part.core),
        Doses::AsHeard => None,
    };
    number
        .and(short)
        .map(|short| format!("{short}{}", part.after))
}

#[cfg(test)]
mod tests;
