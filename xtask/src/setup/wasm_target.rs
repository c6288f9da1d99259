//! Rust's standard library for WebAssembly.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::rust_src;
use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

const TARGET: &str = "wasm32-unknown-unknown";

/// From rustup, or built from Debian's source of the same compiler where rustup cannot be reached.
pub(crate) fn provide(paths: &Paths, step: &Step) -> Result<String> {
    let libraries = sysroot()?.join("lib/rustlib").join(TARGET).join("lib");
    if has_std(&libraries) {
        return Ok(format!("{TARGET} is installed"));
    }
    let rustup = shell::which("rustup").map(|rustup| {
        step.say(&format!("rustup target add {TARGET}"));
        shell::fetch(
            Command::new(rustup)
                .current_dir(&paths.root)
                .args(["target", "add", TARGET]),
        )
    });
    if let Some(Ok(())) = rustup
        && has_std(&libraries)
    {
        return Ok(format!("{TARGET} installed by rustup"));
    }
    crate::interrupt::check()?;
    if let Some(Err(error)) = rustup {
        step.say(&format!("{error:#}"));
    }
    step.say("building it from Debian's rust-src of the same version");
    rust_src::build_std(paths, TARGET, &libraries).context(format!(
        "the target {TARGET} is needed: rustup target add {TARGET}, or the rust-std package of your distribution"
    ))?;
    Ok(format!("{TARGET} built from source"))
}

pub(crate) fn sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(
        shell::output(Command::new("rustc").args(["--print", "sysroot"]))?.trim(),
    ))
}

fn has_std(libraries: &std::path::Path) -> bool {
    fs::read_dir(libraries).is_ok_and(|files| {
        files.flatten().any(|file| {
            let name = file.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        })
    })
}
