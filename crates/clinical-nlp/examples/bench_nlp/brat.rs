//! MACCROBAT in brat format.

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use crate::files::with_extension;
use crate::marks::Span;
use crate::sets::{Gold, Kind, Text};

pub(crate) fn read(folder: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let mut texts = Vec::new();
    for file in with_extension(folder, "ann")? {
        let brat = Brat::parse(&std::fs::read_to_string(&file)?);
        texts.push(Text {
            text: std::fs::read_to_string(file.with_extension("txt"))?,
            gold: brat.gold(),
            open: Vec::new(),
        });
    }
    Ok(texts)
}

/// Text-bound annotations and the negated ones among them.
struct Brat {
    spans: Vec<(Span, String)>,
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

    fn gold(&self) -> Vec<Gold> {
        let gold = self.spans.iter().filter_map(|(span, label)| {
            let kind = match label.as_str() {
                "Medication" => Kind::Medicine,
                "Sign_symptom" | "Disease_disorder" => Kind::Condition,
                _ => return None,
            };
            let denied = kind == Kind::Condition && self.negated.contains(span);
            Some(Gold {
                span: *span,
                kind,
                denied,
            })
        });
        gold.collect()
    }
}
