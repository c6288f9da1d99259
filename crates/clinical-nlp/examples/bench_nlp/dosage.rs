//! Attributes of medicines in the annotated dictations of the repository, each half apart.

#[path = "../../tests/gold_scoring/mod.rs"]
mod gold_scoring;

use gold_scoring::{ASIDE, Score, TUNE, TYPES, Timings, attributes::Counts, medicines, read};
use serde_json::{Value, json};
use seva_clinical_nlp::{AttributeType, Extractor};

/// The two halves: the one the grammar was refined on, and the one that was only counted.
pub(crate) fn halves(extractor: &Extractor) -> Value {
    json!({ "tune": half(extractor, TUNE), "aside": half(extractor, ASIDE) })
}

/// What is wrong in the half for tuning, a line each.
pub(crate) fn errors(extractor: &Extractor) -> Vec<String> {
    let (score, timings) = score(extractor, TUNE);
    score.errors.into_iter().chain(timings.errors).collect()
}

fn score(extractor: &Extractor, file: &str) -> (Score, Timings) {
    let (mut score, mut timings) = (Score::default(), Timings::default());
    for sentence in read(file) {
        let entities = extractor.extract(&sentence.text);
        score.add(&sentence, &medicines(&entities));
        timings.add(&sentence, &entities);
    }
    (score, timings)
}

fn half(extractor: &Extractor, file: &str) -> Value {
    let (score, timings) = score(extractor, file);
    let facts = timings.facts;
    let mut report = report(&score);
    report["timing_facts"] =
        json!({ "right": facts.right, "wrong": facts.wrong, "unanswered": facts.unanswered });
    report
}

fn report(score: &Score) -> Value {
    let of = |exact: Counts, relaxed: Counts| {
        json!({
            "precision": exact.precision(),
            "recall": exact.recall(),
            "f1": exact.f1(),
            "relaxed_f1": relaxed.f1(),
            "annotated": exact.right + exact.missed,
        })
    };
    let mut rows = serde_json::Map::new();
    rows.insert("all".to_owned(), of(score.exact(), score.relaxed()));
    for kind in TYPES {
        let exact = score.exact.get(&kind).copied().unwrap_or_default();
        let relaxed = score.relaxed.get(&kind).copied().unwrap_or_default();
        rows.insert(kind.as_str().to_owned(), of(exact, relaxed));
    }
    json!({ "attributes": rows, "dosage_strength_confused": score.confused })
}

/// The halves as a table.
pub(crate) fn print(halves: &Value) {
    println!(
        "\n{:<16} {:>9} {:>6} {:>6} {:>6} {:>6}",
        "attributes", "annotated", "P", "R", "F1", "F1~"
    );
    for half in ["tune", "aside"] {
        let rows = &halves[half]["attributes"];
        for name in std::iter::once("all").chain(TYPES.map(AttributeType::as_str)) {
            let cell = |key: &str| rows[name][key].as_f64().unwrap_or(0.0);
            println!(
                "{:<16} {:9} {:6.1} {:6.1} {:6.1} {:6.1}",
                if name == "all" { half } else { name },
                cell("annotated"),
                cell("precision"),
                cell("recall"),
                cell("f1"),
                cell("relaxed_f1"),
            );
        }
        println!(
            "dosage/strength confused: {}",
            halves[half]["dosage_strength_confused"]
        );
        let facts = &halves[half]["timing_facts"];
        println!(
            "facts of the timing: {} right, {} wrong, {} unanswered",
            facts["right"], facts["wrong"], facts["unanswered"]
        );
    }
}
