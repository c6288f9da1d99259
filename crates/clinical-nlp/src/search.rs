//! Search as one types, for the prescription's form.

use serde::Serialize;

use crate::codes::display;
use crate::lexicon::{Lexicon, Medicine, MedicineKind};

/// A medicine that a search found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MedicineHit {
    /// As it is written.
    pub name: String,
    /// Generic name; of a mixture, joined with " + ". `None` for a generic.
    pub generic: Option<String>,
    /// Generic, brand or Indian brand.
    pub kind: MedicineKind,
    /// RxCUI, where known.
    pub rxnorm: Option<String>,
}

/// At most `limit` medicines for what was typed so far, the likeliest first.
///
/// A name that begins with the query comes before one with such a word inside,
/// and that before one whose ingredient begins so; then the more common first.
pub(crate) fn search(lexicon: &Lexicon, query: &str, limit: usize) -> Vec<MedicineHit> {
    let query = query.trim().to_lowercase();
    if query.is_empty() || limit == 0 {
        return Vec::new();
    }
    let mut found: Vec<(u8, u32, usize, &Medicine)> = lexicon
        .medicines
        .all()
        .iter()
        .filter_map(|row| grade(row, &query).map(|grade| (grade, row.rank, row.name.len(), row)))
        .collect();
    found.sort_by(|a, b| (a.0, a.1, a.2, a.3.name).cmp(&(b.0, b.1, b.2, b.3.name)));
    found
        .into_iter()
        .take(limit)
        .map(|(_, _, _, row)| hit(row))
        .collect()
}

fn grade(row: &Medicine, query: &str) -> Option<u8> {
    if row.name == query {
        return Some(0);
    }
    if row.name.starts_with(query) {
        return Some(1);
    }
    if word_starts(row.name, query) {
        return Some(2);
    }
    let ingredient = query.len() >= 3 && word_starts(row.generic, query);
    ingredient.then_some(3)
}

/// Whether a word inside `text` begins with `query`.
fn word_starts(text: &str, query: &str) -> bool {
    text.match_indices(query).any(|(at, _)| {
        at == 0
            || text
                .as_bytes()
                .get(at - 1)
                .is_some_and(|before| !before.is_ascii_alphanumeric())
    })
}

fn hit(row: &Medicine) -> MedicineHit {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    MedicineHit {
        name: display(row),
        generic: some(row.generic),
        kind: row.kind,
        rxnorm: some(row.rxcui),
    }
}
