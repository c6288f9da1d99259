//! What the browser loads: the WebAssembly and its loader, the style sheet, the static files.
//!
//! All of it lands in `<target>/site`. Files under `pkg` carry a hash of their content in the name,
//! so a browser may keep them for ever; the server reads the current hashes from `hash.txt`.

mod bindgen;
mod compress;
mod css;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::paths::Paths;
use crate::setup::optimiser;
use crate::shell;
use crate::steps::{Step, step};

/// The name all files of the package share.
const NAME: &str = "seva";
const WASM_TARGET: &str = "wasm32-unknown-unknown";
const WASM_PROFILE: &str = "wasm";

/// The finished site and what a server must be told about it.
pub(crate) struct Site {
    root: PathBuf,
    hashes: PathBuf,
}

impl Site {
    pub(crate) fn of(paths: &Paths) -> Self {
        Self {
            root: paths.target.join("site"),
            hashes: paths.target.join("site-hash.txt"),
        }
    }

    /// Tells a server where the site is.
    pub(crate) fn describe_to(&self, server: &mut Command) {
        server
            .env("LEPTOS_OUTPUT_NAME", NAME)
            .env("LEPTOS_SITE_ROOT", &self.root)
            .env("LEPTOS_SITE_PKG_DIR", "pkg")
            .env("LEPTOS_HASH_FILES", "true")
            .env("LEPTOS_HASH_FILE_NAME", &self.hashes);
    }
}

/// Builds whatever changed since the last time. `small` spends a minute on size.
pub(crate) fn build(paths: &Paths, small: bool) -> Result<Site> {
    step("browser code", |step| {
        step.say("cargo build -p frontend, for WebAssembly");
        shell::run(paths.cargo().args([
            "build",
            "--package",
            "frontend",
            "--lib",
            "--target",
            WASM_TARGET,
            "--profile",
            WASM_PROFILE,
        ]))?;
        Ok("built".to_owned())
    })?;
    let site = Site::of(paths);
    step("site", |step| assemble(paths, &site, small, step))?;
    Ok(site)
}

fn assemble(paths: &Paths, site: &Site, small: bool, step: &Step) -> Result<String> {
    let pkg = site.root.join("pkg");
    fs::create_dir_all(&pkg)?;
    mirror(&paths.root.join("public"), &site.root, &["pkg"])?;

    let work = paths.target.join("site-work");
    let compiled = paths
        .target
        .join(WASM_TARGET)
        .join(WASM_PROFILE)
        .join("frontend.wasm");
    let fresh = bindgen::generate(&compiled, &work, NAME, small, |wasm| {
        if small {
            optimiser::optimise(paths, step, wasm)
        } else {
            Ok(())
        }
    })?;

    let css = css::bundle(&paths.root.join("style/main.css"))?;
    let css_file = work.join("style.css");
    fs::write(&css_file, css)?;

    let mut keep = Vec::new();
    let mut hashes = String::new();
    for (kind, file) in [
        ("js", work.join("pkg/seva.js")),
        ("wasm", work.join("pkg/seva_bg.wasm")),
        ("css", css_file),
    ] {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let hash = short_hash(&content);
        let name = format!("{NAME}.{hash}.{kind}");
        publish(&pkg.join(&name), &content, small, &work)?;
        keep.extend(["", ".gz", ".br"].map(|suffix| format!("{name}{suffix}")));
        hashes.push_str(&format!("{kind}: {hash}\n"));
    }
    let snippets = work.join("pkg/snippets");
    if snippets.exists() {
        keep.push("snippets".to_owned());
        mirror(&snippets, &pkg.join("snippets"), &[])?;
    }
    fs::write(&site.hashes, hashes)?;
    remove_others(&pkg, &keep)?;
    Ok(format!(
        "{}{}",
        if fresh { "assembled" } else { "up to date" },
        sizes(&pkg, &keep)
    ))
}

/// Writes a file and its compressed twins, unless this very content is there: the name holds its
/// hash. That the twins are the smallest possible is noted in `work`.
fn publish(file: &Path, content: &[u8], small: bool, work: &Path) -> Result<()> {
    let name = file.file_name().context("a published file has a name")?;
    let smallest = work.join(name).with_added_extension("smallest");
    if file.with_added_extension("br").exists() && (!small || smallest.exists()) {
        return Ok(());
    }
    fs::write(file, content)?;
    compress::twins(file, content, small)?;
    if small {
        fs::write(smallest, "")?;
    }
    Ok(())
}

fn sizes(pkg: &Path, keep: &[String]) -> String {
    let total: u64 = keep
        .iter()
        .filter(|name| name.ends_with(".br"))
        .filter_map(|name| fs::metadata(pkg.join(name)).ok())
        .map(|file| file.len())
        .sum();
    format!(", {} kB to load", total / 1000)
}

fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Makes `to` hold what `from` holds, except for the names in `spare`, which are left alone.
fn mirror(from: &Path, to: &Path, spare: &[&str]) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)?.flatten() {
        let name = entry.file_name();
        if !from.join(&name).exists() && !spare.iter().any(|spared| name == *spared) {
            remove(&entry.path())?;
        }
    }
    for entry in fs::read_dir(from)
        .with_context(|| format!("cannot read {}", from.display()))?
        .flatten()
    {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            mirror(&source, &target, &[])?;
        } else if is_newer(&source, &target) {
            fs::copy(&source, &target)?;
        }
    }
    Ok(())
}

fn is_newer(source: &Path, target: &Path) -> bool {
    let (Ok(source), Ok(target)) = (fs::metadata(source), fs::metadata(target)) else {
        return true;
    };
    source.len() != target.len()
        || !matches!((source.modified(), target.modified()), (Ok(a), Ok(b)) if a <= b)
}

fn remove_others(folder: &Path, keep: &[String]) -> Result<()> {
    for entry in fs::read_dir(folder)?.flatten() {
        let name = entry.file_name();
        if !keep.iter().any(|kept| name == kept.as_str()) {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    if path.is_dir() {
        fs::remove_dir_all(path)?;
    } else {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_mirror_follows_changes_and_spares_what_it_must() {
        let root = std::env::temp_dir().join(format!("xtask-mirror-{}", std::process::id()));
        let (from, to) = (root.join("from"), root.join("to"));
        fs::create_dir_all(from.join("fonts")).unwrap();
        fs::create_dir_all(to.join("pkg")).unwrap();
        fs::write(from.join("fonts/a"), "a").unwrap();
        fs::write(to.join("old"), "old").unwrap();
        mirror(&from, &to, &["pkg"]).unwrap();
        assert_eq!(fs::read_to_string(to.join("fonts/a")).unwrap(), "a");
        assert!(to.join("pkg").exists() && !to.join("old").exists());
        fs::write(from.join("fonts/a"), "changed").unwrap();
        mirror(&from, &to, &["pkg"]).unwrap();
        assert_eq!(fs::read_to_string(to.join("fonts/a")).unwrap(), "changed");
        fs::remove_dir_all(&root).unwrap();
    }
}
