//! `cargo xtask bench`: how fast and how right the engines are on this machine.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::paths::Paths;
use crate::setup;
use crate::shell;

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Which engine
    #[arg(value_enum, default_value = "all")]
    what: What,
    /// Recordings to measure speech with, each beside its NAME.reference.txt
    #[arg(long, value_name = "DIR")]
    audio: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Speech,
    Nlp,
    Documents,
    All,
}

pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let base = setup::for_running(paths)?;
    let wants = |what| options.what == what || options.what == What::All;
    if wants(What::Speech) {
        let audio = match &options.audio {
            Some(folder) => env::current_dir()?.join(folder),
            None => sample_with_reference(paths)?,
        };
        let mut cargo = example(paths, "seva-speech", "bench_speech");
        shell::run(
            cargo
                .arg(audio)
                .env("SEVA_WHISPER_MODEL", &base.speech_model),
        )?;
    }
    if wants(What::Nlp) {
        shell::run(&mut example(paths, "seva-clinical-nlp", "bench_nlp"))?;
    }
    if wants(What::Documents) {
        shell::run(&mut example(paths, "seva-documents", "bench_documents"))?;
    }
    Ok(())
}

fn example(paths: &Paths, package: &str, name: &str) -> std::process::Command {
    println!("\n── {name} ──");
    let mut cargo = paths.cargo();
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        package,
        "--example",
        name,
        "--",
    ]);
    setup::with_tools(paths, &mut cargo);
    cargo
}

/// The spoken note of the repository under the names the measurement looks for.
fn sample_with_reference(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.target.join("bench-audio");
    fs::create_dir_all(&folder)?;
    for (from, to) in [
        ("sample-dictation.m4a", "sample.m4a"),
        ("sample-dictation.txt", "sample.reference.txt"),
    ] {
        let source = paths.root.join("public").join(from);
        if !source.is_file() {
            bail!("{} is missing", source.display());
        }
        fs::copy(source, folder.join(to))?;
    }
    Ok(folder)
}
