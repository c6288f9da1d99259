//! Transcribes recordings: `cargo run --release -p seva-speech --example transcribe -- FILE...`
//!
//! Prints one JSON object a file and a line: `file`, `text`, `words` (`text`, `start`,
//! `end`, `confidence`), `audio_seconds`, `seconds`; or `file`, `code` and `error`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

#[allow(dead_code, reason = "the other example measures, this one does not")]
mod support;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use seva_speech::{CancelFlag, Engine, TranscribeOptions};

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("Name at least one recording.");
        return ExitCode::FAILURE;
    }
    let engine = match support::load(&support::model_path(), support::options()) {
        Ok(engine) => engine,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut all_well = true;
    for file in &files {
        let result = transcribe(&engine, file);
        all_well &= result.is_ok();
        println!("{}", result.unwrap_or_else(|problem| problem));
    }
    if all_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn transcribe(engine: &Engine, file: &str) -> Result<Value, Value> {
    let begun = Instant::now();
    let cancel = CancelFlag::new();
    let options = TranscribeOptions {
        prompt_terms: support::terms(),
        ..TranscribeOptions::default()
    };
    let transcript = engine
        .transcribe_file(Path::new(file), &options, &mut |_| {}, &cancel)
        .map_err(
            |error| json!({ "file": file, "code": error.code(), "error": error.to_string() }),
        )?;
    let words: Vec<Value> = transcript
        .words()
        .map(|word| {
            json!({
                "text": word.text,
                "start": thousandths(word.start),
                "end": thousandths(word.end),
                "confidence": thousandths(word.confidence),
            })
        })
        .collect();
    Ok(json!({
        "file": file,
        "text": transcript.text,
        "words": words,
        "audio_seconds": thousandths(transcript.duration_seconds),
        "seconds": thousandths(begun.elapsed().as_secs_f64()),
    }))
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
