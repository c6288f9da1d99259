//! Measures the engine, side by side with faster-whisper where a Python that has it is named:
//!
//! `cargo run --release -p seva-speech --example bench_speech -- [--json FILE] [--peer PYTHON]
//! [--language CODE] [--long] [--minutes N] [--no-sounds] FILE_OR_DIR...`
//!
//! Each recording goes through one engine right after the other, with as many threads. It is
//! scored where `NAME.reference.txt` lies beside `NAME.ext`; where
//! `NAME.transcribe-medical-stream.json.xz` does, so is what Transcribe Medical answered.
//! `cargo xtask bench speech` gives all of that. `--long` loops the first recording to an hour,
//! or to as many minutes as `--minutes` says.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod long;
mod normalise;
mod number_words;
mod numbers;
mod peer;
mod report;
mod score;
mod sounds;
mod spelling;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use seva_clinical_nlp::Extractor;
use seva_speech::{CancelFlag, Engine, TranscribeOptions, decode};

use peer::{Answer, Peer};
use report::{Report, System};
use score::Score;

const EXTENSIONS: [&str; 7] = ["wav", "mp3", "flac", "mp4", "m4a", "webm", "ogg"];
/// Names that the engine is told, at most.
const PROMPT_TERMS: usize = 1000;

struct Options {
    /// Where the figures go besides.
    json: Option<PathBuf>,
    /// Minutes to loop the first recording to, instead of all else.
    long: Option<usize>,
    sounds: bool,
    peer: Option<PathBuf>,
    language: String,
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => return fail(&error),
    };
    if let Some(minutes) = options.long {
        return match long::run(&options.files, minutes, &options.language) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        };
    }
    let report = match run(&options) {
        Ok(report) => report,
        Err(error) => return fail(&error),
    };
    print!("{}", report.table());
    if let Some(file) = &options.json {
        let written = std::fs::write(file, format!("{:#}\n", report.json()));
        if let Err(error) = written {
            return fail(&format!("{}: {error}", file.display()));
        }
    }
    ExitCode::SUCCESS
}

fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        json: None,
        long: None,
        sounds: true,
        peer: None,
        language: "en".to_owned(),
        files: Vec::new(),
    };
    let mut named = Vec::new();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
        match argument.as_str() {
            "--json" => options.json = Some(value()?.into()),
            "--long" => options.long = options.long.or(Some(60)),
            "--minutes" => {
                let minutes = value()?.parse().map_err(|_| "--minutes wants a number")?;
                options.long = Some(minutes);
            }
            "--no-sounds" => options.sounds = false,
            "--peer" => options.peer = Some(value()?.into()),
            "--language" => options.language = value()?,
            _ => named.push(argument),
        }
    }
    options.files = recordings(&named);
    if options.files.is_empty() {
        return Err("Name at least one recording, or a folder of recordings.".to_owned());
    }
    Ok(options)
}

/// The named files and the recordings in the named folders.
fn recordings(named: &[String]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in named.iter().map(PathBuf::from) {
        match std::fs::read_dir(&path) {
            Ok(entries) => {
                let entries = entries.filter_map(|entry| Some(entry.ok()?.path()));
                files.extend(entries.filter(|path| {
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

/// One engine, as it is asked.
enum Asked<'a> {
    Seva { terms: Vec<String> },
    Peer(&'a mut Peer),
}

fn run(options: &Options) -> Result<Report, String> {
    let engine = support::load()?;
    let threads = support::threads();
    let mut peer = match &options.peer {
        Some(python) => Some(Peer::start(python, threads, &options.language)?),
        None => None,
    };
    let mut systems = vec![
        System::new("SEVA"),
        System::new("SEVA, no names expected"),
        System::new("faster-whisper"),
        System::new("Transcribe Medical, as recorded"),
    ];
    for file in &options.files {
        let reference = std::fs::read_to_string(file.with_extension("reference.txt")).ok();
        let mut asked = [
            Some(Asked::Seva { terms: names() }),
            Some(Asked::Seva { terms: Vec::new() }),
            peer.as_mut().map(Asked::Peer),
        ];
        for (asked, system) in asked.iter_mut().zip(&mut systems) {
            if let Some(asked) = asked {
                let (answer, sound) = ask(&engine, options, asked, file)?;
                system.add(file, answer, Some(sound), reference.as_deref());
            }
        }
        let recorded = file.with_extension("transcribe-medical-stream.json.xz");
        if let (Some(peer), true) = (&mut peer, recorded.is_file()) {
            systems[3].add(file, peer.ask(&recorded)?, None, reference.as_deref());
        }
    }
    if options.sounds {
        ask_for_sounds(&engine, options, &mut systems, peer.as_mut())?;
    }
    systems.retain(|system| !system.is_empty());
    Ok(Report { threads, systems })
}

/// What both engines write where nobody speaks.
fn ask_for_sounds(
    engine: &Engine,
    options: &Options,
    systems: &mut [System],
    mut peer: Option<&mut Peer>,
) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("seva-sounds-{}", std::process::id()));
    let io = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(io)?;
    for (name, samples) in sounds::all() {
        let file = folder.join(format!("{name}.wav"));
        std::fs::write(&file, sounds::wav(&samples)).map_err(io)?;
        let mut asked = [
            Some(Asked::Seva { terms: names() }),
            Some(Asked::Seva { terms: Vec::new() }),
            peer.as_deref_mut().map(Asked::Peer),
        ];
        for (asked, system) in asked.iter_mut().zip(systems.iter_mut()) {
            if let Some(asked) = asked {
                // Silence is refused by the decoder, in words of its own: nothing is written.
                let text = match ask(engine, options, asked, &file) {
                    Ok((answer, _)) => answer.text,
                    Err(_) if matches!(asked, Asked::Seva { .. }) => String::new(),
                    Err(error) => return Err(error),
                };
                system.add_sound(name, Score::of("", &text).invented);
            }
        }
    }
    std::fs::remove_dir_all(&folder).map_err(io)
}

fn names() -> Vec<String> {
    let given = support::terms();
    if !given.is_empty() {
        return given;
    }
    let terms = Extractor::embedded().prompt_terms(PROMPT_TERMS);
    terms.into_iter().map(str::to_owned).collect()
}

/// The answer, and how many seconds of sound there were.
fn ask(
    engine: &Engine,
    options: &Options,
    asked: &mut Asked<'_>,
    file: &Path,
) -> Result<(Answer, f64), String> {
    let said = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let cancel = CancelFlag::new();
    let terms = match asked {
        Asked::Seva { terms } => std::mem::take(terms),
        Asked::Peer(peer) => {
            let pcm = decode(file, &cancel).map(|pcm| pcm.seconds());
            return Ok((peer.ask(file)?, pcm.unwrap_or_default()));
        }
    };
    let (begun, busy) = (Instant::now(), support::cpu_seconds());
    let transcribe = TranscribeOptions {
        language: (options.language != "auto").then(|| options.language.clone()),
        prompt_terms: terms,
        ..TranscribeOptions::default()
    };
    let transcript = engine
        .transcribe_file(file, &transcribe, &mut |_| {}, &cancel)
        .map_err(|error| said(&error))?;
    let answer = Answer {
        text: transcript.text,
        seconds: begun.elapsed().as_secs_f64(),
        cpu_seconds: support::cpu_seconds() - busy,
        peak_megabytes: support::peak_megabytes().unwrap_or_default(),
    };
    Ok((answer, transcript.duration_seconds))
}
