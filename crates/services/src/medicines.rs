//! Finding a medicine by its name.

use seva_model::MedicineHit;

use crate::{Services, ports::Lexicon};

/// Longest text that is looked up, in characters: longer is not a name.
const MAX_QUERY: usize = 100;

/// Most hits that are given.
const MAX_HITS: usize = 50;

impl Services {
    /// Medicines whose name starts with, or nearly is, what was typed. Best first.
    #[must_use]
    pub fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit> {
        match name_like(query) {
            Some(query) => self
                .ports()
                .lexicon
                .search_medicines(query, limit.min(MAX_HITS)),
            None => Vec::new(),
        }
    }
}

fn name_like(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text.chars().nth(MAX_QUERY).is_none()).then_some(text)
}

/// The medicine of exactly this name, whatever the case of its letters.
pub(crate) fn known_medicine(lexicon: &dyn Lexicon, name: &str) -> Option<MedicineHit> {
    let name = name_like(name)?;
    let folded = name.to_lowercase();
    lexicon
        .search_medicines(name, 8)
        .into_iter()
        .find(|hit| hit.name.to_lowercase() == folded)
}
