//! wasm-bindgen as a library: its version is held by Cargo.lock, so it always fits the code.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

/// Writes `<work>/pkg/<name>.js` and `<name>_bg.wasm`, then runs `finish` on the latter.
/// False if the compiled code is the one of last time and nothing had to be done.
pub(crate) fn generate(
    compiled: &Path,
    work: &Path,
    name: &str,
    small: bool,
    finish: impl FnOnce(&Path) -> Result<()>,
) -> Result<bool> {
    let code = fs::read(compiled).with_context(|| format!("cannot read {}", compiled.display()))?;
    let stamp = stamp(&code, small);
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
    finish(&pkg.join(format!("{name}_bg.wasm")))?;
    // Last, so that an interrupted run does its work again.
    fs::write(&stamp_file, stamp)?;
    Ok(true)
}

fn stamp(code: &[u8], small: bool) -> String {
    let digest = Sha256::digest(code);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} {hex} {small}", env!("CARGO_PKG_VERSION"))
}
