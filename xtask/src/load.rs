//! `cargo xtask load`: the server under load, as docs/performance.md describes it.

use std::env;

use anyhow::{Context as _, Result};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::paths::Paths;
use crate::postgres::{Cluster, Durability};
use crate::{server, setup, shell};

/// How long and how much.
#[derive(Args)]
pub(crate) struct Options {
    /// How long each kind of request is sent
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many dictations are stored
    #[arg(long, default_value_t = 100_000)]
    dictations: i32,
}

pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let setup = setup::for_running(paths)?;
    let program = server::build(paths, true)?;
    allow_many_connections()?;
    // Real durability: a sign-in is on the disk before it is answered.
    let home = paths.data().join("postgres-load");
    let cluster = match &setup.postgres {
        Some(programs) => Some(Cluster::start(programs, &home, Durability::Full)?),
        None => None,
    };
    let database_url = match &cluster {
        Some(cluster) => {
            cluster.ensure_database("seva_load")?;
            cluster.url("seva_load")
        }
        None => env::var("DATABASE_URL").context("DATABASE_URL is not set")?,
    };
    println!("\n{}\n", machine());
    let mut cargo = paths.cargo();
    cargo
        .args([
            "run",
            "--release",
            "--package",
            "seva-testkit",
            "--example",
            "load",
        ])
        .args(["--features", "contracts,emulators"])
        .env("DATABASE_URL", database_url)
        .env("SEVA_WHISPER_MODEL", &setup.speech_model)
        .env("SEVA_LOAD_SERVER", program)
        .env("SEVA_LOAD_SECONDS", options.seconds.to_string())
        .env("SEVA_LOAD_DICTATIONS", options.dictations.to_string());
    shell::run(setup::with_tools(paths, &mut cargo))
}

/// A thousand streams are a thousand open files, at either end.
fn allow_many_connections() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, most).context("the limit of open files can't be raised")
}

/// What the numbers were measured on.
fn machine() -> String {
    let read = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{cores} cores, {}, memory {}",
        read("/proc/cpuinfo", "model name"),
        read("/proc/meminfo", "MemTotal")
    )
}
