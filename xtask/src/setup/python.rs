//! A Python with pip: it fetches by package name what is too large for this repository.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::apt;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// A Python interpreter whose pip works.
pub(crate) fn with_pip(paths: &Paths, step: &Step) -> Result<PathBuf> {
    if let Some(python) = shell::which("python3").filter(|python| has_pip(python)) {
        return Ok(python);
    }
    if let Ok(python) = environment(paths) {
        return Ok(python);
    }
    apt::install(step, &["python3-pip"])
        .context("Python with pip is needed to download (python3, python3-pip)")?;
    shell::which("python3").context("python3 is not on PATH")
}

/// Unpacks what a file pins into a folder.
pub(super) fn install(python: &Path, requirements: &Path, target: &Path) -> Result<()> {
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "install", "--no-cache-dir"])
        .args(if shell::is_watched() {
            ["--progress-bar", "on"]
        } else {
            ["-q", "-q"]
        })
        .args(["--disable-pip-version-check", "--no-warn-script-location"])
        // What is not the very file that was pinned is not unpacked.
        .args(["--require-hashes", "--only-binary=:all:", "--no-deps"])
        .arg("--requirement")
        .arg(requirements)
        .arg("--target")
        .arg(target)
        .env("PIP_USER", "0");
    shell::fetch(&mut pip)
}

/// The Python of a virtual environment in the cache, made if it is not there.
fn environment(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.cache.join("python");
    let python = folder.join("bin/python3");
    if !(python.exists() && has_pip(&python)) {
        fs::create_dir_all(&paths.cache)?;
        shell::output(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
    }
    Ok(python)
}

fn has_pip(python: &Path) -> bool {
    let mut command = Command::new(python);
    command
        .args(["-m", "pip", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
