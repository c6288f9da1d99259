//! Finding `initdb`, `pg_ctl` and `psql`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::setup::apt;
use crate::shell;
use crate::steps::Step;

const NEEDED: [&str; 3] = ["initdb", "pg_ctl", "psql"];

/// A folder that holds PostgreSQL's own programs.
#[derive(Debug, Clone)]
pub(crate) struct Programs {
    bin: PathBuf,
}

impl Programs {
    /// Looks where PATH leads and where Debian, Fedora and Homebrew put them; newest first.
    pub(crate) fn find() -> Option<Self> {
        let on_path = shell::which("initdb")
            .and_then(|initdb| fs::canonicalize(initdb).ok())
            .and_then(|initdb| initdb.parent().map(Path::to_path_buf));
        on_path
            .into_iter()
            .chain(installed())
            .find(|bin| is_complete(bin))
            .map(|bin| Self { bin })
    }

    pub(crate) fn require() -> Result<Self> {
        match Self::find() {
            Some(programs) => Ok(programs),
            None => bail!(
                "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql; \
                 macOS: brew install postgresql), or set DATABASE_URL to a database of yours"
            ),
        }
    }

    /// A command for one of the programs.
    pub(crate) fn command(&self, program: &str) -> Command {
        Command::new(self.bin.join(program))
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.bin
    }

    /// Such as `15.18`.
    pub(crate) fn version(&self) -> Result<String> {
        let said = shell::output(self.command("psql").arg("--version"))?;
        said.split_whitespace()
            .nth(2)
            .map(str::to_owned)
            .context("psql does not say its version")
    }
}

/// `psql` alone, which is enough for a server that runs elsewhere.
pub(crate) fn client(step: &Step) -> Result<PathBuf> {
    let find =
        || shell::which("psql").or_else(|| Programs::find().map(|found| found.bin.join("psql")));
    if let Some(found) = find() {
        return Ok(found);
    }
    apt::install(step, &["postgresql-client"])
        .context("psql is needed to make databases for tests on the server of DATABASE_URL")?;
    find().context("psql is not on PATH")
}

fn is_complete(bin: &Path) -> bool {
    NEEDED.iter().all(|program| bin.join(program).is_file())
}

fn installed() -> Vec<PathBuf> {
    let parents = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let mut found: Vec<(u32, PathBuf)> = parents
        .iter()
        .filter_map(|parent| fs::read_dir(parent).ok())
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let name = name.to_str()?;
            let version = name
                .strip_prefix("postgresql@")
                .unwrap_or(name)
                .parse()
                .ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found
        .into_iter()
        .map(|(_, bin)| bin)
        .chain(["/usr/pgsql/bin".into(), "/usr/local/pgsql/bin".into()])
        .collect()
}
