//! Speed, start and memory over a note that is built here.

use std::time::Instant;

use serde_json::{Value, json};
use seva_clinical_nlp::Extractor;

use crate::machine::{Clock, peak_kib, resident_kib};

const NOTE: &str = "Asha Verma is a 45-year-old woman with a history of type 2 diabetes and hypertension. \
She complains of fever and dry cough for three days, and denies chest pain, shortness of breath or vomiting. \
Her mother had a stroke. BP 140/90, pulse 88, temperature 100.4 degrees Fahrenheit. Chest X-ray is normal. \
Impression: acute bronchitis. Tab. Dolo 650 one tablet thrice a day after food for 5 days, azithromycin 500 mg \
once daily for 3 days, syrup Ascoril 10 ml three times a day. Continue metformin 500 mg 1-0-1 and telmisartan 40 mg \
in the morning. Stop aspirin. Drink plenty of warm water. Review after one week, or earlier if breathlessness develops.\n";

pub(crate) fn speed() -> Value {
    let before = resident_kib();
    let start = Instant::now();
    let extractor = Extractor::embedded();
    let first = extractor.extract("Metformin 500 mg twice a day.").len();
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    let after = resident_kib();

    let text = NOTE.repeat(2_000_000 / NOTE.len());
    let notes = 200;
    let start = Clock::now();
    let mut entities = 0;
    for _ in 0..2_000_000 / NOTE.len() {
        entities += extractor.extract(NOTE).len();
    }
    let by_note = text.len() as f64 / 1e6 / start.seconds();
    let peak = peak_kib();
    let start = Clock::now();
    let whole = extractor.extract(&text).len();
    let at_once = text.len() as f64 / 1e6 / start.seconds();

    let start = Instant::now();
    for _ in 0..notes {
        std::hint::black_box(extractor.search_medicines("amo", 10));
    }
    let search_ms = start.elapsed().as_secs_f64() * 1e3 / f64::from(notes);
    let start = Instant::now();
    for _ in 0..notes {
        std::hint::black_box(extractor.suggest("lisinapril", 5));
    }
    let suggest_ms = start.elapsed().as_secs_f64() * 1e3 / f64::from(notes);
    json!({
        "load_and_first_note_ms": load_ms,
        "first_note_entities": first,
        "lexicon_resident_mib": (after.saturating_sub(before)) as f64 / 1024.0,
        "peak_resident_mib": peak as f64 / 1024.0,
        "mb_per_s_note_by_note": by_note,
        "mb_per_s_one_text": at_once,
        "entities": entities + whole,
        "search_ms": search_ms,
        "suggest_ms": suggest_ms,
    })
}
