//! Terms of the lexicon in the text: longest first, left to right.

use crate::abbreviations;
use crate::compounds;
use crate::dosage::{is_taken, unit_at};
use crate::lexicon::{Entry, Hit, Lexicon, TermKind};
use crate::text::{Gap, Kind, Sentence, Tokens};

/// A term found in the text: tokens `first..end`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mention {
    pub(crate) first: usize,
    pub(crate) end: usize,
    pub(crate) entry: Entry,
    /// Index of its sentence.
    pub(crate) sentence: usize,
    /// Made of a part of the body and a complaint.
    pub(crate) compound: bool,
    /// A medicine that no list knows, by the dose or form beside it.
    pub(crate) stranger: bool,
}

impl Mention {
    pub(crate) fn kind(&self) -> TermKind {
        self.entry.kind
    }
}

/// Words after which a name is no medicine: "insulin resistance", "calcium level".
const NOT_A_MEDICINE_BEFORE: &[&str] = &[
    "allerg",
    "antibod",
    "deficienc",
    "excess",
    "intake",
    "intoxication",
    "level",
    "overload",
    "panel",
    "poisoning",
    "resistance",
    "resistant",
    "test",
    "toxicit",
];

/// Substances that are a medicine with a dose and a laboratory value without.
const MEASURED: &[&str] = &[
    "albumin",
    "b12",
    "calcium",
    "folate",
    "iron",
    "lithium",
    "magnesium",
    "phosphate",
    "potassium",
    "sodium",
    "testosterone",
    "vitamin b12",
    "vitamin d",
    "zinc",
    "glucose",
    "digoxin",
    "bicarbonate",
    "progesterone",
    "estradiol",
    "cortisol",
    "ferritin",
    "dhea",
    "estrogen",
    "oestrogen",
    "oestradiol",
    "chromium",
    "selenium",
    "copper",
    "vitamin a",
    "vitamin e",
    "folic acid",
];

/// Every mention, in order.
pub(crate) fn mentions(
    lexicon: &Lexicon,
    tokens: &Tokens<'_>,
    sentences: &[Sentence],
) -> Vec<Mention> {
    let mut found: Vec<Mention> = Vec::new();
    let mut hits = Vec::new();
    for (index, sentence) in sentences.iter().enumerate() {
        let mut at = sentence.first;
        while at < sentence.end {
            if may_open(tokens, at) {
                lexicon.hits(tokens, at, &mut hits);
            } else {
                hits.clear();
            }
            match best(tokens, sentence, at, &hits) {
                Some(hit) => {
                    let entry = settled(tokens, at, hit);
                    found.push(Mention {
                        first: at,
                        end: hit.end,
                        entry,
                        sentence: index,
                        compound: false,
                        stranger: false,
                    });
                    at = hit.end;
                }
                None => at += 1,
            }
        }
    }
    compounds::join(tokens, sentences, &mut found);
    abbreviations::add(tokens, sentences, &mut found);
    found
}

/// A word, or the figure of "5-fluorouracil".
fn may_open(tokens: &Tokens<'_>, at: usize) -> bool {
    match tokens.at(at).kind {
        Kind::Word => true,
        Kind::Number => {
            let gap = tokens.gap(at + 1);
            !gap.is_empty() && gap.only(Gap::HYPHEN)
        }
        Kind::Sign => false,
    }
}

fn best(tokens: &Tokens<'_>, sentence: &Sentence, first: usize, hits: &[Hit]) -> Option<Hit> {
    hits.iter().rev().copied().find(|hit| {
        let capitals = !hit.entry.needs_capitals || (first..hit.end).all(|at| tokens.is_upper(at));
        // "Augmentin 625 mg": the figure belongs to the unit.
        let splits_amount =
            hit.end > first + 1 && tokens.is_number(hit.end - 1) && unit_at(tokens, hit.end);
        hit.end <= sentence.end && capitals && !splits_amount
    })
}

/// The entry, with its kind as the words around it settle it.
fn settled(tokens: &Tokens<'_>, first: usize, hit: Hit) -> Entry {
    let mut entry = hit.entry;
    let name = || {
        let (from, to) = tokens.span(first, hit.end - 1);
        tokens.text[from..to].to_lowercase()
    };
    let dosed = || {
        dose_follows(tokens, hit.end)
            || (!measured_before(tokens, first) && is_taken(tokens, hit.end))
    };
    if entry.kind == TermKind::Lab && MEASURED.contains(&name().as_str()) && dosed() {
        entry.kind = TermKind::Generic;
    } else if entry.kind.is_medicine() {
        let next = tokens.folded(hit.end);
        if tokens.joined(hit.end) && NOT_A_MEDICINE_BEFORE.contains(&next)
            || ((value_follows(tokens, hit.end) || measured_before(tokens, first))
                && MEASURED.contains(&name().as_str())
                && !dosed())
        {
            entry.kind = TermKind::Lab;
        }
    }
    entry
}

fn dose_follows(tokens: &Tokens<'_>, at: usize) -> bool {
    let unit = tokens.lower(at + 1);
    tokens.is_number(at)
        && tokens.joined(at)
        && matches!(unit, "mg" | "g" | "gm" | "gram" | "mcg" | "iu" | "units")
        || matches!(
            tokens.lower(at),
            "tablet"
                | "tablets"
                | "supplement"
                | "supplements"
                | "capsule"
                | "capsules"
                | "supplementation"
                | "pill"
                | "pills"
        )
}

fn value_follows(tokens: &Tokens<'_>, at: usize) -> bool {
    let at = at + usize::from(matches!(tokens.lower(at), "is" | "was" | "of" | "at"));
    let low = matches!(
        tokens.lower(at),
        "low"
            | "high"
            | "normal"
            | "elevated"
            | "deficient"
            | "borderline"
            | "greater"
            | "above"
            | "below"
            | "less"
    );
    low || (tokens.is_number(at) && at > 0 && !unit_at(tokens, at + 1))
}

/// "low vitamin D", "checked your estradiol": a value is spoken of.
fn measured_before(tokens: &Tokens<'_>, first: usize) -> bool {
    let before = |back: usize| first.checked_sub(back).map_or("", |at| tokens.lower(at));
    let quality = matches!(
        before(1),
        "low"
            | "high"
            | "elevated"
            | "raised"
            | "serum"
            | "last"
            | "normal"
            | "total"
            | "urine"
            | "plasma"
    );
    let checked = |word: &str| {
        matches!(
            word,
            "check" | "checked" | "checking" | "measured" | "recheck"
        )
    };
    quality || (1..=3).any(|back| checked(before(back)))
}
