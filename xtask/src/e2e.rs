//! `cargo xtask e2e` and `screens`: a real server, a real browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::paths::Paths;
use crate::server::{self, Server};
use crate::setup::Browsing;
use crate::setup::node::Node;
use crate::test::TestDatabase;
use crate::{network, setup, shell, web};

/// Which browser tests.
#[derive(Args)]
pub(crate) struct Options {
    /// Handed to Playwright: a file, --project, --grep, --headed
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    playwright: Vec<String>,
}

/// Which build of the server the browser meets.
#[derive(Clone, Copy)]
pub(crate) enum ServerBuild {
    /// The one of `cargo xtask run`.
    OfRun,
    /// The one the Rust tests were compiled with.
    OfTheTests,
}

/// What the browser tests need.
pub(crate) struct Settings<'a> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) speech_model: &'a Path,
    pub(crate) browsing: &'a Browsing,
    pub(crate) server: ServerBuild,
}

/// Sets up and runs the browser tests.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let words: Vec<_> = options.playwright.iter().map(String::as_str).collect();
    with_setup(paths, &words)
}

/// Takes the pictures of docs/screens.
pub(crate) fn screens(paths: &Paths) -> Result<()> {
    with_setup(paths, &["--config", "playwright.screens.config.ts"])
}

fn with_setup(paths: &Paths, words: &[&str]) -> Result<()> {
    let base = setup::for_running(paths)?;
    let browsing = setup::for_browsing(paths)?;
    types(paths, &browsing.node)?;
    let database = TestDatabase::start(paths, base.postgres.as_ref())?;
    let settings = Settings {
        database: &database,
        speech_model: &base.speech_model,
        browsing: &browsing,
        server: ServerBuild::OfRun,
    };
    playwright(paths, &settings, words).map(drop)
}

/// Whether the npm packages are there, so that the types can be checked.
pub(crate) fn has_packages(paths: &Paths) -> bool {
    compiler(paths).is_file()
}

/// Checks the types of the browser tests, which Playwright itself does not look at.
pub(crate) fn types(paths: &Paths, node: &Node) -> Result<String> {
    let mut tsc = node.script(&compiler(paths));
    shell::run(tsc.arg("--noEmit").current_dir(paths.root.join("end2end")))?;
    Ok("tsc".to_owned())
}

fn compiler(paths: &Paths) -> PathBuf {
    paths.root.join("end2end/node_modules/typescript/bin/tsc")
}

/// Builds, starts a server with an empty database and no files, and runs Playwright against it.
pub(crate) fn playwright(paths: &Paths, settings: &Settings<'_>, words: &[&str]) -> Result<String> {
    let site = web::build(paths)?;
    let program = match settings.server {
        ServerBuild::OfRun => server::build(paths, false)?,
        ServerBuild::OfTheTests => build_with_tests(paths)?,
    };
    let site = site.finish()?;
    let data = paths.data().join("e2e");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    // Beside the folder, so that it is there to be read after a failure.
    let log = paths.data().join("e2e-server.log");
    let database_url = settings.database.create("seva_e2e")?;
    let server = Server::start(&server::Settings {
        program: &program,
        site: &site,
        port: network::free_port()?,
        database_url: &database_url,
        data: &data,
        speech_model: settings.speech_model,
        demo: true,
        log: Some(&log),
    })?;
    let folder = paths.root.join("end2end");
    let script = folder.join("node_modules/@playwright/test/cli.js");
    let mut playwright = settings.browsing.node.script(&script);
    playwright
        .arg("test")
        .args(words)
        .current_dir(folder)
        .env("SEVA_BASE_URL", server.url())
        .env(
            "PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH",
            &settings.browsing.chromium,
        );
    shell::run(&mut playwright)
        .with_context(|| format!("the server's log is {}", log.display()))?;
    Ok("Playwright".to_owned())
}

fn build_with_tests(paths: &Paths) -> Result<PathBuf> {
    let mut cargo = paths.cargo();
    // Selecting tests selects the features of the tests, hence the same dependencies.
    cargo.args([
        "build",
        "--workspace",
        "--exclude",
        "frontend",
        "--bin",
        "seva-server",
        "--tests",
    ]);
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok(paths.target.join("debug/seva-server"))
}
