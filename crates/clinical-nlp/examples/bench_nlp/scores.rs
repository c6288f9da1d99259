//! Every system's answers against the gold.

use serde_json::{Value, json};

use crate::marks::Marks;
use crate::sets::{Asked, Set, Text};
use crate::systems::System;

/// A row for each set, question and system that can be asked.
pub(crate) fn scores(sets: &[Set], systems: &[System]) -> Value {
    let mut rows = Vec::new();
    let mut first = 0;
    for set in sets {
        for asked in &set.questions {
            for system in systems.iter().filter(|s| s.answers(asked.question)) {
                let marks = marks(&set.texts, first, asked, system);
                let mut row = marks.report();
                row["set"] = json!(set.name);
                row["question"] = json!(asked.label);
                row["system"] = json!(system.name);
                row["target_f1"] = json!(asked.target);
                let f1 = row["exact"]["f1"].as_f64().unwrap_or_default();
                row["over_target"] = json!(asked.target.map(|target| f1 - target));
                rows.push(row);
            }
        }
        first += set.texts.len();
    }
    json!(rows)
}

fn marks(texts: &[Text], first: usize, asked: &Asked, system: &System) -> Marks {
    let mut marks = Marks::default();
    for (number, text) in texts.iter().enumerate() {
        let gold = text.answer(asked.question);
        let mut found = system.answer(first + number, asked.question);
        if !asked.strict {
            found = text.counted(&gold, found);
        }
        marks.add(&gold, &found);
    }
    marks
}
