//! `cargo xtask lint` and `fmt`: everything that is judged without running the product.

use std::path::Path;

use anyhow::Result;

use crate::checks::Report;
use crate::paths::Paths;
use crate::setup::node::Node;
use crate::{deployment, e2e, invariants, setup, shell};

/// What is fuzzed: a workspace of its own, so nothing else compiles it.
const FUZZ: &str = "fuzz/Cargo.toml";

/// All lints with a table of their own.
pub(crate) fn lint(paths: &Paths) -> Result<()> {
    println!("Setting up");
    setup::for_building(paths)?;
    let deny = setup::for_linting(paths)?;
    let mut report = Report::default();
    stages(paths, &deny, &mut report)?;
    report.finish()
}

/// The stages, cheap ones first.
pub(crate) fn stages(paths: &Paths, deny: &Path, report: &mut Report) -> Result<()> {
    report.stage("format", || {
        cargo(paths, &["fmt", "--all", "--check"])?;
        cargo(paths, &["fmt", "--manifest-path", FUZZ, "--check"])?;
        Ok("rustfmt".to_owned())
    })?;
    report.stage("invariants", || invariants::check(paths))?;
    report.stage("deployment", || deployment::check(paths))?;
    match Node::find(paths).filter(|_| e2e::has_packages(paths)) {
        Some(node) => {
            report.stage("TypeScript", || e2e::types(paths, &node))?;
        }
        None => {
            println!("\nTypeScript is checked once `cargo xtask e2e` has installed its compiler.");
        }
    }
    report.stage("dependencies", || {
        // Those of other systems too, which nothing here has built.
        shell::fetch(paths.cargo().args(["fetch", "--locked"]))?;
        let mut command = std::process::Command::new(deny);
        command.current_dir(&paths.root);
        // The list of known advisories is fetched from outside the registries, so it is not asked.
        shell::run(
            command
                .args([
                    "--offline",
                    "--workspace",
                    "check",
                    "--hide-inclusion-graph",
                ])
                .args(["bans", "licenses", "sources"]),
        )?;
        Ok("licences, bans, sources".to_owned())
    })?;
    report.stage("clippy", || {
        cargo(
            paths,
            &[
                "clippy",
                "--workspace",
                "--exclude",
                "frontend",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ],
        )?;
        Ok("native code".to_owned())
    })?;
    report.stage("clippy for wasm", || {
        cargo(
            paths,
            &[
                "clippy",
                "--package",
                "frontend",
                "--package",
                "app",
                "--target",
                "wasm32-unknown-unknown",
                "--",
                "-D",
                "warnings",
            ],
        )?;
        Ok("browser code".to_owned())
    })?;
    report.stage("clippy for the fuzzer", || {
        cargo(
            paths,
            &[
                "clippy",
                "--locked",
                "--manifest-path",
                FUZZ,
                "--",
                "-D",
                "warnings",
            ],
        )?;
        Ok("a workspace of its own".to_owned())
    })?;
    Ok(())
}

/// Formats every crate.
pub(crate) fn format(paths: &Paths) -> Result<()> {
    setup::for_formatting(paths)?;
    cargo(paths, &["fmt", "--all"])?;
    cargo(paths, &["fmt", "--manifest-path", FUZZ])
}

fn cargo(paths: &Paths, words: &[&str]) -> Result<()> {
    let mut cargo = paths.cargo();
    shell::run(setup::with_tools(paths, cargo.args(words)))
}
