//! A lexicon of a few names, for the tests of this crate.

use seva_model::{AdviceText, MedicineHit, MedicineKind};

use crate::ports::{Beside, Lexicon};

pub(crate) struct SmallLexicon;

const KNOWN: [(&str, Option<&str>, &str); 6] = [
    ("Dolo", Some("paracetamol"), "1"),
    ("Crocin", Some("paracetamol"), "1"),
    ("paracetamol", None, "161"),
    ("metformin", None, "6809"),
    ("lisinopril", None, "29046"),
    ("metoprolol", None, "6918"),
];

fn hits(matches: impl Fn(&str) -> bool) -> Vec<MedicineHit> {
    KNOWN
        .into_iter()
        .filter(|(name, _, _)| matches(&name.to_lowercase()))
        .map(|(name, generic, rxnorm)| MedicineHit {
            name: name.to_owned(),
            generic: generic.map(str::to_owned),
            kind: if generic.is_some() {
                MedicineKind::Brand
            } else {
                MedicineKind::Generic
            },
            rxnorm: Some(rxnorm.to_owned()),
        })
        .collect()
}

impl Lexicon for SmallLexicon {
    fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit> {
        let query = query.to_lowercase();
        let mut hits = hits(|name| name.starts_with(&query));
        hits.truncate(limit);
        hits
    }

    fn suggest_medicines(
        &self,
        heard: &str,
        beside: &Beside<'_>,
        limit: usize,
    ) -> Vec<MedicineHit> {
        let start: String = heard.to_lowercase().chars().take(3).collect();
        let mut hits = hits(|name| name.starts_with(&start));
        let pressure = beside.conditions.contains(&"hypertension") && beside.dose == "25 mg";
        hits.sort_by_key(|hit| !(pressure && hit.name == "metoprolol"));
        hits.truncate(limit);
        hits
    }

    fn mistaken_for(&self, name: &str) -> Vec<String> {
        match name.trim().to_lowercase().as_str() {
            "metoprolol" => vec!["misoprostol".to_owned(), "propranolol".to_owned()],
            _ => Vec::new(),
        }
    }

    fn advice(&self, text: &str) -> AdviceText {
        let sentence = |word: &str| {
            text.split_inclusive('.')
                .find(|sentence| sentence.contains(word))
                .map(|sentence| sentence.trim().to_owned())
                .unwrap_or_default()
        };
        AdviceText {
            advice: sentence("Drink"),
            follow_up: sentence("Review"),
        }
    }
}
