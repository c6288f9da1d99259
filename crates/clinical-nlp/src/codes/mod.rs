//! Codes of terminologies for what the lexicon knows.

mod titles;

use rustc_hash::FxHashSet;

use crate::findings::Detail;
use crate::lexicon::{Lexicon, Medicine, MedicineKind};
use crate::matcher::Mention;
use crate::text::Tokens;
use crate::types::{AttributeType, Concept};

/// No more candidates than this.
const MOST: usize = 5;

/// The ICD-10-CM codes that a condition may have, the likeliest first, five at most: that
/// of the term itself (exact or a listed synonym), then titles that share its words and
/// those of its site and side, then the codes beside it.
pub(crate) fn icd10(
    lexicon: &Lexicon,
    tokens: &Tokens<'_>,
    mention: &Mention,
    details: &[Detail],
) -> Vec<Concept> {
    let mut rows: Vec<titles::Ranked> = Vec::new();
    let direct = lexicon.icd10_row(mention.entry);
    let placed: Vec<&Detail> = details.iter().filter(|d| places(d.kind)).collect();
    // For "thigh pain" and "pain in the knee" the complaint's code is right, but not the whole truth.
    let partial = mention.compound || !placed.is_empty();
    if partial || direct.is_none() {
        let mut words = words_of(tokens, mention.first, mention.end);
        for detail in placed {
            words.extend(words_of(tokens, detail.first, detail.end));
        }
        let alike = titles::like(lexicon, &words).into_iter();
        rows.extend(alike.map(|(row, alike)| (row, 0.9 * alike)));
    }
    if let Some(row) = direct {
        let score = crate::score::concept(mention.entry.tier);
        let number = u32::try_from(row).unwrap_or(u32::MAX);
        rows.push((
            number,
            if mention.compound {
                0.5
            } else if partial {
                0.7
            } else {
                score
            },
        ));
        let beside = titles::neighbours(lexicon, row).iter();
        rows.extend(beside.map(|(other, alike)| (*other, 0.5 * score * alike)));
    }
    rows.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut known = Vec::with_capacity(MOST);
    rows.retain(|(row, _)| {
        known.len() < MOST && !known.contains(row) && {
            known.push(*row);
            true
        }
    });
    let concept = |(row, score): titles::Ranked| {
        let (code, title) = lexicon.icd10_rows().get(row as usize)?;
        Some(Concept {
            code: (*code).to_owned(),
            description: (*title).to_owned(),
            score,
        })
    };
    rows.into_iter().filter_map(concept).collect()
}

/// What tells one code of an illness from another.
fn places(kind: AttributeType) -> bool {
    matches!(
        kind,
        AttributeType::Direction | AttributeType::SystemOrganSite | AttributeType::Acuity
    )
}

fn words_of(tokens: &Tokens<'_>, first: usize, end: usize) -> FxHashSet<String> {
    let (from, to) = tokens.span(first, end - 1);
    titles::words(&tokens.text[from..to])
}

/// The RxNorm concepts of a medicine: its own, then those of its ingredients.
pub(crate) fn rxnorm(lexicon: &Lexicon, mention: &Mention) -> Vec<Concept> {
    let mut found = Vec::new();
    let Some(medicine) = lexicon.medicine(mention.entry) else {
        return found;
    };
    push(
        &mut found,
        medicine,
        crate::score::concept(mention.entry.tier),
    );
    for part in medicine
        .generic
        .split(" + ")
        .filter(|part| !part.is_empty())
    {
        if let Some(ingredient) = lexicon.medicines.named(part) {
            push(&mut found, ingredient, 0.9);
        }
    }
    found
}

fn push(found: &mut Vec<Concept>, medicine: &Medicine, score: f32) {
    let known = found.iter().any(|concept| concept.code == medicine.rxcui);
    if !medicine.rxcui.is_empty() && !known {
        found.push(Concept {
            code: medicine.rxcui.to_owned(),
            description: display(medicine),
            score,
        });
    }
}

/// A medicine's name as it is written: brands with capitals, generics without.
pub(crate) fn display(medicine: &Medicine) -> String {
    if medicine.kind == MedicineKind::Generic {
        return medicine.name.to_owned();
    }
    let words: Vec<String> = medicine.name.split(' ').map(capitalised).collect();
    words.join(" ")
}

/// "dolo" becomes "Dolo", a suffix such as "sp" becomes "SP".
fn capitalised(word: &str) -> String {
    if word.len() <= 2 {
        return word.to_uppercase();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
