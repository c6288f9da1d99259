//! What must be on the machine: looked for, installed where that can be done, and explained where not.

mod apt;
mod browser;
mod cargo_tools;
mod native;
pub(crate) mod optimiser;
pub(crate) mod python;
mod rust_src;
mod wasm_target;

use std::path::PathBuf;
use std::process::Command;
use std::{env, ffi::OsString};

use anyhow::{Context as _, Result};

pub(crate) use cargo_tools::Tool;

use crate::model;
use crate::paths::Paths;
use crate::postgres::Programs;
use crate::steps::{Step, step};

/// What a build and a start need.
pub(crate) struct Setup {
    /// `None` means that `DATABASE_URL` says where the database is.
    pub(crate) postgres: Option<Programs>,
    pub(crate) speech_model: PathBuf,
}

/// What the checks need besides.
pub(crate) struct TestSetup {
    pub(crate) base: Setup,
    pub(crate) chromium: PathBuf,
    pub(crate) nextest: Option<PathBuf>,
    pub(crate) deny: PathBuf,
}

/// Everything for `run`.
pub(crate) fn for_running(paths: &Paths) -> Result<Setup> {
    println!("Setting up");
    for_building(paths)?;
    let mut postgres = None;
    step("PostgreSQL", |step| {
        postgres = find_postgres(step)?;
        match &postgres {
            Some(programs) => Ok(format!(
                "{} in {}",
                programs.version()?,
                programs.folder().display()
            )),
            None => Ok("the one that DATABASE_URL names".to_owned()),
        }
    })?;
    let mut speech_model = PathBuf::new();
    step("speech model", |step| {
        speech_model = model::provide(paths, step)?;
        Ok(speech_model.display().to_string())
    })?;
    Ok(Setup {
        postgres,
        speech_model,
    })
}

/// Everything for `test`.
pub(crate) fn for_testing(paths: &Paths) -> Result<TestSetup> {
    let base = for_running(paths)?;
    let deny = for_linting(paths)?;
    let mut nextest = None;
    step("cargo-nextest", |step| {
        nextest = Tool::NEXTEST.provide(paths, step).ok();
        Ok(nextest
            .as_ref()
            .map_or("not here; cargo test does its work".to_owned(), |path| {
                path.display().to_string()
            }))
    })?;
    let chromium = for_browsing(paths)?;
    Ok(TestSetup {
        base,
        chromium,
        nextest,
        deny,
    })
}

/// cargo-deny; the rest of linting comes with Rust.
pub(crate) fn for_linting(paths: &Paths) -> Result<PathBuf> {
    let mut deny = None;
    step("cargo-deny", |step| {
        let path = Tool::DENY.provide(paths, step)?;
        let said = path.display().to_string();
        deny = Some(path);
        Ok(said)
    })?;
    deny.context("cargo-deny was not found")
}

/// Chromium and the npm packages of the browser tests. Returns Chromium's path.
pub(crate) fn for_browsing(paths: &Paths) -> Result<PathBuf> {
    let mut chromium = PathBuf::new();
    step("Chromium", |step| {
        chromium = browser::chromium(step)?;
        Ok(chromium.display().to_string())
    })?;
    step("npm packages", |step| browser::packages(paths, step))?;
    Ok(chromium)
}

/// The compilers.
pub(crate) fn for_building(paths: &Paths) -> Result<()> {
    step("WebAssembly", |step| wasm_target::provide(paths, step))?;
    step("C++ compiler", native::compiler)?;
    step("CMake", |step| native::cmake(paths, step))
}

/// Adds what set-up put into the cache to a command's PATH.
pub(crate) fn with_tools<'a>(paths: &Paths, command: &'a mut Command) -> &'a mut Command {
    let own = [
        paths.cache.join("python/bin"),
        paths.cache.join("cargo/bin"),
    ];
    let path = env::var_os("PATH").unwrap_or_default();
    // The user's own tools come first.
    let all: OsString = env::join_paths(env::split_paths(&path).chain(own)).unwrap_or(path);
    command.env("PATH", all)
}

fn find_postgres(step: &Step) -> Result<Option<Programs>> {
    if env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty()) {
        return Ok(None);
    }
    if let Some(programs) = Programs::find() {
        return Ok(Some(programs));
    }
    apt::install(step, &["postgresql"]).context(
        "PostgreSQL is needed; or set DATABASE_URL to a database of yours, such as postgres://user:password@host/seva",
    )?;
    Programs::require().map(Some)
}
