//! Building Rust's standard library for a target out of Debian's `rust-src`.
//!
//! Debian carries the source of each compiler in its newer suites. The package lists of those
//! suites are read into a folder of our own, so the machine's apt is left as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::wasm_target::sysroot;
use crate::paths::Paths;
use crate::shell;

const SUITES: [&str; 3] = ["trixie-backports", "trixie", "sid"];
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Fills `libraries` with the standard library for `target`.
pub(crate) fn build_std(paths: &Paths, target: &str, libraries: &Path) -> Result<()> {
    ensure!(shell::which("apt-get").is_some(), "this is not Debian");
    let work = paths.cache.join(format!("rust-src-{}", std::process::id()));
    let result = build_in(&work, target, libraries);
    let _ = fs::remove_dir_all(&work);
    result
}

fn build_in(work: &Path, target: &str, libraries: &Path) -> Result<()> {
    let version = compiler_version()?;
    let source = unpack_source(work, &version)?;
    let link = sysroot()?.join("lib/rustlib/src/rust");
    let linked = !link.exists();
    if linked {
        fs::create_dir_all(link.parent().context("a sysroot has folders")?)?;
        symlink(&source, &link)?;
    }
    let built = compile(work, target);
    if linked {
        let _ = fs::remove_file(&link);
    }
    built?;
    install(
        &work.join("crate/target").join(target).join("release/deps"),
        libraries,
    )
}

/// Such as `1.95.0`.
fn compiler_version() -> Result<String> {
    let said = shell::output(Command::new("rustc").arg("-vV"))?;
    let release = said.lines().find_map(|line| line.strip_prefix("release: "));
    Ok(release
        .context("rustc does not say its version")?
        .to_owned())
}

fn unpack_source(work: &Path, version: &str) -> Result<PathBuf> {
    let apt = PrivateApt::new(work)?;
    let listing = apt.read("apt-cache", &["madison", "rust-src"])?;
    let row =
        newest(&listing, version).with_context(|| format!("Debian has no rust-src {version}"))?;
    apt.run("apt-get", &["download", &format!("rust-src={row}")])?;
    let package = fs::read_dir(work)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .context("apt-get downloaded nothing")?;
    let tree = work.join("tree");
    shell::output(Command::new("dpkg").arg("-x").arg(&package).arg(&tree))?;
    let sources = tree.join("usr/src");
    let found = fs::read_dir(&sources)?
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join("library").is_dir());
    found.context("the package holds no library source")
}

/// The package version of `apt-cache madison` that belongs to a compiler version.
fn newest<'a>(listing: &'a str, version: &str) -> Option<&'a str> {
    let prefix = format!("{version}+");
    listing
        .lines()
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .find(|row| {
            row.starts_with(&prefix)
                || row
                    .strip_prefix(version)
                    .is_some_and(|rest| rest.starts_with('-'))
        })
}

/// An empty library that pulls the standard library in.
fn compile(work: &Path, target: &str) -> Result<()> {
    let folder = work.join("crate");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    fs::write(folder.join("src/lib.rs"), "")?;
    shell::run(
        shell::cargo(&folder)
            .args([
                "build",
                "--quiet",
                "--release",
                "-Zbuild-std=std,panic_abort",
                "--target",
                target,
            ])
            // Building the standard library is not a stable feature of the stable compiler.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", folder.join("target")),
    )
}

fn install(built: &Path, libraries: &Path) -> Result<()> {
    fs::create_dir_all(libraries)?;
    for entry in fs::read_dir(built)?.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libempty-") {
            fs::copy(entry.path(), libraries.join(&name))?;
        }
    }
    Ok(())
}

/// apt with lists, sources and cache of its own.
struct PrivateApt {
    work: PathBuf,
    options: Vec<String>,
}

impl PrivateApt {
    fn new(work: &Path) -> Result<Self> {
        for folder in ["lists/partial", "cache/archives/partial"] {
            fs::create_dir_all(work.join(folder))?;
        }
        let targets = shell::output(Command::new("apt-get").args([
            "indextargets",
            "--format",
            "$(REPO_URI)",
        ]))?;
        let mirror = targets
            .lines()
            .find(|uri| uri.trim_end_matches('/').ends_with("/debian"))
            .context("this machine's apt names no Debian mirror")?;
        let sources: String = SUITES
            .iter()
            .map(|suite| format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n"))
            .collect();
        let list = work.join("sources.list");
        fs::write(&list, sources)?;
        let options = [
            format!("Dir::Etc::SourceList={}", list.display()),
            "Dir::Etc::SourceParts=/dev/null".to_owned(),
            format!("Dir::State::Lists={}", work.join("lists").display()),
            format!("Dir::Cache={}", work.join("cache").display()),
            // As root, apt would fetch as another user, who cannot write here.
            "APT::Sandbox::User=root".to_owned(),
        ];
        let apt = Self {
            work: work.to_path_buf(),
            options: options.into(),
        };
        apt.run("apt-get", &["update"])?;
        Ok(apt)
    }

    fn command(&self, program: &str, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        for option in &self.options {
            command.args(["-o", option]);
        }
        command.args(words).current_dir(&self.work);
        command
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<()> {
        self.read(program, words).map(drop)
    }

    fn read(&self, program: &str, words: &[&str]) -> Result<String> {
        shell::output(&mut self.command(program, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_the_very_version_is_found() {
        let listing = " rust-src | 1.95.0+dfsg1-1 | x sid/main amd64 Packages\n rust-src | 1.85.0+dfsg3-1 | x trixie/main\n";
        assert_eq!(newest(listing, "1.85.0"), Some("1.85.0+dfsg3-1"));
        assert_eq!(newest(listing, "1.95.0"), Some("1.95.0+dfsg1-1"));
        assert_eq!(newest(listing, "1.9"), None);
    }
}
