//! Reads JSON lines `{id, text}` and writes `{id, entities: [...]}`; for a line with
//! `target: [start, end]` it writes `{id, negated}`. Offsets are code points, end exclusive.
//!
//! `cargo run --release -p seva-clinical-nlp --example extract < notes.jsonl`

use std::error::Error;
use std::io::{BufRead, BufWriter, Write};

use serde_json::{Value, json};
use seva_clinical_nlp::{Attribute, Entity, Extractor};

fn main() -> Result<(), Box<dyn Error>> {
    let extractor = Extractor::embedded();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let request: Value =
            serde_json::from_str(&line).map_err(|e| format!("line {}: {e}", number + 1))?;
        let answer =
            answer(extractor, &request).map_err(|e| format!("line {}: {e}", number + 1))?;
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    Ok(())
}

fn answer(extractor: &Extractor, request: &Value) -> Result<Value, String> {
    let text = request["text"].as_str().ok_or("needs a string \"text\"")?;
    let id = &request["id"];
    if request["target"].is_null() {
        let entities: Vec<Value> = extractor.extract(text).iter().map(entity).collect();
        return Ok(json!({ "id": id, "entities": entities }));
    }
    let bound = |index: usize| {
        let value = request["target"][index]
            .as_u64()
            .and_then(|n| usize::try_from(n).ok());
        value.ok_or("\"target\" needs two offsets in code points")
    };
    Ok(json!({ "id": id, "negated": extractor.is_negated(text, bound(0)?..bound(1)?) }))
}

fn entity(entity: &Entity) -> Value {
    json!({
        "start": entity.begin_offset,
        "end": entity.end_offset,
        "text": entity.text,
        "category": entity.category,
        "type": entity.entity_type,
        "score": entity.score,
        "traits": entity.traits,
        "attributes": entity.attributes.iter().map(attribute).collect::<Vec<_>>(),
        "icd10": entity.icd10,
        "rxnorm": entity.rxnorm,
    })
}

fn attribute(attribute: &Attribute) -> Value {
    json!({
        "start": attribute.begin_offset,
        "end": attribute.end_offset,
        "text": attribute.text,
        "type": attribute.attribute_type,
        "score": attribute.score,
        "relationship_score": attribute.relationship_score,
        "normalized": attribute.normalized,
    })
}
