//! `cargo xtask test`: everything that must hold before a change lands.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::api;
use crate::checks::Report;
use crate::e2e;
use crate::lint;
use crate::paths::Paths;
use crate::postgres::{Cluster, GivenServer, Programs};
use crate::properties::{self, Listed};
use crate::setup::{self, TestSetup};
use crate::shell;
use crate::steps::step;

/// Lints, Rust tests, the API against its description, then the browser tests; one table at the end.
pub(crate) fn test(paths: &Paths) -> Result<()> {
    let setup = setup::for_testing(paths)?;
    let mut report = Report::default();
    lint::stages(paths, &setup.deny, &mut report)?;

    let database = TestDatabase::start(paths, setup.base.postgres.as_ref())?;
    // The tests make their databases from there.
    let home = database.create("seva_tests")?;
    report.stage("Rust tests", || rust_tests(paths, &setup, &home))?;
    report.stage("doc tests", || doc_tests(paths, &setup, &home))?;
    let api = api::Settings {
        database: &database,
        speech_model: &setup.base.speech_model,
        schemathesis: &setup.schemathesis,
        server: e2e::ServerBuild::OfTheTests,
    };
    report.stage("API against its description", || api::stage(paths, &api))?;
    let settings = e2e::Settings {
        database: &database,
        speech_model: &setup.base.speech_model,
        browsing: &setup.browsing,
        // The very build of the Rust tests: nothing is compiled twice.
        server: e2e::ServerBuild::OfTheTests,
    };
    e2e::stages(paths, &settings, &setup.emulators, &mut report)?;
    drop(database);
    report.finish()
}

/// What nextest runs, in cargo's own words: everything but the tests of the documentation.
const PROGRAMS: [&str; 5] = ["test", "--lib", "--bins", "--tests", "--examples"];

fn rust_tests(paths: &Paths, setup: &TestSetup, database_url: &str) -> Result<String> {
    let command = |verb: &[&str], end: &[&str]| {
        let mut cargo = paths.cargo();
        // The user's own address of a service would come before the emulator's.
        shell::forget(&mut cargo, &["AWS_ENDPOINT_URL"]);
        cargo
            .args(verb)
            .args(["--workspace", "--exclude", "frontend"])
            .args(end)
            .env("DATABASE_URL", database_url)
            .env("SEVA_WHISPER_MODEL", &setup.base.speech_model)
            .env("SEVA_EMULATORS", &setup.emulators)
            .env("SEVA_FHIR_VALIDATOR", &setup.fhir);
        setup::with_tools(paths, &mut cargo);
        cargo
    };
    let (runner, listed) = if setup.nextest.is_some() {
        shell::run(&mut command(&["nextest", "run", "--no-fail-fast"], &[]))?;
        let list = ["nextest", "list", "--message-format", "json"];
        let list = shell::output(&mut command(&list, &[]))?;
        ("cargo nextest", properties::listed_by_nextest(&list)?)
    } else {
        shell::run(&mut command(&PROGRAMS, &["--no-fail-fast"]))?;
        let list = shell::output(&mut command(&PROGRAMS, &["--", "--list"]))?;
        ("cargo test", properties::listed_by_cargo(&list))
    };
    promises_ran(paths, &listed)?;
    Ok(format!("{runner}; each of the 49 promises ran"))
}

/// The run left nothing out, so what is listed ran.
fn promises_ran(paths: &Paths, listed: &[Listed]) -> Result<()> {
    let page = fs::read_to_string(paths.root.join("docs/properties.md"))?;
    let missing = properties::not_run(&page, listed);
    if !missing.is_empty() {
        bail!(
            "docs/properties.md names what did not run:\n  {}",
            missing.join("\n  ")
        );
    }
    Ok(())
}

fn doc_tests(paths: &Paths, setup: &TestSetup, database_url: &str) -> Result<String> {
    let mut cargo = paths.cargo();
    cargo
        .args(["test", "--doc", "--workspace", "--exclude", "frontend"])
        .env("DATABASE_URL", database_url)
        .env("SEVA_WHISPER_MODEL", &setup.base.speech_model);
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok("cargo test --doc".to_owned())
}

/// An empty cluster of the tests' own, or databases of their own on the server that
/// `DATABASE_URL` names. Never the database of that address.
pub(crate) enum TestDatabase {
    Own(Cluster),
    Given(GivenServer),
}

impl TestDatabase {
    pub(crate) fn start(paths: &Paths, programs: Option<&Programs>) -> Result<Self> {
        if let Some(programs) = programs {
            let home = paths.data().join("postgres-test");
            return Cluster::start_empty(programs, &home).map(Self::Own);
        }
        let mut given = None;
        step("test databases", |step| {
            given = Some(GivenServer::of_environment(step)?);
            Ok("on the server of DATABASE_URL; they go at the end".to_owned())
        })?;
        given.map(Self::Given).context("no server was found")
    }

    /// An empty database that goes when this does. Returns its address.
    pub(crate) fn create(&self, name: &str) -> Result<String> {
        match self {
            Self::Own(cluster) => {
                cluster.recreate_database(name)?;
                Ok(cluster.url(name))
            }
            Self::Given(server) => server.create(name),
        }
    }
}
