//! `cargo xtask bench`: how fast and how right the engines are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
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
    /// Annotated texts to score the extractor on besides those of the repository: a folder with
    /// bc5cdr and maccrobat, or with ner-dev.tar.xz [default: ../shared/data/ner-dev, if there]
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,
    /// Leave the Python packages out that the extractor is measured beside
    #[arg(long)]
    without_peers: bool,
    /// Answer in JSON where a measurement can
    #[arg(long)]
    json: bool,
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
        nlp(paths, options)?;
    }
    if wants(What::Documents) {
        shell::run(&mut example(paths, "seva-documents", "bench_documents"))?;
    }
    Ok(())
}

/// SEVA's extractor and the Python packages, on the same texts.
fn nlp(paths: &Paths, options: &Options) -> Result<()> {
    let peers = match options.without_peers {
        true => None,
        false => Some(setup::for_language_peers(paths).context(
            "the packages to measure beside are not to be had; --without-peers leaves them out",
        )?),
    };
    let texts = match &options.texts {
        Some(folder) => Some(annotated(paths, &env::current_dir()?.join(folder))?),
        None => {
            let usual = paths.root.join("../shared/data/ner-dev");
            usual
                .is_dir()
                .then(|| annotated(paths, &usual))
                .transpose()?
        }
    };
    let mut cargo = example(paths, "seva-clinical-nlp", "bench_nlp");
    if let Some(python) = peers {
        cargo.arg("--peers").arg(python);
    }
    if let Some(folder) = texts {
        cargo.arg("--texts").arg(folder);
    }
    if options.json {
        cargo.arg("--json");
    }
    shell::run(&mut cargo)
}

/// The folder, or what is packed in it, unpacked into the build folder.
fn annotated(paths: &Paths, folder: &Path) -> Result<PathBuf> {
    let archive = folder.join("ner-dev.tar.xz");
    if !archive.is_file() {
        return Ok(folder.to_path_buf());
    }
    let target = paths.target.join("bench-texts");
    fs::create_dir_all(&target)?;
    let mut tar = Command::new("tar");
    tar.arg("-xJf").arg(archive).arg("-C").arg(&target);
    shell::run(&mut tar)?;
    // The archive may hold one folder with all the rest in it.
    let inner = target.join("ner-dev");
    Ok(if inner.is_dir() { inner } else { target })
}

fn example(paths: &Paths, package: &str, name: &str) -> Command {
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
