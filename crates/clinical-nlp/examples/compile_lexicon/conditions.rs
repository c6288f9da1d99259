//! Conditions, tests, procedures and anatomy.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;

use seva_clinical_nlp::compile::{TermKind, Tier};
use seva_clinical_nlp::lexicon_key;

use crate::build::{Concept, Term, Terms};
use crate::read::{Source, cell};

fn term(kind: TermKind, tier: Tier, concept: Concept) -> Term {
    Term {
        kind,
        tier,
        needs_dose: false,
        needs_capitals: false,
        concept,
    }
}

pub(crate) fn tests_and_anatomy(source: &Source, terms: &mut Terms) -> Result<(), Box<dyn Error>> {
    let capitals = source.keys("capitals.txt")?;
    for row in source.own("tests.tsv")? {
        let kind = match cell(&row, 1) {
            "V" => TermKind::Vital,
            "L" => TermKind::Lab,
            "P" => TermKind::Procedure,
            "T" => TermKind::Treatment,
            _ => TermKind::Test,
        };
        for name in cell(&row, 0).split('|') {
            let mut entry = term(kind, Tier::Curated, Concept::None);
            entry.needs_capitals = capitals.contains(&lexicon_key(name));
            terms.add(name, entry);
        }
    }
    for row in source.own("anatomy.txt")? {
        terms.add(
            cell(&row, 0),
            term(TermKind::Anatomy, Tier::Curated, Concept::None),
        );
    }
    Ok(())
}

/// The ICD-10-CM table, and which code a key stands for.
pub(crate) struct Icd {
    titles: BTreeMap<String, String>,
    by_key: HashMap<String, String>,
    rows: Vec<(String, String)>,
}

impl Icd {
    pub(crate) fn read(source: &Source) -> Result<Self, Box<dyn Error>> {
        let mut titles = BTreeMap::new();
        let mut rows = Vec::new();
        for row in source.table("icd10cm_2026_titles_inclusions.tsv")? {
            let (code, text) = (cell(&row, 0), cell(&row, 1));
            if cell(&row, 2) == "title" {
                titles.insert(code.to_owned(), text.to_owned());
            }
            rows.push((code.to_owned(), text.to_owned()));
        }
        Ok(Self {
            titles,
            by_key: HashMap::new(),
            rows,
        })
    }

    /// The codes of a category that have titles of their own.
    pub(crate) fn within(&self, category: &str) -> impl Iterator<Item = &String> {
        let from = self.titles.range(category.to_owned()..);
        let codes = from.map(|(code, _)| code);
        codes.take_while(move |code| code.starts_with(category))
    }

    /// The title, of the shorter code when only that has one (encounter suffixes).
    pub(crate) fn title(&self, code: &str) -> &str {
        let mut code = code;
        while !code.is_empty() {
            if let Some(title) = self.titles.get(code) {
                return title;
            }
            code = &code[..code.len() - 1];
        }
        ""
    }
}

pub(crate) fn curated(
    source: &Source,
    icd: &mut Icd,
    terms: &mut Terms,
) -> Result<(), Box<dyn Error>> {
    let capitals = source.keys("capitals.txt")?;
    for row in source.own("conditions.tsv")? {
        let kind = match cell(&row, 1) {
            "S" => TermKind::Symptom,
            "G" => TermKind::Sign,
            _ => TermKind::Diagnosis,
        };
        let code = cell(&row, 2);
        if !code.is_empty() && icd.title(code).is_empty() {
            return Err(format!("no such code: {code}").into());
        }
        let concept = if code.is_empty() {
            Concept::None
        } else {
            Concept::Icd(code.to_owned())
        };
        for name in cell(&row, 0).split('|') {
            let mut entry = term(kind, Tier::Curated, concept.clone());
            entry.needs_capitals = capitals.contains(&lexicon_key(name));
            terms.add(name, entry);
            if !code.is_empty() {
                icd.by_key
                    .entry(lexicon_key(name))
                    .or_insert_with(|| code.to_owned());
            }
        }
    }
    Ok(())
}

/// Titles of ICD-10-CM and headings of MeSH.
pub(crate) fn listed(
    source: &Source,
    icd: &mut Icd,
    terms: &mut Terms,
) -> Result<(), Box<dyn Error>> {
    let common = source.keys("common_words.txt")?;
    for (code, text) in icd.rows.clone() {
        let chapter = code.as_bytes()[0];
        let Some(name) = plain_title(&text) else {
            continue;
        };
        if chapter > b'R' || !usable(&name, &common) {
            continue;
        }
        icd.by_key
            .entry(lexicon_key(&name))
            .or_insert_with(|| code.clone());
        terms.add(
            &name,
            term(kind_of(&code), Tier::Listed, Concept::Icd(code)),
        );
    }
    mesh(source, icd, terms, &common)
}

fn mesh(
    source: &Source,
    icd: &Icd,
    terms: &mut Terms,
    common: &HashSet<String>,
) -> Result<(), Box<dyn Error>> {
    let rows = source.table("mesh_disease_variants.tsv")?;
    let mut code_of: HashMap<&str, &str> = HashMap::new();
    // The heading's own words decide; a variant's only where the heading has no code.
    for heading_first in [true, false] {
        for row in &rows {
            let key = lexicon_key(cell(row, 0));
            if (cell(row, 0) == cell(row, 1)) == heading_first
                && let Some(code) = icd.by_key.get(&key)
            {
                code_of.entry(cell(row, 2)).or_insert(code);
            }
        }
    }
    for row in &rows {
        let name = cell(row, 0);
        if !usable(name, common) || name.contains([',', '(', '[']) {
            continue;
        }
        let code = code_of.get(cell(row, 2)).copied();
        let concept = code.map_or(Concept::None, |c| Concept::Icd(c.to_owned()));
        let tier = if code.is_some() {
            Tier::Listed
        } else {
            Tier::Wide
        };
        let mut entry = term(code.map_or(TermKind::Diagnosis, kind_of), tier, concept);
        entry.needs_capitals = name.len() <= 4 && !name.contains(' ');
        terms.add(name, entry);
    }
    Ok(())
}

fn kind_of(code: &str) -> TermKind {
    if code.starts_with('R') {
        TermKind::Symptom
    } else {
        TermKind::Diagnosis
    }
}

/// A title as a clinician would say it: no "unspecified", no brackets; none for residual categories.
fn plain_title(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut depth = 0_u32;
    for c in text.to_lowercase().chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => name.push(c),
            _ => {}
        }
    }
    let name = name
        .replace(", unspecified", "")
        .replace("unspecified ", "");
    let name = name.strip_suffix(" nos").unwrap_or(&name).trim().to_owned();
    let residual = [
        "other",
        "unspecified",
        "elsewhere",
        "classified",
        "nos",
        "due",
        "not",
        "without",
        "or",
    ];
    let is_residual = name.split(' ').any(|word| residual.contains(&word));
    (!is_residual && !name.contains([',', ':', ';'])).then_some(name)
}

fn usable(name: &str, common: &HashSet<String>) -> bool {
    let words = name.split([' ', '-']).count();
    let letters = name.chars().filter(char::is_ascii_alphabetic).count();
    name.len() >= 4
        && words <= 6
        && letters * 10 >= name.len() * 7
        && !common.contains(&lexicon_key(name))
}
