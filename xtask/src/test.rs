//! `cargo xtask test`: everything that must hold before a change lands.

use std::env;

use anyhow::{Context as _, Result};

use crate::checks::Report;
use crate::e2e;
use crate::lint;
use crate::paths::Paths;
use crate::postgres::{Cluster, Programs};
use crate::setup::{self, TestSetup};
use crate::shell;

/// Lints, Rust tests, then the browser tests; one table at the end.
pub(crate) fn test(paths: &Paths) -> Result<()> {
    let setup = setup::for_testing(paths)?;
    let mut report = Report::default();
    lint::stages(paths, &setup.deny, &mut report)?;

    let database = TestDatabase::start(paths, setup.base.postgres.as_ref())?;
    report.stage("Rust tests", || rust_tests(paths, &setup, &database))?;
    report.stage("doc tests", || doc_tests(paths, &setup, &database))?;
    let settings = e2e::Settings {
        database: &database,
        speech_model: &setup.base.speech_model,
        chromium: &setup.chromium,
        // The very build of the Rust tests: nothing is compiled twice.
        server: e2e::ServerBuild::OfTheTests,
    };
    report.stage("browser tests", || e2e::playwright(paths, &settings, &[]))?;
    drop(database);
    report.finish()
}

fn rust_tests(paths: &Paths, setup: &TestSetup, database: &TestDatabase) -> Result<String> {
    let mut cargo = paths.cargo();
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
        .env("DATABASE_URL", database.url("postgres"))
        .env("SEVA_WHISPER_MODEL", &setup.base.speech_model);
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok(runner.to_owned())
}

fn doc_tests(paths: &Paths, setup: &TestSetup, database: &TestDatabase) -> Result<String> {
    let mut cargo = paths.cargo();
    cargo
        .args(["test", "--doc", "--workspace", "--exclude", "frontend"])
        .env("DATABASE_URL", database.url("postgres"))
        .env("SEVA_WHISPER_MODEL", &setup.base.speech_model);
    shell::run(setup::with_tools(paths, &mut cargo))?;
    Ok("cargo test --doc".to_owned())
}

/// An empty cluster of the tests' own, or the server that `DATABASE_URL` names.
pub(crate) enum TestDatabase {
    Own(Cluster),
    Given(String),
}

impl TestDatabase {
    pub(crate) fn start(paths: &Paths, programs: Option<&Programs>) -> Result<Self> {
        match programs {
            Some(programs) => {
                Cluster::start_empty(programs, &paths.data().join("postgres-test")).map(Self::Own)
            }
            None => env::var("DATABASE_URL")
                .map(Self::Given)
                .context("DATABASE_URL is not set"),
        }
    }

    /// The URL of a database on it.
    pub(crate) fn url(&self, database: &str) -> String {
        match self {
            Self::Own(cluster) => cluster.url(database),
            Self::Given(url) => url.clone(),
        }
    }

    /// An empty database; the given server's own database is taken as it is.
    pub(crate) fn create(&self, database: &str) -> Result<String> {
        if let Self::Own(cluster) = self {
            cluster.recreate_database(database)?;
        }
        Ok(self.url(database))
    }
}
