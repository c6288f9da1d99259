//! wasm-bindgen as a library: its version is held by Cargo.lock, so it always fits the code.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::digest;

/// Writes `<work>/pkg/<name>.js` and `<name>_bg.wasm`.
/// False if the compiled code is the one of last time and nothing had to be done.
pub(crate) fn generate(compiled: &Path, work: &Path, name: &str) -> Result<bool> {
    let code = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let stamp = stamp(&code);
    let stamp_file = work.join("stamp");
    if fs::read_to_string(&stamp_file).is_ok_and(|last| last == stamp) {
        return Ok(false);
    }
    let pkg = work.join("pkg");
    if work.exists() {
        fs::remove_dir_all(work)?;
    }
    fs::create_dir_all(&pkg)?;
    Bindgen::new()
        .input_bytes(name, code)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&pkg)
        .context("wasm-bindgen failed")?;
    // Last, so that an interrupted run does its work again.
    fs::write(&stamp_file, stamp)?;
    Ok(true)
}

fn stamp(code: &[u8]) -> String {
    let sum = digest::sha256(code);
    format!("{} {sum}", env!("CARGO_PKG_VERSION"))
}
