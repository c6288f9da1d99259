//! Measures the extractor: speed, start and memory over a text it builds, and,
//! given a folder of annotated texts, precision, recall and F1.
//!
//! `cargo run --release -p seva-clinical-nlp --example bench_nlp -- [--json | --errors] [NER_DEV_DIR]`
//!
//! `--errors` lists what is wrong in the half of the dosage sentences that is for tuning.
//!
//! The folder holds `bc5cdr/*.PubTator.txt` and `maccrobat/*.{txt,ann}`.

#![expect(clippy::print_stdout, reason = "what a program answers")]

mod corpora;
mod dosage;
mod marks;

use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};
use seva_clinical_nlp::Extractor;

const NOTE: &str = "Asha Verma is a 45-year-old woman with a history of type 2 diabetes and hypertension. \
She complains of fever and dry cough for three days, and denies chest pain, shortness of breath or vomiting. \
Her mother had a stroke. BP 140/90, pulse 88, temperature 100.4 degrees Fahrenheit. Chest X-ray is normal. \
Impression: acute bronchitis. Tab. Dolo 650 one tablet thrice a day after food for 5 days, azithromycin 500 mg \
once daily for 3 days, syrup Ascoril 10 ml three times a day. Continue metformin 500 mg 1-0-1 and telmisartan 40 mg \
in the morning. Stop aspirin. Drink plenty of warm water. Review after one week, or earlier if breathlessness develops.\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut as_json = false;
    let mut folder: Option<PathBuf> = None;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--json" => as_json = true,
            "--errors" => {
                for error in dosage::errors(Extractor::embedded()) {
                    println!("{error}");
                }
                return Ok(());
            }
            other => folder = Some(PathBuf::from(other)),
        }
    }
    let mut report = speed();
    report["dosage"] = dosage::halves(Extractor::embedded());
    if let Some(folder) = folder {
        report["accuracy"] = corpora::accuracy(Extractor::embedded(), &folder)?;
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print_table(&report);
    }
    Ok(())
}

fn speed() -> Value {
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

fn print_table(report: &Value) {
    let number = |key: &str| report[key].as_f64().unwrap_or(0.0);
    println!(
        "start and first note   {:8.1} ms",
        number("load_and_first_note_ms")
    );
    println!(
        "lexicon in memory      {:8.1} MiB",
        number("lexicon_resident_mib")
    );
    println!(
        "peak memory            {:8.1} MiB",
        number("peak_resident_mib")
    );
    println!(
        "speed, note by note    {:8.1} MB/s",
        number("mb_per_s_note_by_note")
    );
    println!(
        "speed, one text        {:8.1} MB/s",
        number("mb_per_s_one_text")
    );
    println!("search as you type     {:8.2} ms", number("search_ms"));
    println!("suggest                {:8.2} ms", number("suggest_ms"));
    dosage::print(&report["dosage"]);
    let Some(rows) = report["accuracy"].as_array() else {
        return;
    };
    println!(
        "\n{:<34} {:>6} {:>6} {:>6}   {:>6} {:>6} {:>6}",
        "", "P", "R", "F1", "P~", "R~", "F1~"
    );
    for row in rows {
        let cell = |side: &str, key: &str| row[side][key].as_f64().unwrap_or(0.0) * 100.0;
        println!(
            "{:<34} {:6.1} {:6.1} {:6.1}   {:6.1} {:6.1} {:6.1}",
            row["name"].as_str().unwrap_or(""),
            cell("exact", "precision"),
            cell("exact", "recall"),
            cell("exact", "f1"),
            cell("overlap", "precision"),
            cell("overlap", "recall"),
            cell("overlap", "f1"),
        );
    }
    println!("exact spans, then (~) overlapping ones");
}

/// Time on the processor, so that a busy machine does not make it slower; by the
/// wall where the system does not tell.
struct Clock {
    wall: Instant,
    on_processor: Option<u64>,
}

impl Clock {
    fn now() -> Self {
        Self {
            wall: Instant::now(),
            on_processor: nanoseconds(),
        }
    }

    fn seconds(&self) -> f64 {
        match (self.on_processor, nanoseconds()) {
            (Some(from), Some(to)) => to.saturating_sub(from) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Nanoseconds this thread has run.
fn nanoseconds() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

fn resident_kib() -> u64 {
    status("VmRSS:")
}

fn peak_kib() -> u64 {
    status("VmHWM:")
}

/// A line of this process's status, in KiB; 0 where there is none.
fn status(key: &str) -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix(key)?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0)
}
