//! Collects the terms and writes the three files.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use seva_clinical_nlp::compile::{Entry, TermKind, Tier};
use seva_clinical_nlp::lexicon_key;

use crate::conditions::Icd;
use crate::medicines::Row;

/// What a term points to, before rows have numbers.
#[derive(Clone, Debug)]
pub(crate) enum Concept {
    None,
    /// Name of a row of the medicines' table.
    Medicine(String),
    /// ICD-10-CM code.
    Icd(String),
}

#[derive(Clone, Debug)]
pub(crate) struct Term {
    pub(crate) kind: TermKind,
    pub(crate) tier: Tier,
    pub(crate) needs_dose: bool,
    pub(crate) needs_capitals: bool,
    pub(crate) concept: Concept,
}

/// Codes of a category that is given whole.
const SMALL: usize = 24;

#[derive(Default)]
pub(crate) struct Terms {
    by_key: BTreeMap<String, Term>,
}

impl Terms {
    /// Adds a term unless its key is taken: what comes first is the more trusted.
    pub(crate) fn add(&mut self, name: &str, term: Term) {
        let key = lexicon_key(name);
        if !key.is_empty() {
            self.by_key.entry(key).or_insert(term);
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.by_key.contains_key(&lexicon_key(name))
    }

    pub(crate) fn write(&self, home: &Path, rows: &[Row], icd: &Icd) -> Result<(), Box<dyn Error>> {
        let codes = self.codes(icd);
        let mut titles = String::new();
        for code in &codes {
            writeln!(titles, "{code}\t{}", icd.title(code))?;
        }
        let mut medicines = String::new();
        for row in rows {
            let rank = row.rank.map(|r| r.to_string()).unwrap_or_default();
            writeln!(
                medicines,
                "{}\t{}\t{}\t{}\t{rank}",
                row.name, row.kind, row.generic, row.rxcui
            )?;
        }
        let mut fst = fst::raw::Builder::memory();
        for (key, term) in &self.by_key {
            let concept = match &term.concept {
                Concept::None => 0,
                Concept::Medicine(name) => {
                    position(rows.binary_search_by(|row| row.name.cmp(name)))
                }
                Concept::Icd(code) => position(codes.binary_search(code)),
            };
            let entry = Entry {
                kind: term.kind,
                tier: term.tier,
                needs_dose: term.needs_dose,
                needs_capitals: term.needs_capitals,
                concept,
            };
            fst.insert(key, entry.pack())?;
        }
        let bytes = fst.into_inner()?;
        println!(
            "{} terms in {} bytes, {} medicines in {} bytes, {} codes in {} bytes",
            self.by_key.len(),
            bytes.len(),
            rows.len(),
            medicines.len(),
            codes.len(),
            titles.len()
        );
        std::fs::write(home.join("terms.fst"), bytes)?;
        std::fs::write(home.join("medicines.txt"), medicines)?;
        std::fs::write(home.join("icd10.txt"), titles)?;
        Ok(())
    }

    fn used_codes(&self) -> Vec<String> {
        let mut codes: Vec<String> = self
            .by_key
            .values()
            .filter_map(|term| match &term.concept {
                Concept::Icd(code) => Some(code.clone()),
                _ => None,
            })
            .collect();
        codes.sort();
        codes.dedup();
        codes
    }

    /// The codes in use, and those beside them in small categories, to choose among.
    fn codes(&self, icd: &Icd) -> Vec<String> {
        let mut codes = self.used_codes();
        let categories: BTreeSet<String> = codes
            .iter()
            .filter_map(|c| Some(c.get(..3)?.to_owned()))
            .collect();
        for category in categories {
            let beside: Vec<&String> = icd.within(&category).collect();
            if beside.len() <= SMALL {
                codes.extend(beside.into_iter().cloned());
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }
}

fn position(found: Result<usize, usize>) -> u32 {
    found
        .ok()
        .and_then(|at| u32::try_from(at + 1).ok())
        .unwrap_or(0)
}
