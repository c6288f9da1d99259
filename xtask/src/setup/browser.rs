//! Chromium and the packages of the browser tests.

use std::path::PathBuf;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use super::apt;
use super::node::Node;
use crate::paths::Paths;
use crate::steps::Step;
use crate::{digest, shell};

const VARIABLE: &str = "PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH";
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

/// The user's choice, one on PATH, or Debian's.
pub(crate) fn chromium(step: &Step) -> Result<PathBuf> {
    if let Some(own) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
        let own = PathBuf::from(own);
        if !own.is_file() {
            bail!("{VARIABLE} names {}, which is no file", own.display());
        }
        return Ok(own);
    }
    let find = || NAMES.into_iter().find_map(shell::which);
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(step, &["chromium"]).with_context(|| {
        format!("a Chromium is needed for the browser tests; or set {VARIABLE} to one")
    })?;
    find().context("chromium is not on PATH")
}

/// `npm ci`, unless the lock file is the one that was installed last.
pub(crate) fn packages(paths: &Paths, node: &Node, step: &Step) -> Result<String> {
    let folder = paths.root.join("end2end");
    let lock =
        fs::read(folder.join("package-lock.json")).context("end2end has no package-lock.json")?;
    let sum = digest::sha256(lock);
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == sum) {
        return Ok("up to date".to_owned());
    }
    step.say("npm ci");
    let mut npm = node.npm();
    npm.args(["ci", "--ignore-scripts"])
        .args(["--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder);
    // The system's Chromium is used; Playwright need not fetch its own.
    shell::fetch(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    fs::write(&stamp, sum)?;
    Ok("installed".to_owned())
}
