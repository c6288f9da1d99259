//! `cargo xtask run`: from a bare machine to a page that says "sign in".

use std::env;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::paths::Paths;
use crate::postgres::{Cluster, Durability, Programs, command::DATABASE};
use crate::server::{self, Family, Server, Settings};
use crate::steps::{duration, step};
use crate::{network, setup, web};

const DEFAULT_PORT: u16 = 3000;

/// How to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Port of 127.0.0.1; 3000 unless taken
    #[arg(long)]
    port: Option<u16>,
    /// Where database, files and secrets are kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Optimised: slower to build, faster to use
    #[arg(long)]
    release: bool,
}

pub(crate) fn run(paths: &Paths, options: &Options) -> Result<()> {
    let started = Instant::now();
    let data = match &options.data {
        Some(data) => env::current_dir()?.join(data),
        None => paths.data(),
    };
    let port = choose_port(options.port)?;
    let setup = setup::for_running(paths)?;

    println!("Building");
    let site = web::build(paths)?;
    let program = server::build(paths, options.release)?;
    let site = site.finish()?;

    println!("Starting");
    let database = Database::open(setup.postgres.as_ref(), &data)?;
    let mut server = None;
    step("server", |step| {
        step.say(&format!("port {port}, data in {}", data.display()));
        server = Some(Server::start(&Settings {
            program: &program,
            site: &site,
            port,
            data: &data,
            family: Family::Local {
                database_url: &database.url,
                speech_model: &setup.speech_model,
                demo: database.is_own(),
            },
            log: None,
        })?);
        Ok("answers".to_owned())
    })?;
    let mut server = server.context("the server was not started")?;

    // The server itself has said where it is and who may sign in.
    if !database.is_own() && server::own_demo().is_empty() {
        println!("\n{}", how_to_begin(&server.url()));
    }
    println!(
        "\nReady after {}. Ctrl-C stops it.",
        duration(started.elapsed())
    );
    let status = server.wait()?;
    bail!("the server ended by itself ({status})")
}

/// What takes the demo doctor's place in a database that may hold real patients.
fn how_to_begin(url: &str) -> String {
    format!(
        "No demo account is put into a database of yours. Register at {url}/register;\n\
         the code to confirm it arrives at {url}/dev/mailbox."
    )
}

/// The user's database, or a cluster that lives as long as this.
struct Database {
    url: String,
    cluster: Option<Cluster>,
}

impl Database {
    fn is_own(&self) -> bool {
        self.cluster.is_some()
    }

    fn open(programs: Option<&Programs>, data: &std::path::Path) -> Result<Self> {
        let Some(programs) = programs else {
            let url = env::var("DATABASE_URL").context("DATABASE_URL is not set")?;
            step("database", |_| {
                Ok("the one of DATABASE_URL; the server brings its schema up to date".to_owned())
            })?;
            return Ok(Self { url, cluster: None });
        };
        let mut open = None;
        step("database", |_| {
            let cluster = Cluster::start(programs, &data.join("postgres"), Durability::Full)?;
            cluster.ensure_database(DATABASE)?;
            let said = format!("port {}", cluster.port());
            open = Some(cluster);
            Ok(said)
        })?;
        let cluster = open.context("the database was not started")?;
        Ok(Self {
            url: cluster.url(DATABASE),
            cluster: Some(cluster),
        })
    }
}

/// The wanted port, or the first free one from 3000 on.
fn choose_port(wanted: Option<u16>) -> Result<u16> {
    if let Some(port) = wanted {
        if port != 0 && !network::is_free(port) {
            bail!(
                "port {port} is taken; choose another with --port, or leave it out for the next free one"
            );
        }
        return if port == 0 {
            network::free_port()
        } else {
            Ok(port)
        };
    }
    match (DEFAULT_PORT..DEFAULT_PORT + 100).find(|port| network::is_free(*port)) {
        Some(port) => Ok(port),
        None => network::free_port(),
    }
}
