//! The server under measurement: the built program, without a worker, in a process of
//! its own whose memory can be read.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::time::sleep;

/// What a server is started with.
pub(crate) struct Place<'a> {
    pub(crate) program: &'a str,
    /// Speech model: the server wants one, though nobody works here.
    pub(crate) model: &'a str,
    /// Address of the database.
    pub(crate) database: &'a str,
    /// Where its files are.
    pub(crate) home: &'a Path,
}

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts it and waits until it is ready. Nobody is slowed down by a limit.
    pub(crate) fn start(place: &Place<'_>) -> Result<Self> {
        let home = place.home;
        let mut child = Command::new(place.program)
            .args(["serve", "--role", "web"])
            .env_clear()
            .env("SEVA_PROFILE", "local")
            .env("SEVA_ADDR", "127.0.0.1:0")
            .env("DATABASE_URL", place.database)
            .env("SEVA_DATA_DIR", home)
            .env("SEVA_WHISPER_MODEL", place.model)
            .env("LEPTOS_SITE_ROOT", home.join("site"))
            .env("SEVA_DEMO", "1")
            .env("SEVA_REQUESTS_PER_USER", "0")
            .env("SEVA_REQUESTS_PER_ADDRESS", "0")
            .env("SEVA_SIGN_INS_PER_ADDRESS", "0")
            .env("SEVA_STREAMS_PER_USER", "0")
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(File::create(home.join("log"))?)
            .spawn()
            .with_context(|| format!("cannot start {}", place.program))?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(out).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("SEVA is ready at ")?.to_owned()));
        let server = Self {
            child,
            address: address.unwrap_or_default(),
        };
        if server.address.is_empty() {
            let log = fs::read_to_string(home.join("log"))?;
            anyhow::bail!("the server did not start:\n{log}");
        }
        // Whoever writes to a pipe nobody reads stops when it is full.
        thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// Memory it has once it has given back what it no longer needs, in kB. From here on
    /// the peak is that.
    pub(crate) async fn settled(&self) -> Result<u64> {
        sleep(Duration::from_secs(2)).await;
        let place = format!("/proc/{}/clear_refs", self.child.id());
        fs::write(&place, "5").with_context(|| place)?;
        self.status("VmRSS:")
    }

    /// The most it had since it was [`settled`](Self::settled), in kB.
    pub(crate) fn peak(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let value = line.and_then(|line| line.split_whitespace().next());
        Ok(value.context("Linux tells no memory")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
