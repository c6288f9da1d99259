//! wasm-opt makes the WebAssembly a sixth smaller; it comes from npm, where there is Node.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

const PACKAGE: &str = "binaryen";
const VERSION: &str = "132.0.0";

/// Shrinks a file in place; without Node it says so and leaves the file as it is.
pub(crate) fn optimise(paths: &Paths, step: &Step, wasm: &Path) -> Result<()> {
    let folder = paths.cache.join(format!("{PACKAGE}-{VERSION}"));
    let tool = folder.join("node_modules/.bin/wasm-opt");
    if !tool.exists() {
        if shell::which("npm").is_none() {
            step.say("wasm-opt is left out: there is no npm on this machine");
            return Ok(());
        }
        step.say(&format!("npm install {PACKAGE} {VERSION}"));
        fs::create_dir_all(&folder)?;
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--loglevel=error",
            "--prefix",
        ]);
        if let Err(error) = shell::output(npm.arg(&folder).arg(format!("{PACKAGE}@{VERSION}"))) {
            step.say(&format!("wasm-opt is left out: {error:#}"));
            return Ok(());
        }
    }
    let smaller = wasm.with_extension("opt");
    step.say("wasm-opt -Oz");
    shell::run(
        Command::new(&tool)
            .args(["-Oz", "--all-features", "-o"])
            .arg(&smaller)
            .arg(wasm),
    )?;
    fs::rename(&smaller, wasm)?;
    Ok(())
}
