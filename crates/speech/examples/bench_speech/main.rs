//! Measures the engine, side by side with faster-whisper where a Python that has it is named:
//!
//! `cargo run --release -p seva-speech --example bench_speech -- [--json FILE] [--peer PYTHON]
//! [--language CODE] [--variant SETTINGS]... [--long] [--minutes N] [--no-sounds]
//! FILE_OR_DIR...`
//!
//! Each recording goes through one engine right after the other, with as many threads. It is
//! scored where `NAME.reference.txt` lies beside `NAME.ext`; where
//! `NAME.transcribe-medical-stream.json.xz` does, so is what Transcribe Medical answered.
//! `cargo xtask bench speech` gives all of that. `--long` loops the first recording to an hour,
//! or to as many minutes as `--minutes` says. `--variant search=greedy,window=whole` measures
//! other settings besides; with `--long`, instead.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod form;
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
mod variant;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use seva_clinical_nlp::Extractor;
use seva_speech::{CancelFlag, Doses, Engine, TranscribeOptions};

use peer::{Answer, Peer};
use report::{Report, System};
use score::Score;
use variant::Variant;

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
    variants: Vec<Variant>,
    files: Vec<PathBuf>,
}

impl Options {
    fn transcribe(&self, terms: Vec<String>, doses: Doses) -> TranscribeOptions {
        TranscribeOptions {
            language: (self.language != "auto").then(|| self.language.clone()),
            prompt_terms: terms,
            doses,
            ..TranscribeOptions::default()
        }
    }
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => return fail(&error),
    };
    if let Some(minutes) = options.long {
        return match run_long(&options, minutes) {
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
        variants: Vec::new(),
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
            "--variant" => options.variants.push(Variant::parse(&value()?)?),
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

/// The engine of this crate with some settings, and what came of them.
struct Own<'a> {
    system: System,
    engine: &'a Engine,
    has_names: bool,
    doses: Doses,
}

impl Own<'_> {
    /// The answer, and how many seconds of sound there were.
    fn ask(&self, options: &Options, file: &Path) -> Result<(Answer, f64), String> {
        let terms = if self.has_names { names() } else { Vec::new() };
        let transcribe = options.transcribe(terms, self.doses);
        let (begun, busy) = (Instant::now(), support::cpu_seconds());
        let transcript = self
            .engine
            .transcribe_file(file, &transcribe, &mut |_| {}, &CancelFlag::new())
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let answer = Answer {
            text: transcript.text,
            seconds: begun.elapsed().as_secs_f64(),
            cpu_seconds: support::cpu_seconds() - busy,
            peak_megabytes: support::peak_megabytes().unwrap_or_default(),
        };
        Ok((answer, transcript.duration_seconds))
    }
}

fn run_long(options: &Options, minutes: usize) -> Result<(), String> {
    let usual = Variant::usual();
    let variant = options.variants.first().unwrap_or(&usual);
    let transcribe = options.transcribe(Vec::new(), variant.doses);
    long::run(&options.files, minutes, &variant.load()?, &transcribe)
}

fn run(options: &Options) -> Result<Report, String> {
    let usual = support::load(&support::model_path(), support::options())?;
    let others = options.variants.iter().map(Variant::load);
    let others: Vec<Engine> = others.collect::<Result<_, _>>()?;
    let own = |name: String, engine, has_names, doses| Own {
        system: System::new(name),
        engine,
        has_names,
        doses,
    };
    let mut all = vec![
        own("SEVA".to_owned(), &usual, true, Doses::default()),
        own(
            "SEVA, no names expected".to_owned(),
            &usual,
            false,
            Doses::default(),
        ),
    ];
    for (variant, engine) in options.variants.iter().zip(&others) {
        all.push(own(variant.name.clone(), engine, true, variant.doses));
    }
    let threads = support::threads();
    let mut peer = match &options.peer {
        Some(python) => Some(Peer::start(python, threads, &options.language)?),
        None => None,
    };
    let mut of_peer = System::new("faster-whisper");
    let mut of_cloud = System::new("Transcribe Medical, as recorded");
    for file in &options.files {
        let reference = std::fs::read_to_string(file.with_extension("reference.txt")).ok();
        let mut sound = 0.0;
        for own in &mut all {
            support::wait_for_calm();
            let (answer, seconds) = own.ask(options, file)?;
            own.system
                .add(file, answer, Some(seconds), reference.as_deref());
            sound = seconds;
        }
        let Some(peer) = &mut peer else { continue };
        support::wait_for_calm();
        of_peer.add(file, peer.ask(file)?, Some(sound), reference.as_deref());
        let recorded = file.with_extension("transcribe-medical-stream.json.xz");
        if recorded.is_file() {
            of_cloud.add(file, peer.ask(&recorded)?, None, reference.as_deref());
        }
    }
    if options.sounds {
        ask_for_sounds(options, &mut all, peer.as_mut().zip(Some(&mut of_peer)))?;
    }
    let mut systems: Vec<System> = all.into_iter().map(|own| own.system).collect();
    systems.extend([of_peer, of_cloud]);
    systems.retain(|system| !system.is_empty());
    Ok(Report { threads, systems })
}

/// What is written where nobody speaks.
fn ask_for_sounds(
    options: &Options,
    all: &mut [Own<'_>],
    mut peer: Option<(&mut Peer, &mut System)>,
) -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("seva-sounds-{}", std::process::id()));
    let io = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(io)?;
    for (name, samples) in sounds::all() {
        let file = folder.join(format!("{name}.wav"));
        std::fs::write(&file, sounds::wav(&samples)).map_err(io)?;
        let invented = |text: &str| Score::of("", text).invented;
        for own in &mut *all {
            // Silence is refused by the decoder, in words of its own: nothing is written.
            let text = own.ask(options, &file).map(|(answer, _)| answer.text);
            own.system
                .add_sound(name, invented(&text.unwrap_or_default()));
        }
        if let Some((peer, system)) = &mut peer {
            system.add_sound(name, invented(&peer.ask(&file)?.text));
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
