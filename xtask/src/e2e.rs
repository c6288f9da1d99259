//! `cargo xtask e2e` and `screens`: a real server, a real browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::checks::Report;
use crate::emulated_aws::EmulatedAws;
use crate::paths::Paths;
use crate::server::{self, Family, Server};
use crate::setup::Browsing;
use crate::setup::node::Node;
use crate::steps::step;
use crate::test::TestDatabase;
use crate::web::Site;
use crate::{network, setup, shell, web};

/// Playwright's configuration for a server whose ports are on AWS.
const ON_AWS: &[&str] = &["--config", "playwright.aws.config.ts"];
/// The program of `crates/aws` that is AWS here.
const EMULATED_AWS: &str = "emulated_aws";

/// Which browser tests.
#[derive(Args)]
pub(crate) struct Options {
    /// Only those of end2end/aws: a server on AWS, against emulators
    #[arg(long)]
    aws: bool,
    /// Handed to Playwright: a file, --project, --grep, --headed. Then those of end2end/aws are
    /// run with --aws only
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    playwright: Vec<String>,
}

/// Which build of the server the browser meets.
#[derive(Clone, Copy)]
pub(crate) enum ServerBuild {
    /// The one of `cargo xtask run`.
    OfRun,
    /// The one the Rust tests were compiled with. The emulated AWS exists in this one only.
    OfTheTests,
}

/// What the browser tests need.
pub(crate) struct Settings<'a> {
    pub(crate) database: &'a TestDatabase,
    pub(crate) speech_model: &'a Path,
    pub(crate) browsing: &'a Browsing,
    pub(crate) server: ServerBuild,
}

/// What is set up for browser tests alone. The database goes when this does.
struct Ready {
    database: TestDatabase,
    speech_model: PathBuf,
    browsing: Browsing,
}

impl Ready {
    fn new(paths: &Paths) -> Result<Self> {
        let base = setup::for_running(paths)?;
        let browsing = setup::for_browsing(paths)?;
        types(paths, &browsing.node)?;
        Ok(Self {
            database: TestDatabase::start(paths, base.postgres.as_ref())?,
            speech_model: base.speech_model,
            browsing,
        })
    }

    fn settings(&self, server: ServerBuild) -> Settings<'_> {
        Settings {
            database: &self.database,
            speech_model: &self.speech_model,
            browsing: &self.browsing,
            server,
        }
    }
}

/// Sets up and runs the browser tests.
pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let words: Vec<_> = options.playwright.iter().map(String::as_str).collect();
    if !options.aws && !words.is_empty() {
        return here_alone(paths, &words);
    }
    let ready = Ready::new(paths)?;
    let emulators = setup::for_emulating(paths)?;
    let settings = ready.settings(ServerBuild::OfTheTests);
    if options.aws {
        return on_aws(paths, &settings, &emulators, &words).map(drop);
    }
    let mut report = Report::default();
    stages(paths, &settings, &emulators, &mut report)?;
    drop(ready);
    report.finish()
}

/// Takes the pictures of docs/screens.
pub(crate) fn screens(paths: &Paths) -> Result<()> {
    here_alone(paths, &["--config", "playwright.screens.config.ts"])
}

/// All browser tests, a stage for each family.
pub(crate) fn stages(
    paths: &Paths,
    settings: &Settings<'_>,
    emulators: &Path,
    report: &mut Report,
) -> Result<()> {
    report.stage("browser tests", || here(paths, settings, &[]))?;
    report.stage("browser tests, AWS", || {
        on_aws(paths, settings, emulators, &[])
    })?;
    Ok(())
}

fn here_alone(paths: &Paths, words: &[&str]) -> Result<()> {
    let ready = Ready::new(paths)?;
    here(paths, &ready.settings(ServerBuild::OfRun), words).map(drop)
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
fn here(paths: &Paths, settings: &Settings<'_>, words: &[&str]) -> Result<String> {
    let (program, site) = build(paths, settings.server)?;
    let database_url = settings.database.create("seva_e2e")?;
    let family = Family::Local {
        database_url: &database_url,
        speech_model: settings.speech_model,
        demo: true,
    };
    let (server, log) = start(paths, &program, &site, "e2e", family)?;
    let mut playwright = playwright(paths, settings.browsing, &server);
    shell::run(playwright.args(words)).with_context(|| log_is(&log))?;
    Ok("Playwright".to_owned())
}

/// The same with a server whose ports are all on AWS, which is on this machine too.
fn on_aws(
    paths: &Paths,
    settings: &Settings<'_>,
    emulators: &Path,
    words: &[&str],
) -> Result<String> {
    let (program, site) = build(paths, settings.server)?;
    let database_url = settings.database.create("seva_e2e_aws")?;
    let mut started = None;
    step("emulated AWS", |_| {
        let program = paths.target.join("debug/examples").join(EMULATED_AWS);
        started = Some(EmulatedAws::start(&program, emulators, &database_url)?);
        Ok("ready".to_owned())
    })?;
    let aws = started.context("the emulated AWS was not started")?;
    let family = Family::Aws(aws.environment());
    let (server, log) = start(paths, &program, &site, "e2e-aws", family)?;
    let mut playwright = playwright(paths, settings.browsing, &server);
    playwright
        .args(ON_AWS)
        .args(words)
        .env("SEVA_AWS_HOLDINGS", aws.holdings());
    shell::run(&mut playwright).with_context(|| log_is(&log))?;
    // What the emulators hold is needed until the server has ended.
    drop(server);
    Ok("Playwright".to_owned())
}

/// Starts a server with no files. Returns where its log is, too.
pub(crate) fn start(
    paths: &Paths,
    program: &Path,
    site: &Site,
    name: &str,
    family: Family<'_>,
) -> Result<(Server, PathBuf)> {
    let data = paths.data().join(name);
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    // Beside the folder, so that it is there to be read after a failure.
    let log = paths.data().join(format!("{name}-server.log"));
    let server = Server::start(&server::Settings {
        program,
        site,
        port: network::free_port()?,
        data: &data,
        family,
        log: Some(&log),
    })
    .with_context(|| log_is(&log))?;
    Ok((server, log))
}

/// Where to look after a failure.
pub(crate) fn log_is(log: &Path) -> String {
    format!("the server's log is {}", log.display())
}

/// Playwright against a server; what it shall run is still to be added.
fn playwright(paths: &Paths, browsing: &Browsing, server: &Server) -> std::process::Command {
    let folder = paths.root.join("end2end");
    let script = folder.join("node_modules/@playwright/test/cli.js");
    let mut playwright = browsing.node.script(&script);
    playwright
        .arg("test")
        .current_dir(folder)
        .env("SEVA_BASE_URL", server.url())
        .env("PLAYWRIGHT_CHROMIUM_EXECUTABLE_PATH", &browsing.chromium);
    playwright
}

/// The server and its site, both built.
pub(crate) fn build(paths: &Paths, server: ServerBuild) -> Result<(PathBuf, Site)> {
    let site = web::build(paths)?;
    let program = match server {
        ServerBuild::OfRun => server::build(paths, false)?,
        ServerBuild::OfTheTests => build_with_tests(paths)?,
    };
    Ok((program, site.finish()?))
}

fn build_with_tests(paths: &Paths) -> Result<PathBuf> {
    step("server", |step| {
        step.say("cargo build, as the tests are built");
        let mut cargo = paths.cargo();
        // Selecting an example selects the features of the tests, hence the same dependencies.
        cargo.args([
            "build",
            "--workspace",
            "--exclude",
            "frontend",
            "--bin",
            "seva-server",
            "--example",
            EMULATED_AWS,
        ]);
        shell::run(setup::with_tools(paths, &mut cargo))?;
        Ok("built".to_owned())
    })?;
    Ok(paths.target.join("debug/seva-server"))
}
