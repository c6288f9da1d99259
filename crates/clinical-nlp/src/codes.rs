//! Codes of terminologies for what the lexicon knows.

use crate::lexicon::{Lexicon, Medicine, MedicineKind};
use crate::matcher::Mention;
use crate::types::Concept;

/// The ICD-10-CM code of a condition.
pub(crate) fn icd10(lexicon: &Lexicon, mention: &Mention) -> Vec<Concept> {
    // For "thigh pain" only the complaint has a code: right, but not the whole truth.
    let score = if mention.compound {
        0.5
    } else {
        crate::score::concept(mention.entry.tier)
    };
    lexicon
        .icd10(mention.entry)
        .map(|(code, title)| Concept {
            code: code.to_owned(),
            description: title.to_owned(),
            score,
        })
        .into_iter()
        .collect()
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
