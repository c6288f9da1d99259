//! The compilers that whisper.cpp is built with.

use anyhow::{Context as _, Result};

use super::apt;
use super::wheel::Wheel;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// A C and C++ compiler, and make, which CMake leaves the work to.
pub(crate) fn compiler(step: &Step) -> Result<String> {
    let find = || {
        let compiler = ["c++", "g++", "clang++"]
            .into_iter()
            .find_map(shell::which)?;
        shell::which("make").map(|_| compiler.display().to_string())
    };
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(step, &["g++", "libc6-dev", "make"])
        .context("a C++ compiler and make are needed (macOS: xcode-select --install)")?;
    find().context("the C++ compiler or make is not on PATH")
}

/// CMake from PATH, from the Python package index, or from Debian.
pub(crate) fn cmake(paths: &Paths, step: &Step) -> Result<String> {
    let in_cache = Wheel::CMAKE.programs(paths).join("cmake");
    if let Some(found) =
        shell::which("cmake").or_else(|| in_cache.is_file().then(|| in_cache.clone()))
    {
        return Ok(found.display().to_string());
    }
    let by_pip = match Wheel::CMAKE.provide(paths, step) {
        Ok(()) => return Ok(in_cache.display().to_string()),
        Err(error) => error,
    };
    crate::interrupt::check()?;
    step.say(&format!("{by_pip:#}; trying apt-get"));
    apt::install(step, &["cmake"]).context("CMake is needed (macOS: brew install cmake)")?;
    Ok("installed".to_owned())
}
