//! What identifies a person, in sentences with every detail marked: how much of it is found.

#![allow(clippy::unwrap_used)]

use seva_clinical_nlp::{Category, Entity, Extractor};

const SENTENCES: &str = include_str!("gold/private.txt");

/// A marked detail: code points and type.
type Detail = (usize, usize, String);

fn marked(line: &str) -> (String, Vec<Detail>) {
    let mut text = String::new();
    let mut details = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let (inside, after) = behind.split_once('}').unwrap();
        let (words, kind) = inside.split_once('|').unwrap();
        let from = text.chars().count();
        text.push_str(words);
        details.push((from, text.chars().count(), kind.to_owned()));
        rest = after;
    }
    text.push_str(rest);
    (text, details)
}

fn found(text: &str) -> Vec<Entity> {
    let entities = Extractor::embedded().extract(text).into_iter();
    let private = |e: &Entity| e.category == Category::ProtectedHealthInformation;
    entities.filter(private).collect()
}

/// Details that are covered whole by finds of their type, and all; what was missed.
fn recall(aside: bool) -> (usize, usize, Vec<String>) {
    let lines = SENTENCES.lines().filter(|line| !line.starts_with('#'));
    let half = lines
        .enumerate()
        .filter(|(number, _)| (number % 2 == 1) == aside);
    let (mut hit, mut all) = (0, 0);
    let mut missed = Vec::new();
    for (_, line) in half {
        let (text, details) = marked(line);
        let found = found(&text);
        for (from, to, kind) in details {
            let covered = |at: usize| {
                found.iter().any(|e| {
                    e.begin_offset <= at && at < e.end_offset && e.entity_type.as_str() == kind
                })
            };
            let letters = text.chars().enumerate().skip(from).take(to - from);
            all += 1;
            if letters
                .filter(|(_, c)| c.is_alphanumeric())
                .all(|(at, _)| covered(at))
            {
                hit += 1;
            } else {
                missed.push(format!("{kind} {from}..{to}: {text}"));
            }
        }
    }
    (hit, all, missed)
}

#[test]
fn private_details_are_found_where_they_were_looked_at() {
    let (hit, all, missed) = recall(false);
    println!("private details looked at: {hit} of {all}");
    assert!(all >= 35);
    assert!(hit * 100 >= all * 95, "{hit} of {all}: {missed:#?}");
}

/// These sentences were kept aside: the figure may fall, its sentences are not to be tuned on.
#[test]
fn private_details_are_found_where_they_were_not() {
    let (hit, all, _) = recall(true);
    println!("private details kept aside: {hit} of {all}");
    assert!(all >= 35);
    assert!(hit * 100 >= all * 80, "{hit} of {all}");
}

#[test]
fn clinical_figures_are_no_private_details() {
    for text in [
        "BP 140/90, pulse 88, temperature 98.6, SpO2 97.",
        "Metformin 500 mg 1-0-1 for 30 days, then 1000 mg.",
        "Hemoglobin 12.5, platelets 250000, creatinine 1.1.",
        "Take two tablets after food and one at night.",
        "Vitamin D 60000 units once a week for eight weeks.",
        "He may march on with the same insulin, 10-12-14 units.",
        "Patient Instructions: drink water from a clean bottle.",
        "She hails the improvement and has recovered from dengue.",
    ] {
        let found: Vec<String> = found(text).into_iter().map(|e| e.text).collect();
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}
