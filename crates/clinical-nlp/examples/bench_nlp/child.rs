//! SEVA's extractor as the peers are run: in a process of its own, JSON lines in and out.

use std::error::Error;
use std::io::{BufWriter, Read as _, Write as _};
use std::time::Instant;

use serde_json::{Value, json};
use seva_clinical_nlp::{Category, Extractor};

use crate::machine::{Clock, peak_kib};

pub(crate) const ARGUMENT: &str = "--child";

/// Reads `{id, text, spans}`, writes `{id, entities, given}` and a last line with the figures.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input)?;
    let rows: Vec<Value> = input
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()?;
    drop(input);
    let start = Instant::now();
    let extractor = Extractor::embedded();
    std::hint::black_box(extractor.extract("Metformin 500 mg twice a day."));
    let load = start.elapsed().as_secs_f64();

    let texts: Vec<&str> = rows.iter().filter_map(|row| row["text"].as_str()).collect();
    let clock = Clock::now();
    let found: Vec<_> = texts.iter().map(|text| extractor.extract(text)).collect();
    let seconds = clock.seconds();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (row, entities) in rows.iter().zip(&found) {
        let text = row["text"].as_str().unwrap_or_default();
        let entities: Vec<Value> = entities
            .iter()
            .filter_map(|entity| {
                let kind = match entity.category {
                    Category::Medication => "MEDICINE",
                    Category::MedicalCondition => "DISEASE",
                    _ => return None,
                };
                Some(
                    json!({ "begin": entity.begin_offset, "end": entity.end_offset, "type": kind }),
                )
            })
            .collect();
        let spans: Vec<(usize, usize)> = serde_json::from_value(row["spans"].clone())?;
        let given: Vec<Value> = spans
            .into_iter()
            .map(|(begin, end)| {
                let negated = extractor.is_negated(text, begin..end);
                json!({ "begin": begin, "end": end, "negated": negated })
            })
            .collect();
        writeln!(
            out,
            "{}",
            json!({ "id": row["id"], "entities": entities, "given": given })
        )?;
    }
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let summary = json!({
        "peer": "seva-clinical-nlp", "version": env!("CARGO_PKG_VERSION"), "summary": true,
        "texts": rows.len(), "bytes": bytes, "load_seconds": load, "seconds": seconds,
        "mb_per_s": bytes as f64 / 1e6 / seconds, "peak_rss_kb": peak_kib(),
    });
    writeln!(out, "{summary}")?;
    Ok(())
}
