//! The product's server as a child of this tool.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::paths::Paths;
use crate::steps::step;
use crate::web::Site;
use crate::{interrupt, setup, shell};

const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// The first start creates the demo's data.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// What a server is started with.
pub(crate) struct Settings<'a> {
    pub(crate) program: &'a Path,
    pub(crate) site: &'a Site,
    pub(crate) port: u16,
    /// Files, secrets, mailbox, uploads under way.
    pub(crate) data: &'a Path,
    pub(crate) family: Family<'a>,
    /// Where its log goes; to the terminal without.
    pub(crate) log: Option<&'a Path>,
}

/// Who does what the server does not do itself.
pub(crate) enum Family<'a> {
    /// This machine.
    Local {
        database_url: &'a str,
        speech_model: &'a Path,
        /// Whether the demo doctor shall exist; else only if the user's own `SEVA_DEMO` says so.
        demo: bool,
    },
    /// AWS, as these variables describe it.
    Aws(&'a BTreeMap<String, String>),
}

impl Family<'_> {
    fn describe_to(&self, server: &mut Command) {
        match *self {
            Self::Local {
                database_url,
                speech_model,
                demo,
            } => {
                let demo = if demo { "1".into() } else { own_demo() };
                server
                    .env("SEVA_PROFILE", "local")
                    .env("SEVA_DEMO", demo)
                    .env("SEVA_WHISPER_MODEL", speech_model)
                    .env("DATABASE_URL", database_url);
            }
            Self::Aws(variables) => {
                // Nothing of the user's own: neither variables nor a file `.env`, which the
                // server would look for from the clone upwards.
                shell::forget(server, &["AWS_", "SEVA_", "DATABASE_URL"]);
                server.envs(variables).current_dir("/");
            }
        }
    }
}

/// A running server; dropping it stops it.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts it and returns once it answers on `/health`.
    pub(crate) fn start(settings: &Settings<'_>) -> Result<Self> {
        std::fs::create_dir_all(settings.data)?;
        let address = format!("127.0.0.1:{}", settings.port);
        let mut command = Command::new(settings.program);
        command.current_dir(settings.data);
        settings.family.describe_to(&mut command);
        command
            .env("SEVA_ADDR", &address)
            .env("SEVA_BASE_URL", format!("http://{address}"))
            .env("SEVA_DATA_DIR", settings.data)
            .env("LEPTOS_SITE_ADDR", &address);
        if let Some(log) = settings.log {
            command.stderr(std::fs::File::create(log)?);
        }
        settings.site.describe_to(&mut command);
        let mut server = Self {
            child: shell::spawn_apart(&mut command)?,
            port: settings.port,
        };
        server.wait_until_healthy()?;
        Ok(server)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until it ends by itself or a signal asks for it.
    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        shell::wait(&mut self.child)
    }

    fn wait_until_healthy(&mut self) -> Result<()> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended before it was ready ({status}); its last lines say why");
            }
            if is_healthy(self.port) {
                return Ok(());
            }
            if started.elapsed() > START_PATIENCE {
                bail!(
                    "the server did not answer on /health within {} s",
                    START_PATIENCE.as_secs()
                );
            }
            interrupt::check()?;
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        shell::stop(&mut self.child, STOP_PATIENCE);
    }
}

/// Compiles the server and returns its path.
pub(crate) fn build(paths: &Paths, release: bool) -> Result<PathBuf> {
    compile(paths, release, &mut paths.cargo())
}

/// Compiles it for other machines than this one and returns its path.
pub(crate) fn build_portable(paths: &Paths) -> Result<PathBuf> {
    // Cargo does not notice what whisper.cpp is told by the environment: a folder of its own.
    let apart = Paths {
        target: paths.target.join("portable"),
        ..paths.clone()
    };
    let mut cargo = apart.cargo();
    cargo
        .env("GGML_NATIVE", "OFF")
        // whisper.cpp takes it for a wish for the oldest processor.
        .env_remove("SOURCE_DATE_EPOCH");
    compile(&apart, true, &mut cargo)
}

fn compile(paths: &Paths, release: bool, cargo: &mut Command) -> Result<PathBuf> {
    step("server", |step| {
        step.say(if release {
            "cargo build -p server --release"
        } else {
            "cargo build -p server"
        });
        cargo.args(["build", "--package", "server", "--bin", "seva-server"]);
        if release {
            cargo.arg("--release");
        }
        shell::run(setup::with_tools(paths, cargo))?;
        Ok("built".to_owned())
    })?;
    Ok(paths
        .target
        .join(if release { "release" } else { "debug" })
        .join("seva-server"))
}

/// The user's `SEVA_DEMO`. Empty is said as well: a file `.env` would answer what is not set.
pub(crate) fn own_demo() -> OsString {
    env::var_os("SEVA_DEMO").unwrap_or_default()
}

fn is_healthy(port: u16) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream
            .write_all(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        let mut status = [0_u8; 12];
        stream.read_exact(&mut status)?;
        Ok(status.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}
