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
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::paths::Paths;
use crate::steps::step;
use crate::{digest, interrupt, shell};

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

    /// Copies it into a folder: the directory `site`, and `site-hash.txt` beside it.
    pub(crate) fn copy_to(&self, folder: &Path) -> Result<()> {
        mirror(&self.root, &folder.join("site"), &[])?;
        fs::copy(&self.hashes, folder.join("site-hash.txt"))?;
        Ok(())
    }
}

/// Builds whatever changed since the last time. Compressing goes on in the background: see
/// [`Building::finish`].
pub(crate) fn build(paths: &Paths) -> Result<Building> {
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
    let mut files = Vec::new();
    step("site", |_| {
        let assembled = assemble(paths, &site)?;
        files = assembled.files;
        Ok(if assembled.fresh {
            "assembled".to_owned()
        } else {
            "up to date".to_owned()
        })
    })?;
    let to_compress = files.clone();
    Ok(Building {
        site,
        files,
        compressing: thread::spawn(move || to_compress.iter().try_for_each(|file| twins(file))),
    })
}

/// A site that can be served, while its files are still being compressed. The smallest form takes
/// ten seconds or more, and the server is compiled meanwhile.
pub(crate) struct Building {
    site: Site,
    files: Vec<PathBuf>,
    compressing: JoinHandle<Result<()>>,
}

impl Building {
    /// Waits for the compressed files.
    pub(crate) fn finish(self) -> Result<Site> {
        step("compression", |_| {
            while !self.compressing.is_finished() {
                interrupt::check()?;
                thread::sleep(Duration::from_millis(20));
            }
            match self.compressing.join() {
                Ok(compressed) => compressed?,
                Err(_) => bail!("the compressor failed"),
            }
            Ok(format!("{} kB to load", bytes_to_load(&self.files) / 1000))
        })?;
        Ok(self.site)
    }
}

struct Assembled {
    /// Those whose names hold their hashes.
    files: Vec<PathBuf>,
    /// False if the browser's code is the one of last time.
    fresh: bool,
}

fn assemble(paths: &Paths, site: &Site) -> Result<Assembled> {
    let pkg = site.root.join("pkg");
    fs::create_dir_all(&pkg)?;
    mirror(&paths.root.join("public"), &site.root, &["pkg"])?;

    let work = paths.target.join("site-work");
    let compiled = paths
        .target
        .join(WASM_TARGET)
        .join(WASM_PROFILE)
        .join("frontend.wasm");
    let fresh = bindgen::generate(&compiled, &work, NAME)?;

    let css = css::bundle(&paths.root.join("style/main.css"))?;
    let css_file = work.join("style.css");
    fs::write(&css_file, css)?;

    let mut keep = Vec::new();
    let mut files = Vec::new();
    let mut hashes = String::new();
    for (kind, source) in [
        ("js", work.join("pkg/seva.js")),
        ("wasm", work.join("pkg/seva_bg.wasm")),
        ("css", css_file),
    ] {
        let content =
            fs::read(&source).with_context(|| format!("cannot read {}", source.display()))?;
        let hash = &digest::sha256(&content)[..16];
        let name = format!("{NAME}.{hash}.{kind}");
        let file = pkg.join(&name);
        // The name holds the hash: what is there is the same.
        if !file.is_file() {
            write_whole(&file, &content)?;
        }
        files.push(file);
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
    Ok(Assembled { files, fresh })
}

/// Compresses a file, unless that was done before: the name holds the hash of the content.
fn twins(file: &Path) -> Result<()> {
    let (gzip, brotli) = (
        file.with_added_extension("gz"),
        file.with_added_extension("br"),
    );
    if gzip.is_file() && brotli.is_file() {
        return Ok(());
    }
    let content = fs::read(file)?;
    write_whole(&gzip, &compress::gzip(&content)?)?;
    write_whole(&brotli, &compress::brotli(&content)?)
}

/// Writes a file so that nobody ever finds half of it, not even after an interruption.
fn write_whole(file: &Path, content: &[u8]) -> Result<()> {
    let partial = file.with_added_extension("partial");
    fs::write(&partial, content)?;
    fs::rename(&partial, file).with_context(|| format!("cannot write {}", file.display()))
}

/// What a browser that understands Brotli fetches.
fn bytes_to_load(files: &[PathBuf]) -> u64 {
    files
        .iter()
        .filter_map(|file| fs::metadata(file.with_added_extension("br")).ok())
        .map(|file| file.len())
        .sum()
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
    fn what_was_compressed_is_not_compressed_again() {
        let folder = std::env::temp_dir().join(format!("xtask-twins-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("seva.0123.css");
        let br = file.with_added_extension("br");
        fs::write(&file, "a {}").unwrap();
        twins(&file).unwrap();
        assert_eq!(
            bytes_to_load(std::slice::from_ref(&file)),
            fs::metadata(&br).unwrap().len()
        );
        fs::write(&br, "kept").unwrap();
        twins(&file).unwrap();
        assert_eq!(fs::read(&br).unwrap(), b"kept");
        fs::remove_dir_all(&folder).unwrap();
    }

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
