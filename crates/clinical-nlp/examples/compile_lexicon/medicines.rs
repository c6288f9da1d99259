//! Medicines: the project's own lists first, then what public lists agree on,
//! then the wide list of variants.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::error::Error;

use seva_clinical_nlp::compile::{TermKind, Tier};
use seva_clinical_nlp::lexicon_key;

use crate::build::{Concept, Term, Terms};
use crate::read::{Source, cell};

/// A row of the medicines' table.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// g generic, b brand, i Indian brand.
    pub(crate) kind: char,
    pub(crate) generic: String,
    pub(crate) rxcui: String,
    pub(crate) rank: Option<u32>,
}

pub(crate) struct Drugs {
    rows: BTreeMap<String, Row>,
    rxnorm: HashMap<String, String>,
    common: HashSet<String>,
    needs_dose: HashSet<String>,
    capitals: HashSet<String>,
}

/// Words of substances that nobody prescribes.
const NOT_A_MEDICINE: &[&str] = &[
    "allergenic",
    "bark",
    "bean",
    "berry",
    "bran",
    "butter",
    "cell",
    "dander",
    "dust",
    "egg",
    "epithelium",
    "extract",
    "feather",
    "fish",
    "flesh",
    "flour",
    "flower",
    "fruit",
    "fur",
    "grass",
    "hair",
    "herb",
    "juice",
    "leaf",
    "meat",
    "milk",
    "mold",
    "nut",
    "oil",
    "peel",
    "pollen",
    "protein",
    "root",
    "seed",
    "shell",
    "skin",
    "smut",
    "stem",
    "top",
    "tree",
    "venom",
    "water",
    "wax",
    "weed",
    "whole",
    "wood",
    "wool",
    "yeast",
];

/// Names that public lists hold as substances and clinicians say as something else.
const NEVER: &[&str] = &[
    "air",
    "alcohol",
    "blood",
    "compound",
    "ethanol",
    "fluid",
    "food",
    "formula",
    "gas",
    "hormone",
    "ice",
    "placebo",
    "plasma",
    "protein",
    "receptor",
    "relief",
    "salt",
    "silver",
    "smoke",
    "soap",
    "steam",
    "sugar",
    "therapy",
    "tobacco",
    "tonic",
    "treatment",
    "vaccine",
    "vitamin",
    "water",
    "enzyme",
    "antibody",
    "peptide",
    "pain relief",
    "pain reliever",
    "control",
    "combination",
    "base",
    "agent",
    "drug",
    "cold and flu",
];

/// Salts and esters that a label adds to the name.
const SALTS: &[&str] = &[
    "acetate",
    "anhydrous",
    "besylate",
    "bromide",
    "calcium",
    "chloride",
    "citrate",
    "dihydrate",
    "dihydrochloride",
    "disodium",
    "fumarate",
    "hbr",
    "hcl",
    "hydrobromide",
    "hydrochloride",
    "hydrate",
    "magnesium",
    "maleate",
    "mesylate",
    "monohydrate",
    "nitrate",
    "phosphate",
    "potassium",
    "sodium",
    "succinate",
    "sulfate",
    "tartrate",
    "trihydrate",
];

impl Drugs {
    pub(crate) fn read(source: &Source) -> Result<Self, Box<dyn Error>> {
        let mut rxnorm = HashMap::new();
        for row in source.table("rxnorm2016_names.tsv")? {
            rxnorm
                .entry(cell(&row, 0).to_lowercase())
                .or_insert_with(|| cell(&row, 1).to_owned());
        }
        let mut drugs = Self {
            rows: BTreeMap::new(),
            rxnorm,
            common: source.keys("common_words.txt")?,
            needs_dose: source.keys("needs_dose.txt")?,
            capitals: source.keys("capitals.txt")?,
        };
        for (rank, row) in source.own("medicines.tsv")?.iter().enumerate() {
            drugs.own_generic(row, u32::try_from(rank + 1)?);
        }
        for (file, kind) in [("brands_us.tsv", 'b'), ("brands_india.tsv", 'i')] {
            for row in source.own(file)? {
                drugs.own_brand(cell(&row, 0), cell(&row, 1), kind);
            }
        }
        Ok(drugs)
    }

    fn own_generic(&mut self, row: &[String], rank: u32) {
        let names: Vec<&str> = cell(row, 0).split('|').collect();
        let known = names
            .iter()
            .find_map(|name| self.rxnorm.get(*name))
            .cloned()
            .unwrap_or_default();
        let rxcui = if cell(row, 1).is_empty() {
            known
        } else {
            cell(row, 1).to_owned()
        };
        for name in &names {
            let generic = if *name == names[0] {
                String::new()
            } else {
                names[0].to_owned()
            };
            self.row(name, 'g', &generic, &rxcui, Some(rank));
        }
    }

    fn own_brand(&mut self, name: &str, generic: &str, kind: char) {
        let first = generic.split(" + ").next().unwrap_or_default();
        let rank = self
            .rows
            .get(first)
            .and_then(|row| row.rank)
            .map(|rank| rank * 2 + 40);
        let rxcui = self.rxnorm.get(name).cloned().unwrap_or_default();
        self.row(name, kind, generic, &rxcui, rank);
    }

    fn row(&mut self, name: &str, kind: char, generic: &str, rxcui: &str, rank: Option<u32>) {
        self.rows.entry(name.to_owned()).or_insert_with(|| Row {
            name: name.to_owned(),
            kind,
            generic: generic.to_owned(),
            rxcui: rxcui.to_owned(),
            rank,
        });
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.rows.values().cloned().collect()
    }

    /// The project's own names go in first, so that nothing displaces them.
    pub(crate) fn curated(&self, terms: &mut Terms) {
        for row in self.rows.values() {
            self.add(terms, &row.name, &row.name, row.kind, Tier::Curated);
        }
    }

    fn add(&self, terms: &mut Terms, name: &str, row: &str, kind: char, tier: Tier) {
        let key = lexicon_key(name);
        let concept = if self.rows.contains_key(row) {
            Concept::Medicine(row.to_owned())
        } else {
            Concept::None
        };
        terms.add(
            name,
            Term {
                kind: if kind == 'g' {
                    TermKind::Generic
                } else {
                    TermKind::Brand
                },
                tier,
                needs_dose: self.needs_dose.contains(&key),
                needs_capitals: self.capitals.contains(&key),
                concept,
            },
        );
    }

    pub(crate) fn listed(
        &mut self,
        source: &Source,
        terms: &mut Terms,
    ) -> Result<(), Box<dyn Error>> {
        let labels = source.table("fda_ndc2019_brand_generic_form_route.tsv")?;
        let label_generics: HashSet<String> =
            labels.iter().flat_map(|row| parts(cell(row, 1))).collect();
        let brands: HashSet<&str> = labels.iter().map(|row| cell(row, 0)).collect();
        let variants = source.table("drugner_variants.tsv")?;

        for row in &variants {
            let (variant, name) = (cell(row, 0), cell(row, 1));
            let agreed = self.rxnorm.contains_key(name) || label_generics.contains(name);
            if variant == name && !cell(row, 2).is_empty() && agreed && self.usable(name, terms) {
                let rxcui = self.rxnorm.get(name).cloned().unwrap_or_default();
                self.row(name, 'g', "", &rxcui, None);
                self.add(terms, name, name, 'g', Tier::Listed);
            }
        }
        self.label_brands(&labels, terms);
        for row in &variants {
            let (variant, name) = (cell(row, 0), cell(row, 1));
            if cell(row, 2).is_empty() || !self.usable(variant, terms) {
                continue;
            }
            let is_brand = variant != name
                && (brands.contains(variant) || self.rxnorm.contains_key(variant))
                && !variant.contains([' ', '-']);
            if is_brand && self.rows.contains_key(name) {
                let rxcui = self.rxnorm.get(variant).cloned().unwrap_or_default();
                self.row(variant, 'b', name, &rxcui, None);
                self.add(terms, variant, variant, 'b', Tier::Listed);
            } else {
                self.add(terms, variant, name, 'g', Tier::Wide);
            }
        }
        Ok(())
    }

    /// Brands of labels whose every ingredient is a known generic and that are taken,
    /// injected, inhaled or put into an eye: not the cosmetics.
    fn label_brands(&mut self, labels: &[Vec<String>], terms: &mut Terms) {
        let ways = [
            "oral",
            "intravenous",
            "subcutaneous",
            "intramuscular",
            "inhalation",
            "ophthalmic",
            "nasal",
        ];
        for row in labels {
            let (brand, generic, way) = (cell(row, 0), cell(row, 1), cell(row, 2));
            let ingredients = parts(generic);
            let known = ingredients
                .iter()
                .all(|name| self.rows.get(name).is_some_and(|r| r.kind == 'g'));
            let names_itself = brand
                .split(' ')
                .any(|word| ingredients.iter().any(|i| i.contains(word)));
            if ingredients.is_empty()
                || !known
                || names_itself
                || brand.contains([' ', '-'])
                || !ways.iter().any(|w| way.contains(w))
                || !self.usable(brand, terms)
            {
                continue;
            }
            let rxcui = self.rxnorm.get(brand).cloned().unwrap_or_default();
            self.row(brand, 'b', &ingredients.join(" + "), &rxcui, None);
            self.add(terms, brand, brand, 'b', Tier::Listed);
        }
    }

    fn usable(&self, name: &str, terms: &Terms) -> bool {
        let key = lexicon_key(name);
        let shape = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '\''))
            && name.starts_with(|c: char| c.is_ascii_lowercase());
        let words: Vec<&str> = key.split(' ').collect();
        let letters = name.chars().filter(char::is_ascii_alphabetic).count();
        shape
            && name.len() >= 4
            && words.len() <= 4
            && letters * 10 >= name.len() * 7
            && !(words.len() == 1 && letters < 4)
            && !self.common.contains(&key)
            && !NEVER.contains(&name)
            && !name
                .split([' ', '-'])
                .any(|word| NOT_A_MEDICINE.contains(&word))
            && !terms.has(name)
    }
}

/// Ingredients of a label, without salts.
fn parts(generic: &str) -> Vec<String> {
    generic
        .replace(" and ", ", ")
        .split(',')
        .map(|part| {
            let words: Vec<&str> = part
                .split_whitespace()
                .filter(|w| !SALTS.contains(w))
                .collect();
            words.join(" ")
        })
        .filter(|part| !part.is_empty())
        .collect()
}
