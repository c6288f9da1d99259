//! Measures the extractor: speed, start and memory; precision, recall and F1 on annotated
//! texts; and, given a Python with the peers' packages, the peers on the same texts.
//!
//! `cargo run --release -p seva-clinical-nlp --example bench_nlp -- [--json FILE] [--texts DIR]
//! [--peers PYTHON] [--misses SET] [--dosage-errors]`
//!
//! DIR holds `bc5cdr/*.PubTator.txt` and `maccrobat/*.{txt,ann}`; the annotated dialogues and
//! sentences of this repository are always scored. `--misses` prints what was wrong in a set, and
//! `--dosage-errors` what was in the half of the dosage sentences that is for tuning.

#![expect(clippy::print_stdout, reason = "what a program answers")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod brat;
mod child;
mod dialogues;
mod dosage;
mod files;
mod machine;
mod marks;
mod misses;
mod pubtator;
mod scores;
mod sentences;
mod sets;
mod speed;
mod systems;
mod table;

use std::error::Error;
use std::path::PathBuf;

use serde_json::json;
use seva_clinical_nlp::Extractor;

#[derive(Default)]
struct Options {
    json: Option<PathBuf>,
    texts: Option<PathBuf>,
    peers: Option<PathBuf>,
    misses: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.ok_or_else(|| format!("{argument} needs a value"))
        };
        match argument.as_str() {
            "--json" => options.json = Some(PathBuf::from(value()?)),
            "--texts" => options.texts = Some(PathBuf::from(value()?)),
            "--peers" => options.peers = Some(PathBuf::from(value()?)),
            "--misses" => options.misses = Some(value()?),
            "--dosage-errors" => {
                for error in dosage::errors(Extractor::embedded()) {
                    println!("{error}");
                }
                return Ok(());
            }
            child::ARGUMENT => return child::run(),
            other => return Err(format!("no such option: {other}").into()),
        }
    }
    measure(&options)
}

fn measure(options: &Options) -> Result<(), Box<dyn Error>> {
    let sets = sets::all(options.texts.as_deref())?;
    if let Some(name) = &options.misses {
        return misses::print(&sets, name);
    }
    let speed = speed::speed();
    let systems = systems::run(&sets, options.peers.as_deref())?;
    let report = json!({
        "speed": speed,
        "systems": systems.iter().map(|system| &system.summary).collect::<Vec<_>>(),
        "accuracy": scores::scores(&sets, &systems),
        "dosage": dosage::halves(Extractor::embedded()),
        "annotated_texts_of_others": options.texts.is_some(),
    });
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)?;
    }
    table::print(&report);
    dosage::print(&report["dosage"]);
    Ok(())
}
