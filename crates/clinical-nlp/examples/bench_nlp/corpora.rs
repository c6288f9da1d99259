//! Annotated texts: BC5CDR in PubTator format, MACCROBAT in brat format.

use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use seva_clinical_nlp::{Category, Extractor};

use crate::marks::{Marks, Span};

pub(crate) fn accuracy(extractor: &Extractor, folder: &Path) -> Result<Value, Box<dyn Error>> {
    let mut rows = Vec::new();
    let mut medicines = Marks::default();
    let mut conditions = Marks::default();
    for file in files(&folder.join("bc5cdr"), "txt")? {
        for (text, gold) in pubtator(&std::fs::read_to_string(file)?) {
            let (found_medicines, found_conditions) = found(extractor, &text);
            medicines.add(&of(&gold, "Chemical"), &found_medicines);
            conditions.add(&of(&gold, "Disease"), &found_conditions);
        }
    }
    rows.push(medicines.report("BC5CDR chemicals"));
    rows.push(conditions.report("BC5CDR diseases"));

    let mut medicines = Marks::default();
    let mut conditions = Marks::default();
    let mut negation = Marks::default();
    for file in files(&folder.join("maccrobat"), "ann")? {
        let text = std::fs::read_to_string(file.with_extension("txt"))?;
        let brat = Brat::parse(&std::fs::read_to_string(&file)?);
        let (found_medicines, found_conditions) = found(extractor, &text);
        medicines.add(&brat.of(&["Medication"]), &found_medicines);
        let complaints = brat.of(&["Sign_symptom", "Disease_disorder"]);
        conditions.add(&complaints, &found_conditions);
        let gold: Vec<Span> = complaints
            .iter()
            .copied()
            .filter(|span| brat.negated.contains(span))
            .collect();
        let negated: Vec<Span> = complaints
            .iter()
            .copied()
            .filter(|span| extractor.is_negated(&text, span.0..span.1))
            .collect();
        negation.add(&gold, &negated);
    }
    rows.push(medicines.report("MACCROBAT medicines"));
    rows.push(conditions.report("MACCROBAT conditions"));
    rows.push(negation.report("MACCROBAT negation, spans given"));
    Ok(json!(rows))
}

fn found(extractor: &Extractor, text: &str) -> (Vec<Span>, Vec<Span>) {
    let entities = extractor.extract(text);
    let of = |category| {
        let kept = entities.iter().filter(|e| e.category == category);
        kept.map(|e| (e.begin_offset, e.end_offset)).collect()
    };
    (of(Category::Medication), of(Category::MedicalCondition))
}

fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|e| format!("{}: {e}", folder.display()))?
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .collect();
    files.sort();
    Ok(files)
}

type Labelled = Vec<(Span, String)>;

fn of(gold: &Labelled, label: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = gold
        .iter()
        .filter(|(_, l)| l == label)
        .map(|(span, _)| *span)
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans
}

fn pubtator(file: &str) -> Vec<(String, Labelled)> {
    let mut documents = Vec::new();
    for block in file.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let mut title = "";
        let mut body = "";
        let mut gold = Vec::new();
        for line in block.lines() {
            if let Some((_, text)) = line.split_once("|t|") {
                title = text;
            } else if let Some((_, text)) = line.split_once("|a|") {
                body = text;
            } else {
                let cells: Vec<&str> = line.split('\t').collect();
                if let (Some(Ok(from)), Some(Ok(to)), Some(label)) = (
                    cells.get(1).map(|c| c.parse()),
                    cells.get(2).map(|c| c.parse()),
                    cells.get(4),
                ) {
                    gold.push(((from, to), (*label).to_owned()));
                }
            }
        }
        documents.push((format!("{title} {body}"), gold));
    }
    documents
}

/// Text-bound annotations and the negated ones among them.
struct Brat {
    spans: Labelled,
    negated: Vec<Span>,
}

impl Brat {
    fn parse(file: &str) -> Self {
        let mut spans = HashMap::new();
        let mut events = HashMap::new();
        let mut negated_ids = Vec::new();
        let mut order = Vec::new();
        for line in file.lines() {
            let (id, rest) = line.split_once('\t').unwrap_or((line, ""));
            let words: Vec<&str> = rest.split([' ', '\t', ';']).collect();
            match id.as_bytes().first() {
                Some(b'T') => {
                    // Broken spans are taken as one from their first to their last word.
                    let offsets: Vec<usize> = rest
                        .split('\t')
                        .next()
                        .unwrap_or("")
                        .split([' ', ';'])
                        .skip(1)
                        .filter_map(|w| w.parse().ok())
                        .collect();
                    if let (Some(from), Some(to)) = (offsets.first(), offsets.last()) {
                        spans.insert(id, ((*from, *to), words[0].to_owned()));
                        order.push(id);
                    }
                }
                Some(b'E') => {
                    if let Some((_, target)) = words[0].split_once(':') {
                        events.insert(id, target);
                    }
                }
                Some(b'A')
                    if words.first() == Some(&"POLARITY") && words.get(2) == Some(&"NEG") =>
                {
                    negated_ids.push(words[1]);
                }
                _ => {}
            }
        }
        let negated = negated_ids
            .iter()
            .filter_map(|id| {
                spans
                    .get(*events.get(id).unwrap_or(id))
                    .map(|(span, _)| *span)
            })
            .collect();
        let spans = order
            .iter()
            .filter_map(|id| spans.get(id).cloned())
            .collect();
        Self { spans, negated }
    }

    fn of(&self, labels: &[&str]) -> Vec<Span> {
        let mut spans: Vec<Span> = self
            .spans
            .iter()
            .filter(|(_, l)| labels.contains(&l.as_str()))
            .map(|(span, _)| *span)
            .collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }
}
