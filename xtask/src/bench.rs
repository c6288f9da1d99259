//! `cargo xtask bench`: how fast and how right the engines are on this machine.

mod nlp;
mod speech;

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
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
    /// Language of the recordings, as in hi; auto listens for it
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// Annotated texts to score the extractor on besides those of the repository: a folder with
    /// bc5cdr and maccrobat, or with ner-dev.tar.xz [default: ../shared/data/ner-dev, if there]
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,
    /// Leave the Python packages out that the engines are measured beside
    #[arg(long)]
    without_peers: bool,
    /// Leave the sounds without speech out
    #[arg(long)]
    without_sounds: bool,
    /// Measure speech with other settings, too, as in search=greedy,window=whole; again for more
    #[arg(long, value_name = "SETTINGS")]
    variant: Vec<String>,
    /// Write the figures of one engine into this file as JSON, too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Loop the first recording to an hour instead: memory, and whether progress is honest
    #[arg(long)]
    long: bool,
    /// How many minutes --long is long
    #[arg(long, value_name = "N", requires = "long")]
    minutes: Option<usize>,
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
        let mut cargo = example(paths, "seva-speech", "bench_speech");
        cargo.env("SEVA_WHISPER_MODEL", &base.speech_model);
        speech::arguments(paths, options, &mut cargo)?;
        shell::run(&mut cargo)?;
    }
    if wants(What::Nlp) {
        let mut cargo = example(paths, "seva-clinical-nlp", "bench_nlp");
        nlp::arguments(paths, options, &mut cargo)?;
        shell::run(&mut cargo)?;
    }
    if wants(What::Documents) {
        shell::run(&mut example(paths, "seva-documents", "bench_documents"))?;
    }
    Ok(())
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
