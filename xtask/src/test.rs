//! `cargo xtask test`: everything that must hold before a change lands.

use anyhow::{Context as _, Result};

use crate::api;
use crate::checks::Report;
use crate::e2e;
use crate::lint;
use crate::paths::Paths;
use crate::postgres::{Cluster, GivenServer, Programs};
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

fn rust_tests(paths: &Paths, setup: &TestSetup, database_url: &str) -> Result<String> {
    let mut cargo = paths.cargo();
    // The user's own address of a service would come before the emulator's.
    shell::forget(&mut cargo, &["AWS_ENDPOINT_URL"]);
    let runner = match &setup.nextest {
        Some(_) => {
            cargo.args(["nextest", "run", "--no-fail-fast"]);
            "cargo nextest"
        }
        None => {
            cargo.args([
                "test",
                "--no-fail-fast",
                "--lib",
                "--bins",
                "--tests",
                "--examples",
            ]);
            "cargo test"
        }
    };
    cargo
        .args(["--workspace", "--exclude", "frontend"])
        .env("DATABASE_URL", database_url)
        .env("SEVA_WHISPER_MODEL", &setup.base.speech_model)
        .env("SEVA_EMULATORS", &setup.emulators)
        .env("SEVA_FHIR_VALIDATOR", &setup.fhir);
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok(runner.to_owned())
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
