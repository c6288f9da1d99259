//! Servers that speak AWS's protocols, for the tests: Python programs in an environment of
//! their own in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result};

use super::python;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

const REQUIREMENTS: &str = include_str!("../../requirements/emulators.txt");
/// Beside the environment: what it was made from.
const STAMP: &str = "requirements.txt";

/// The environment, which the tests find in `SEVA_EMULATORS`.
pub(crate) fn provide(paths: &Paths, step: &Step) -> Result<PathBuf> {
    let folder = paths.cache.join("emulators");
    if is_current(&folder) {
        return Ok(folder);
    }
    // Somebody else may be at it, and would take away what is used here.
    fs::create_dir_all(&paths.cache)?;
    let lock = fs::File::create(folder.with_added_extension("lock"))?;
    lock.lock().context("cannot lock the cache")?;
    if is_current(&folder) {
        return Ok(folder);
    }
    let python = python::with_pip(paths, step)?;
    step.say("pip install ministack, moto, microburst");
    let partial = folder.with_added_extension(process::id().to_string());
    let placed = make(paths, &python, &partial).and_then(|()| replace(&partial, &folder));
    if placed.is_err() {
        let _ = fs::remove_dir_all(&partial);
    }
    placed.map(|()| folder)
}

/// Made from these requirements, by a Python that is still the same.
fn is_current(folder: &Path) -> bool {
    fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_from| made_from == REQUIREMENTS)
        && shell::output(
            Command::new(folder.join("bin/python"))
                .args(["-c", "import ministack, moto, microburst"]),
        )
        .is_ok()
}

fn make(paths: &Paths, python: &Path, folder: &Path) -> Result<()> {
    // Its own pip would need a Debian package more.
    let mut venv = Command::new(python);
    shell::output(
        venv.args(["-m", "venv", "--clear", "--without-pip"])
            .arg(folder),
    )?;
    let asked = shell::output(Command::new(folder.join("bin/python")).args([
        "-c",
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    ]))?;
    let requirements = paths.root.join("xtask/requirements/emulators.txt");
    python::install(python, &requirements, Path::new(asked.trim()))?;
    fs::write(folder.join(STAMP), REQUIREMENTS).context("cannot write into the cache")
}

/// Whoever looks meanwhile finds the old one, none, or the new one whole.
fn replace(partial: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        let old = partial.with_added_extension("old");
        fs::rename(folder, &old)?;
        fs::remove_dir_all(&old)?;
    }
    fs::rename(partial, folder).context("cannot write into the cache")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_one_version_with_hashes() {
        let entries = REQUIREMENTS
            .lines()
            .filter(|line| !line.starts_with(['#', ' ']));
        for entry in entries {
            assert!(entry.contains("=="), "{entry} has no version");
            assert!(entry.ends_with('\\'), "{entry} has no hash");
        }
        for name in ["ministack==", "moto==", "microburst=="] {
            assert!(REQUIREMENTS.contains(&format!("\n{name}")), "{name}");
        }
    }
}
