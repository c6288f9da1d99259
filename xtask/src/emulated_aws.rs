//! AWS on this machine: a program of `crates/aws`, as a child of this tool.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use serde_json::Value;

use crate::{interrupt, shell};

const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// Running emulators, with all in them that a server needs; dropping it stops them.
pub(crate) struct EmulatedAws {
    child: Child,
    environment: BTreeMap<String, String>,
    holdings: String,
}

impl EmulatedAws {
    /// Starts them and returns once a server may use them. The database's credentials are
    /// among their secrets.
    pub(crate) fn start(program: &Path, emulators: &Path, database_url: &str) -> Result<Self> {
        let mut command = Command::new(program);
        // The user's own address of a service would come before the emulator's.
        shell::forget(&mut command, &["AWS_"]);
        command
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("SEVA_EMULATORS", emulators)
            .env("DATABASE_URL", database_url)
            // It ends when this tool does, however that ends.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut aws = Self {
            child: shell::spawn_apart(&mut command)?,
            environment: BTreeMap::new(),
            holdings: String::new(),
        };
        let output = aws.child.stdout.take().context("it has no output")?;
        let line = first_line(output)?;
        let said: Value = serde_json::from_str(&line)
            .context("the emulated AWS did not get ready; its last lines say why")?;
        let variables = said["environment"].as_object();
        let variables = variables.context("the emulated AWS named no variables")?;
        for (name, value) in variables {
            let value = value.as_str().context("a variable is no text")?;
            aws.environment.insert(name.clone(), value.to_owned());
        }
        aws.holdings = said["holdings"].as_str().unwrap_or_default().to_owned();
        Ok(aws)
    }

    /// What a server needs to use them.
    pub(crate) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Address of a JSON document that tells what they hold.
    pub(crate) fn holdings(&self) -> &str {
        &self.holdings
    }
}

/// Waits for it, unless this tool is told to stop.
fn first_line(output: impl Read + Send + 'static) -> Result<String> {
    let reading = thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map(|_| line)
    });
    while !reading.is_finished() {
        interrupt::check()?;
        thread::sleep(Duration::from_millis(50));
    }
    let line = reading.join().map_err(|_| anyhow!("the reader panicked"))?;
    Ok(line?)
}

impl Drop for EmulatedAws {
    fn drop(&mut self) {
        shell::stop(&mut self.child, STOP_PATIENCE);
    }
}
