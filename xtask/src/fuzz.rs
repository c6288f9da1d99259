//! `cargo xtask fuzz`: inputs that nobody thought of, for a bounded time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};

use crate::paths::Paths;
use crate::{setup, shell};

/// What is fuzzed: a workspace of its own, so nothing else compiles it.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// What `cargo fuzz` tells the compiler, as far as the stable one takes it: which edges
/// and comparisons were met.
const INSTRUMENTS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
];
/// No input takes longer, in seconds, or more memory, in megabytes.
const TIMEOUT: u32 = 20;
const MEMORY: u32 = 2048;
/// Larger inputs find nothing more, and each takes longer.
const LONGEST: u32 = 64 * 1024;

/// What to fuzz, and for how long.
#[derive(Args)]
pub(crate) struct Options {
    /// One target; all of them without
    #[arg(value_enum)]
    target: Option<Target>,
    /// How long each
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Audio,
    Transcript,
    Dosage,
    Entities,
}

impl Target {
    const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Transcript => "transcript",
            Self::Dosage => "dosage",
            Self::Entities => "entities",
        }
    }
}

/// Runs the targets one after the other; the first finding ends it.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    println!("Setting up");
    setup::for_building(paths)?;
    let targets = match options.target {
        Some(target) => vec![target],
        None => Target::value_variants().to_vec(),
    };
    let host = host()?;
    for target in targets {
        println!("\n── {} ──", target.name());
        let program = build(paths, target, &host)?;
        fuzz(paths, target, &program, options.seconds)?;
    }
    println!("\nNothing was found.");
    Ok(())
}

/// This machine, as the compiler calls it. With it named, scripts that run while
/// something is built get no instruments.
fn host() -> Result<String> {
    let said = shell::output(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .context("rustc does not say which machine this is")
}

fn build(paths: &Paths, target: Target, host: &str) -> Result<PathBuf> {
    let folder = paths.target.join("fuzz");
    let mut cargo = paths.cargo();
    cargo
        .args(["build", "--release", "--manifest-path"])
        .arg(paths.root.join(MANIFEST))
        .args(["--target", host, "--bin", target.name()])
        .env("CARGO_TARGET_DIR", &folder)
        .env("CARGO_ENCODED_RUSTFLAGS", INSTRUMENTS.join("\u{1f}"));
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok(folder.join(host).join("release").join(target.name()))
}

fn fuzz(paths: &Paths, target: Target, program: &Path, seconds: u32) -> Result<()> {
    let name = target.name();
    // libFuzzer keeps what it learns in the first folder.
    let learned = paths.target.join("fuzz/corpus").join(name);
    let found = paths.target.join("fuzz/findings").join(name);
    for folder in [&learned, &found] {
        fs::create_dir_all(folder)?;
    }
    let mut command = Command::new(program);
    command
        .current_dir(&paths.root)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-verbosity=0", "-print_final_stats=1"])
        .arg(&learned)
        .arg(paths.root.join("fuzz/corpus").join(name));
    if matches!(target, Target::Audio) {
        command.arg(paths.root.join("crates/speech/tests/fixtures"));
    }
    let status = shell::status(&mut command)?;
    if !status.success() {
        bail!(
            "{name} broke ({status}). The input is in {}. Mend it, and put the input into \
             fuzz/corpus/{name}, where the tests go through it each time.",
            found.display()
        );
    }
    Ok(())
}
