//! What must be on the machine: looked for, installed where that can be done, and explained where not.

pub(crate) mod apt;
mod browser;
mod cargo_tools;
mod components;
mod environment;
mod native;
pub(crate) mod node;
pub(crate) mod python;
mod rust_src;
mod wasm_target;
mod wheel;

use std::path::PathBuf;
use std::process::Command;
use std::{env, ffi::OsString};

use anyhow::{Context as _, Result};

use cargo_tools::Tool;
use environment::Environment;
use node::Node;
use wheel::Wheel;

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
    pub(crate) browsing: Browsing,
    pub(crate) nextest: Option<PathBuf>,
    pub(crate) deny: PathBuf,
    /// A Python environment with servers that speak AWS's protocols.
    pub(crate) emulators: PathBuf,
    /// Python modules that validate FHIR.
    pub(crate) fhir: PathBuf,
    /// A Python environment that makes requests from a description of an API.
    pub(crate) schemathesis: PathBuf,
}

/// What the tests of the pages need.
pub(crate) struct Browsing {
    pub(crate) chromium: PathBuf,
    pub(crate) node: Node,
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
    let emulators = for_emulating(paths)?;
    step("FHIR validator", |step| {
        Wheel::FHIR.provide(paths, step)?;
        Ok(Wheel::FHIR.folder(paths).display().to_string())
    })?;
    let mut schemathesis = PathBuf::new();
    step("schemathesis", |step| {
        schemathesis = Environment::SCHEMATHESIS.provide(paths, step)?;
        Ok(schemathesis.display().to_string())
    })?;
    let browsing = for_browsing(paths)?;
    Ok(TestSetup {
        base,
        browsing,
        nextest,
        deny,
        emulators,
        fhir: Wheel::FHIR.folder(paths),
        schemathesis,
    })
}

/// rustfmt and clippy.
pub(crate) fn for_formatting(paths: &Paths) -> Result<()> {
    step("rustfmt, clippy", |step| components::provide(paths, step))
}

/// The judges of the code. Returns cargo-deny's path.
pub(crate) fn for_linting(paths: &Paths) -> Result<PathBuf> {
    for_formatting(paths)?;
    let mut deny = None;
    step("cargo-deny", |step| {
        let path = Tool::DENY.provide(paths, step)?;
        let said = path.display().to_string();
        deny = Some(path);
        Ok(said)
    })?;
    deny.context("cargo-deny was not found")
}

/// Servers that speak AWS's protocols. Returns where they are.
pub(crate) fn for_emulating(paths: &Paths) -> Result<PathBuf> {
    let mut emulators = PathBuf::new();
    step("AWS emulators", |step| {
        emulators = Environment::EMULATORS.provide(paths, step)?;
        Ok(emulators.display().to_string())
    })?;
    Ok(emulators)
}

/// Extractors to measure SEVA's beside. Returns the Python that has them.
pub(crate) fn for_language_peers(paths: &Paths) -> Result<PathBuf> {
    let mut folder = PathBuf::new();
    step("language peers", |step| {
        folder = Environment::LANGUAGE_PEERS.provide(paths, step)?;
        Ok(folder.display().to_string())
    })?;
    Ok(folder.join("bin/python"))
}

/// faster-whisper, for measuring side by side. Returns where it is.
pub(crate) fn for_comparing_speech(paths: &Paths) -> Result<PathBuf> {
    let mut folder = PathBuf::new();
    step("faster-whisper", |step| {
        folder = Environment::BENCH_SPEECH.provide(paths, step)?;
        Ok(folder.display().to_string())
    })?;
    Ok(folder)
}

/// Chromium, Node.js and the npm packages.
pub(crate) fn for_browsing(paths: &Paths) -> Result<Browsing> {
    let mut chromium = PathBuf::new();
    step("Chromium", |step| {
        chromium = browser::chromium(step)?;
        Ok(chromium.display().to_string())
    })?;
    let mut node = None;
    step("Node.js", |step| {
        let found = Node::provide(paths, step)?;
        let said = found.describe();
        node = Some(found);
        Ok(said)
    })?;
    let node = node.context("Node.js was not found")?;
    step("npm packages", |step| browser::packages(paths, &node, step))?;
    Ok(Browsing { chromium, node })
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
        Wheel::CMAKE.programs(paths),
        Wheel::CARGO_NEXTEST.programs(paths),
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
