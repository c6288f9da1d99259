//! The embedded lexicon: names that must stay, the brand tables, search, suggestions, codes.

#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use seva_clinical_nlp::{Category, Evidence, Extractor, MedicineKind};

const MUST_STAY: &str = include_str!("../lexicon/source/must_stay.txt");
const INDIAN: &str = include_str!("../lexicon/source/brands_india.tsv");
const AMERICAN: &str = include_str!("../lexicon/source/brands_us.tsv");
const GENERICS: &str = include_str!("../lexicon/source/medicines.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = &'static str> {
    table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn is_medicine(text: &str, name: &str) -> bool {
    Extractor::embedded()
        .extract(text)
        .iter()
        .any(|e| e.category == Category::Medication && e.text.eq_ignore_ascii_case(name))
}

#[test]
fn no_filter_loses_the_names_that_must_stay() {
    let names: Vec<&str> = rows(MUST_STAY).collect();
    assert!(names.len() >= 50);
    for name in names {
        assert!(
            is_medicine(&format!("She is taking {name} at present."), name),
            "{name}"
        );
    }
}

#[test]
fn every_curated_name_is_found_beside_a_dose() {
    let brands = rows(INDIAN)
        .chain(rows(AMERICAN))
        .filter_map(|row| row.split('\t').next());
    let generics = rows(GENERICS).filter_map(|row| row.split(['|', '\t']).next());
    let mut missing = Vec::new();
    for name in brands.chain(generics) {
        // Names that are abbreviations as well count in capitals.
        let found = [name.to_owned(), name.to_uppercase()].iter().any(|name| {
            Extractor::embedded()
                .extract(&format!("Tab {name} once daily for five days."))
                .iter()
                .any(|e| {
                    e.category == Category::Medication
                        && !e.text.is_empty()
                        && e.text.len() + 2 >= name.len()
                })
        });
        if !found {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_indian_table_is_long_unique_and_names_generics() {
    let mut names = HashSet::new();
    for row in rows(INDIAN) {
        let (brand, generic) = row.split_once('\t').unwrap_or_else(|| panic!("{row}"));
        assert!(names.insert(brand), "{brand} twice");
        assert!(
            !generic.is_empty()
                && generic
                    .split(" + ")
                    .all(|part| part.trim() == part && !part.is_empty()),
            "{row}"
        );
        assert_eq!(row, row.to_lowercase(), "{row}");
    }
    assert!(names.len() >= 300, "{}", names.len());
}

#[test]
fn indian_brands_lead_to_their_generics() {
    for (query, generic) in [
        ("Telma H", "telmisartan + hydrochlorothiazide"),
        (
            "Zerodol SP",
            "aceclofenac + paracetamol + serratiopeptidase",
        ),
        ("Glycomet GP", "metformin + glimepiride"),
    ] {
        let hits = Extractor::embedded().search_medicines(query, 3);
        assert_eq!(hits[0].name, query);
        assert_eq!(hits[0].generic.as_deref(), Some(generic));
        assert_eq!(hits[0].kind, MedicineKind::IndianBrand);
    }
}

#[test]
fn search_puts_common_names_that_begin_so_first() {
    let names = |query| {
        let hits = Extractor::embedded().search_medicines(query, 8);
        hits.into_iter().map(|hit| hit.name).collect::<Vec<_>>()
    };
    assert_eq!(names("para")[0], "paracetamol");
    assert_eq!(names("amox")[0], "amoxicillin");
    assert_eq!(names("METF")[0], "metformin");
    assert!(names("dol").contains(&"Dolo".to_owned()));
    assert!(
        names("semagl").contains(&"Ozempic".to_owned()),
        "{:?}",
        names("semagl")
    );
    assert!(names("").is_empty());
    assert!(names("zzzzzz").is_empty());
}

#[test]
fn misheard_names_are_suggested_and_never_replaced() {
    for (heard, meant) in [
        ("lisinapril", "lisinopril"),
        ("metformen", "metformin"),
        ("amoxocillin", "amoxicillin"),
        ("pantaprazole", "pantoprazole"),
        ("glimipride", "glimepiride"),
        ("azithromicin", "azithromycin"),
        ("telma sartan", "telmisartan"),
        ("fenitoin", "phenytoin"),
        ("levo thyroxin", "levothyroxine"),
        ("sirtraline", "sertraline"),
    ] {
        let names: Vec<String> = Extractor::embedded()
            .suggest(heard, 3)
            .into_iter()
            .map(|s| s.name)
            .collect();
        assert!(names.iter().any(|name| name == meant), "{heard}: {names:?}");
    }
    let text = "Start lisinapril 10 mg daily.";
    let entities = Extractor::embedded().extract(text);
    assert_eq!(entities[0].text, "lisinapril");
    assert!(entities[0].rxnorm.is_empty());
    assert!(Extractor::embedded().suggest("lisinopril", 3).is_empty());
}

#[test]
fn dose_and_indication_speak_for_a_candidate() {
    let extractor = Extractor::embedded();
    for (heard, dose, conditions, meant) in [
        (
            "hydralizine",
            Some("25 mg"),
            &["high blood pressure", "hypertension"][..],
            "hydralazine",
        ),
        ("hydroxyzin", Some("25 mg"), &["itching"][..], "hydroxyzine"),
        ("glipizid", Some("5 mg"), &["diabetes"][..], "glipizide"),
        ("lamictol", None, &["seizure"][..], "Lamictal"),
    ] {
        let evidence = Evidence { dose, conditions };
        let found = extractor.suggest_for(heard, &evidence, 3);
        assert_eq!(found[0].name, meant, "{heard}: {found:?}");
    }
    // The same word with another dose.
    let with = |dose| {
        let evidence = Evidence {
            dose: Some(dose),
            conditions: &[],
        };
        let found = extractor.suggest_for("metolazol", &evidence, 10);
        found
            .iter()
            .find(|s| s.name == "metolazone")
            .map(|s| (s.dose_fits, s.score))
    };
    let (usual, odd) = (with("5 mg").unwrap(), with("500 mg").unwrap());
    assert_eq!((usual.0, odd.0), (Some(true), Some(false)));
    assert!(usual.1 > odd.1);
}

#[test]
fn names_taken_for_one_another_are_asked_about() {
    let asked = |name| Extractor::embedded().asked_about(name);
    let others = asked("Hydroxyzine");
    assert!(others.contains(&"hydralazine".to_owned()), "{others:?}");
    let others = asked("celebrex 200 mg");
    assert!(others.contains(&"Celexa".to_owned()), "{others:?}");
    assert!(!asked("Dolo").is_empty());
    assert!(asked("semaglutide").is_empty());
}

#[test]
fn codes_are_those_of_the_terminologies() {
    let codes = |text: &str| {
        let entities = Extractor::embedded().extract(text);
        let entity = entities.first().unwrap_or_else(|| panic!("{text}"));
        let best = entity.icd10.iter().take(1);
        let mut codes: Vec<String> = best.map(|c| c.code.clone()).collect();
        codes.extend(entity.rxnorm.iter().map(|c| c.code.clone()));
        codes
    };
    assert_eq!(codes("Type 2 diabetes mellitus."), ["E11.9"]);
    assert_eq!(codes("High blood pressure."), ["I10"]);
    assert_eq!(codes("Loose motions."), ["R19.7"]);
    assert_eq!(codes("Cervical spondylosis."), ["M47.812"]);
    assert_eq!(codes("Acute bronchitis."), ["J20.9"]);
    assert_eq!(codes("Metformin."), ["6809"]);
    assert_eq!(codes("Paracetamol."), ["161"]);
    assert_eq!(codes("Salbutamol."), ["435"]);
    assert_eq!(codes("Semaglutide."), ["1991302"]);
    assert_eq!(codes("Crocin."), ["161"]);
}

#[test]
fn candidates_are_ranked_and_five_at_most() {
    for (text, first) in [
        ("Type 2 diabetes mellitus.", "E11.9"),
        ("She has pain in the left knee.", "M25.562"),
        ("Acute bronchitis with fever.", "J20.9"),
        ("Left thigh pain since Monday.", "M79.652"),
        ("Iron deficiency anemia for a year.", "D50.9"),
    ] {
        let entities = Extractor::embedded().extract(text);
        let condition = entities.iter().find(|e| !e.icd10.is_empty());
        let found = &condition.unwrap_or_else(|| panic!("{text}")).icd10;
        let codes: Vec<&str> = found.iter().map(|c| c.code.as_str()).collect();
        assert_eq!(codes[0], first, "{text}: {codes:?}");
        assert!((1..=5).contains(&found.len()), "{text}: {codes:?}");
        assert!(found.is_sorted_by(|a, b| a.score >= b.score), "{text}");
        assert!(found.iter().all(|c| (0.0..=1.0).contains(&c.score)));
        let different: HashSet<&&str> = codes.iter().collect();
        assert_eq!(different.len(), codes.len(), "{text}: {codes:?}");
    }
}

#[test]
fn everyday_words_are_no_medicines() {
    for text in [
        "Pause for a moment and come in with the tide.",
        "Alex wants to pan the candid camera.",
        "He drinks water and alcohol, eats salt, sugar, milk and eggs.",
        "We will control the pain and take care of the skin.",
        "She said it is hard, and all clear today.",
    ] {
        let found: Vec<String> = Extractor::embedded()
            .extract(text)
            .into_iter()
            .filter(|e| e.category == Category::Medication)
            .map(|e| e.text)
            .collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
    assert!(is_medicine("Tab Pan 40 before breakfast.", "Pan"));
}

#[test]
fn prompt_terms_are_common_generic_names_each_once() {
    let terms = Extractor::embedded().prompt_terms(20);
    assert_eq!(terms.len(), 20);
    assert!(terms.contains(&"paracetamol") && terms.contains(&"metformin"));
    for other in [
        "acetaminophen",
        "acetominophen",
        "dolo",
        "amoxicillin clavulanate",
    ] {
        assert!(
            !terms.contains(&other),
            "{other} is another name of a medicine"
        );
    }
}
