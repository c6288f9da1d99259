//! Sentences of Indian and United States general practice with every entity,
//! attribute and trait that is to be found in them: `tests/dictations.txt`.

#![allow(clippy::unwrap_used)]

use seva_clinical_nlp::{Entity, Extractor};

const TABLE: &str = include_str!("dictations.txt");

/// One entity in the notation of the table.
fn line(entity: &Entity) -> String {
    let mut cells = vec![format!("{} {}", entity.entity_type, entity.text)];
    if !entity.traits.is_empty() {
        let names: Vec<&str> = entity.traits.iter().map(|t| t.name.as_str()).collect();
        cells.push(names.join(" "));
    }
    for attribute in &entity.attributes {
        let normalized = attribute
            .normalized
            .as_ref()
            .map(|n| format!(" = {n}"))
            .unwrap_or_default();
        cells.push(format!(
            "{} {}{normalized}",
            attribute.attribute_type, attribute.text
        ));
    }
    cells.join(" | ")
}

fn cases() -> Vec<(&'static str, Vec<&'static str>)> {
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in TABLE
        .lines()
        .filter(|row| !row.trim().is_empty() && !row.starts_with('#'))
    {
        match row.strip_prefix("> ") {
            Some(text) => cases.push((text, Vec::new())),
            None => cases.last_mut().unwrap().1.push(row.trim()),
        }
    }
    cases
}

#[test]
fn every_entity_attribute_and_trait_is_found_and_no_other() {
    let mut wrong = String::new();
    for (text, expected) in cases() {
        let found: Vec<String> = Extractor::embedded()
            .extract(text)
            .iter()
            .map(line)
            .collect();
        if found != expected {
            wrong.push_str(&format!("\n> {text}\n"));
            for row in &found {
                let mark = if expected.contains(&row.as_str()) {
                    " "
                } else {
                    "+"
                };
                wrong.push_str(&format!("{mark} {row}\n"));
            }
            for row in expected
                .iter()
                .filter(|row| !found.iter().any(|f| f == *row))
            {
                wrong.push_str(&format!("- {row}\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_table_is_long_enough_and_offsets_hold() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    for (text, _) in cases {
        let points: Vec<char> = text.chars().collect();
        for entity in Extractor::embedded().extract(text) {
            let slice: String = points[entity.begin_offset..entity.end_offset]
                .iter()
                .collect();
            assert_eq!(slice, entity.text);
        }
    }
}
