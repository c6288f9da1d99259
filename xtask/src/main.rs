//! The two commands a newcomer needs, `cargo xtask run` and `cargo xtask test`, and their parts.
//!
//! Everything here runs on a bare machine with Rust alone: what else is needed is looked for,
//! installed where that is possible, and named with its remedy where it is not.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its terminal"
)]

mod api;
mod bench;
mod checks;
mod deployment;
mod digest;
mod dist;
mod e2e;
mod emulated_aws;
mod fuzz;
mod interrupt;
mod invariants;
mod lint;
mod load;
mod model;
mod network;
mod paths;
mod postgres;
mod properties;
mod run;
mod server;
mod setup;
mod shell;
mod sqlx;
mod steps;
mod test;
mod web;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::paths::Paths;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Build, run and test SEVA Arogya"
)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what is missing
    Setup,
    /// Set up, build, start, and say where
    Run(run::Options),
    /// Check everything: lints, Rust tests, browser tests
    Test,
    /// rustfmt, clippy, cargo-deny and the rules of docs/architecture.md
    Lint,
    /// Format the code
    Fmt,
    /// The browser tests alone: here, and on AWS against emulators
    E2e(e2e::Options),
    /// The API against its own description alone
    Api,
    /// Take the pictures of docs/screens
    Screens,
    /// Measure speech, nlp, documents or all
    Bench(bench::Options),
    /// Look for inputs that break what reads files and texts from outside
    Fuzz(fuzz::Options),
    /// Measure the server under load, and print the table of docs/performance.md
    Load(load::Options),
    /// Start the development database in the background and print its DATABASE_URL
    Db {
        /// Stop it instead
        #[arg(long)]
        stop: bool,
    },
    /// Build the server and the site for another machine, into one folder
    Dist(dist::Options),
    /// Fetch the speech model into the cache and print its path
    Model {
        /// Copy it to this file as well
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Renew .sqlx, the committed description of every query
    Sqlx,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match interrupt::listen().and_then(|()| dispatch(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) if interrupt::requested() => {
            eprintln!("\nStopped.");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(task: Task) -> Result<()> {
    let paths = Paths::find()?;
    match task {
        Task::Setup => setup::for_testing(&paths).map(drop),
        Task::Run(options) => run::run(&paths, &options),
        Task::Test => test::test(&paths),
        Task::Lint => lint::lint(&paths),
        Task::Fmt => lint::format(&paths),
        Task::E2e(options) => e2e::run(&paths, &options),
        Task::Api => api::run(&paths),
        Task::Screens => e2e::screens(&paths),
        Task::Bench(options) => bench::run(&paths, &options),
        Task::Fuzz(options) => fuzz::run(&paths, &options),
        Task::Load(options) => load::run(&paths, &options),
        Task::Db { stop: true } => postgres::command::stop(&paths),
        Task::Db { stop: false } => postgres::command::start(&paths),
        Task::Dist(options) => dist::dist(&paths, &options),
        Task::Model { out } => dist::model(&paths, out.as_deref()),
        Task::Sqlx => sqlx::renew(&paths),
    }
}
