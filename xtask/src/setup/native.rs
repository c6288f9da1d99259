//! The compilers that whisper.cpp is built with.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::{apt, python};
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// A C and C++ compiler.
pub(crate) fn compiler(step: &Step) -> Result<String> {
    let find = || ["c++", "g++", "clang++"].into_iter().find_map(shell::which);
    if let Some(found) = find() {
        return Ok(found.display().to_string());
    }
    apt::install(step, &["g++", "libc6-dev", "make"])
        .context("a C++ compiler is needed (macOS: xcode-select --install)")?;
    find()
        .map(|found| found.display().to_string())
        .context("the C++ compiler is not on PATH")
}

/// CMake from PATH, from Debian, or from the Python package index.
pub(crate) fn cmake(paths: &Paths, step: &Step) -> Result<String> {
    let in_cache = paths.cache.join("python/bin/cmake");
    if let Some(found) =
        shell::which("cmake").or_else(|| in_cache.is_file().then(|| in_cache.clone()))
    {
        return Ok(found.display().to_string());
    }
    let by_apt = match apt::install(step, &["cmake", "make"]) {
        Ok(()) => return Ok("installed".to_owned()),
        Err(error) => error,
    };
    step.say(&format!("{by_apt:#}; trying pip"));
    let python = python::environment(paths)
        .context("CMake is needed: apt-get install cmake, or brew install cmake")?;
    shell::output(Command::new(python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "cmake",
    ]))
    .context("CMake is needed: apt-get install cmake, or pip install cmake")?;
    Ok(in_cache.display().to_string())
}
