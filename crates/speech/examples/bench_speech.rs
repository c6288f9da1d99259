//! Measures the engine: `cargo run --release -p seva-speech --example bench_speech -- [--json] FILE_OR_DIR...`
//!
//! For each recording: seconds of sound, seconds taken (decoding included), the real-time
//! factor, and the word error rate where `NAME.reference.txt` lies beside `NAME.ext`; for
//! all of them the totals and the peak memory of the process.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Value, json};
use seva_speech::{CancelFlag, Engine, TranscribeOptions, decode};

const EXTENSIONS: [&str; 7] = ["wav", "mp3", "flac", "mp4", "m4a", "webm", "ogg"];

struct Measured {
    name: String,
    audio_seconds: f64,
    seconds: f64,
    /// Wrong words and words of the reference.
    errors: Option<(usize, usize)>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let as_json = arguments.iter().any(|argument| argument == "--json");
    let files = recordings(arguments.iter().filter(|argument| *argument != "--json"));
    match run(&files) {
        Ok(measured) if as_json => println!("{}", to_json(&measured)),
        Ok(measured) => print_table(&measured),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn recordings<'a>(paths: impl Iterator<Item = &'a String>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in paths.map(PathBuf::from) {
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                files.extend(entries.flatten().map(|entry| entry.path()).filter(|path| {
                    let extension = path
                        .extension()
                        .and_then(|e| e.to_str())
                        .unwrap_or_default();
                    EXTENSIONS.contains(&extension)
                }));
            }
            Err(_) => files.push(path),
        }
    }
    files.sort();
    files
}

fn run(files: &[PathBuf]) -> Result<Vec<Measured>, String> {
    if files.is_empty() {
        return Err("Name at least one recording, or a folder of recordings.".to_owned());
    }
    let engine = support::load()?;
    files.iter().map(|file| measure(&engine, file)).collect()
}

fn measure(engine: &Engine, file: &Path) -> Result<Measured, String> {
    let name = file
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let begun = Instant::now();
    let cancel = CancelFlag::new();
    let pcm = decode(file, &cancel).map_err(|error| format!("{name}: {error}"))?;
    let options = TranscribeOptions {
        prompt_terms: support::terms(),
        ..TranscribeOptions::default()
    };
    let transcript = engine
        .transcribe(&pcm, &options, &mut |_| {}, &cancel)
        .map_err(|error| format!("{name}: {error}"))?;
    let seconds = begun.elapsed().as_secs_f64();
    let errors = std::fs::read_to_string(file.with_extension("reference.txt"))
        .ok()
        .map(|text| {
            let reference = normalise(&text);
            (
                word_errors(&reference, &normalise(&transcript.text)),
                reference.len(),
            )
        });
    Ok(Measured {
        name,
        audio_seconds: transcript.duration_seconds,
        seconds,
        errors,
    })
}

/// Words as they sound: no case, no punctuation, numbers as digits, units in full.
fn normalise(text: &str) -> Vec<String> {
    let spoken: String = text
        .to_lowercase()
        .replace(['\u{2019}', '\''], "")
        .replace('%', " percent ")
        .chars()
        .map(|c| {
            if c.is_alphanumeric() || c == '.' {
                c
            } else {
                ' '
            }
        })
        .collect();
    let mut words = Vec::new();
    for word in spoken.split_whitespace() {
        let word = word.trim_matches('.');
        let digits = word.trim_end_matches(char::is_alphabetic);
        let is_amount = !digits.is_empty() && digits.len() < word.len();
        let parts = if is_amount {
            vec![digits, &word[digits.len()..]]
        } else {
            vec![word]
        };
        words.extend(parts.into_iter().filter(|part| !part.is_empty()).map(plain));
    }
    words
}

fn plain(word: &str) -> String {
    const NUMBERS: [&str; 13] = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if let Some(number) = NUMBERS.iter().position(|name| *name == word) {
        return number.to_string();
    }
    match word {
        "mg" | "milligram" => "milligrams",
        "ml" | "millilitres" | "milliliter" => "milliliters",
        "okay" => "ok",
        other => other,
    }
    .to_owned()
}

/// Substitutions, insertions and deletions between two texts.
fn word_errors(reference: &[String], heard: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, expected) in reference.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, word) in heard.iter().enumerate() {
            let substituted = diagonal + usize::from(expected != word);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[heard.len()]
}

fn totals(measured: &[Measured]) -> (f64, f64, Option<f64>) {
    let audio = measured.iter().map(|m| m.audio_seconds).sum();
    let seconds = measured.iter().map(|m| m.seconds).sum();
    let errors: usize = measured
        .iter()
        .filter_map(|m| m.errors)
        .map(|(errors, _)| errors)
        .sum();
    let words: usize = measured
        .iter()
        .filter_map(|m| m.errors)
        .map(|(_, words)| words)
        .sum();
    (
        audio,
        seconds,
        (words > 0).then(|| errors as f64 / words as f64),
    )
}

fn to_json(measured: &[Measured]) -> Value {
    let files: Vec<Value> = measured
        .iter()
        .map(|m| {
            json!({
                "file": m.name,
                "audio_seconds": m.audio_seconds,
                "seconds": m.seconds,
                "real_time_factor": m.seconds / m.audio_seconds,
                "word_error_rate": m.errors.map(|(errors, words)| errors as f64 / words.max(1) as f64),
            })
        })
        .collect();
    let (audio, seconds, word_error_rate) = totals(measured);
    json!({
        "files": files,
        "audio_seconds": audio,
        "seconds": seconds,
        "real_time_factor": seconds / audio,
        "word_error_rate": word_error_rate,
        "peak_memory_megabytes": peak_megabytes(),
        "threads": support::threads(),
    })
}

fn print_table(measured: &[Measured]) {
    let wer = |rate: Option<f64>| rate.map_or("-".to_owned(), |r| format!("{:.2} %", 100.0 * r));
    println!(
        "{:<32} {:>8} {:>8} {:>6} {:>8}",
        "recording", "sound s", "taken s", "RTF", "WER"
    );
    for m in measured {
        let rate = m
            .errors
            .map(|(errors, words)| errors as f64 / words.max(1) as f64);
        let rtf = m.seconds / m.audio_seconds;
        println!(
            "{:<32} {:>8.1} {:>8.1} {rtf:>6.3} {:>8}",
            m.name,
            m.audio_seconds,
            m.seconds,
            wer(rate)
        );
    }
    let (audio, seconds, rate) = totals(measured);
    let rtf = seconds / audio;
    println!(
        "{:<32} {audio:>8.1} {seconds:>8.1} {rtf:>6.3} {:>8}",
        "all",
        wer(rate)
    );
    if let Some(megabytes) = peak_megabytes() {
        println!("peak memory {megabytes:.0} MB");
    }
}

/// The largest that this process has been, where the system tells it.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}
