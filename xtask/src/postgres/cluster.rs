//! A PostgreSQL cluster of this clone's own.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::account::Account;
use super::programs::Programs;
use crate::paths::Paths;
use crate::{network, shell};

const ROLE: &str = "seva";
/// Longer socket paths are refused by the kernel (108 bytes with the file's name).
const SOCKET_FOLDER_MAX: usize = 80;

/// What a crash of the machine may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// Nothing that was committed.
    Full,
    /// Everything: for tests, which start empty.
    None,
}

/// A cluster that answers. If this tool started it, dropping it stops it.
pub(crate) struct Cluster {
    programs: Programs,
    account: Account,
    home: PathBuf,
    port: u16,
    password: String,
    started_here: bool,
    /// Held for as long as nobody else may touch the cluster.
    _exclusive: Option<File>,
}

impl Cluster {
    /// The cluster under `home`, created and started if need be.
    pub(crate) fn start(programs: &Programs, home: &Path, durability: Durability) -> Result<Self> {
        let mut cluster = Self::at(programs, home)?;
        cluster.account.own_folder(&cluster.home)?;
        // Two of these tools at once must not start the same cluster twice.
        let _starting = lock(&cluster.home.with_added_extension("start.lock"))?;
        cluster.create_once()?;
        cluster.password = fs::read_to_string(cluster.password_file())
            .context("cannot read the database's password")?;
        match cluster.running_port() {
            Some(port) => cluster.port = port,
            None => cluster.boot(durability)?,
        }
        Ok(cluster)
    }

    /// An empty cluster for tests; what an earlier run left behind is stopped and removed.
    /// Another run of the tests is waited for.
    pub(crate) fn start_empty(programs: &Programs, home: &Path) -> Result<Self> {
        let place = reachable(Account::choose()?, home);
        fs::create_dir_all(place.parent().unwrap_or(Path::new("/")))?;
        let exclusive = lock(&place.with_added_extension("lock"))?;
        Self::stop_at(programs, home)?;
        if place.exists() {
            fs::remove_dir_all(&place)
                .with_context(|| format!("cannot clear {}", place.display()))?;
        }
        let mut cluster = Self::start(programs, home, Durability::None)?;
        cluster._exclusive = Some(exclusive);
        Ok(cluster)
    }

    /// Stops the cluster under `home`, whoever started it. False if it did not run.
    pub(crate) fn stop_at(programs: &Programs, home: &Path) -> Result<bool> {
        let mut cluster = Self::at(programs, home)?;
        if cluster.running_port().is_none() {
            return Ok(false);
        }
        cluster.stop()?;
        Ok(true)
    }

    fn at(programs: &Programs, home: &Path) -> Result<Self> {
        let account = Account::choose()?;
        Ok(Self {
            programs: programs.clone(),
            account,
            home: reachable(account, home),
            port: 0,
            password: String::new(),
            started_here: false,
            _exclusive: None,
        })
    }

    /// `postgres://…` of a database in this cluster.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://{ROLE}:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Leaves the cluster running when this tool ends.
    pub(crate) fn keep_running(&mut self) {
        self.started_here = false;
    }

    /// Creates a database unless it is there.
    pub(crate) fn ensure_database(&self, name: &str) -> Result<()> {
        let there = shell::output(
            self.psql("postgres")
                .args(["--tuples-only", "--no-align", "--command"])
                .arg(format!(
                    "SELECT 1 FROM pg_database WHERE datname = '{name}'"
                )),
        )?;
        if there.trim().is_empty() {
            shell::output(
                self.psql("postgres")
                    .arg("--command")
                    .arg(format!("CREATE DATABASE \"{name}\"")),
            )?;
        }
        Ok(())
    }

    /// Drops a database, with whoever is connected to it, and creates it empty.
    pub(crate) fn recreate_database(&self, name: &str) -> Result<()> {
        for statement in [
            format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"),
            format!("CREATE DATABASE \"{name}\""),
        ] {
            shell::output(self.psql("postgres").args(["--command", &statement]))?;
        }
        Ok(())
    }

    /// psql on one of the databases; stops at the first error.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut command = self.programs.command("psql");
        command
            .args([
                "--no-psqlrc",
                "--quiet",
                "--set",
                "ON_ERROR_STOP=1",
                "--host",
                "127.0.0.1",
            ])
            .args([
                "--port",
                &self.port.to_string(),
                "--username",
                ROLE,
                "--dbname",
                database,
            ])
            .env("PGPASSWORD", &self.password);
        command
    }

    fn create_once(&self) -> Result<()> {
        if self.files().join("PG_VERSION").exists() {
            return Ok(());
        }
        let password = self.password_file();
        fs::write(&password, "")?;
        self.account.own(&password, 0o600)?;
        fs::write(&password, random_hex()?)?;
        // What a broken earlier attempt left is of no use to anyone.
        if self.files().exists() {
            fs::remove_dir_all(self.files())?;
        }
        let mut initdb = self.programs.command("initdb");
        initdb
            .args([
                "--username",
                ROLE,
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--auth-host=scram-sha-256",
                "--auth-local=scram-sha-256",
            ])
            .arg("--pwfile")
            .arg(&password)
            .arg("--pgdata")
            .arg(self.files());
        shell::output(self.account.apply(&mut initdb))
            .context("cannot create the database cluster")?;
        Ok(())
    }

    fn boot(&mut self, durability: Durability) -> Result<()> {
        let mut failure = None;
        for _ in 0..3 {
            let port = self.choose_port()?;
            match self.boot_on(port, durability) {
                Ok(()) => {
                    self.port = port;
                    self.started_here = true;
                    fs::write(self.home.join("port"), port.to_string())?;
                    return Ok(());
                }
                // Somebody may have taken the port in between.
                Err(error) => failure = Some(error),
            }
        }
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        Err(failure
            .context("the database did not start")?
            .context(format!(
                "PostgreSQL did not start; its log {} ends:\n{}",
                self.log().display(),
                shell::tail(&log, 8)
            )))
    }

    fn boot_on(&self, port: u16, durability: Durability) -> Result<()> {
        let mut settings = vec![
            format!("-p {port}"),
            "-c listen_addresses=127.0.0.1".to_owned(),
            "-c max_connections=200".to_owned(),
            // A refused row would stand in the log, with the patient's name.
            "-c log_error_verbosity=terse".to_owned(),
            format!("-c unix_socket_directories={}", self.socket_folder()),
        ];
        if durability == Durability::None {
            settings.extend(
                ["fsync", "synchronous_commit", "full_page_writes"]
                    .map(|name| format!("-c {name}=off")),
            );
        }
        let mut pg_ctl = self.pg_ctl("start");
        pg_ctl.arg("--log").arg(self.log()).args([
            "--wait",
            "--timeout=60",
            "--options",
            &settings.join(" "),
        ]);
        // A daemon keeps the pipes it inherits, so its output must not be one that is waited for.
        pg_ctl
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        // A Ctrl-C must not leave a half-started server behind: it is started, then stopped.
        let status = shell::spawn_apart(&mut pg_ctl)?.wait()?;
        if !status.success() {
            bail!("pg_ctl start failed ({status})");
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        self.started_here = false;
        let mut pg_ctl = self.pg_ctl("stop");
        pg_ctl.args(["--mode=fast", "--wait", "--timeout=30", "--silent"]);
        let status = shell::spawn_apart(&mut pg_ctl)?.wait()?;
        if !status.success() {
            bail!("PostgreSQL did not stop; see {}", self.log().display());
        }
        Ok(())
    }

    /// The port, if this very cluster runs. A pid file left by a crash is removed.
    fn running_port(&self) -> Option<u16> {
        let pid_file = self.files().join("postmaster.pid");
        let text = fs::read_to_string(&pid_file).ok()?;
        let mut lines = text.lines();
        let pid = lines.next()?.trim();
        let port = lines.nth(2)?.trim().parse().ok()?;
        if is_postmaster(pid, &self.files()) {
            return Some(port);
        }
        // PostgreSQL itself refuses to start if the number now belongs to another process of the account.
        let _ = fs::remove_file(&pid_file);
        None
    }

    fn choose_port(&self) -> Result<u16> {
        let last = fs::read_to_string(self.home.join("port"))
            .ok()
            .and_then(|text| text.trim().parse().ok());
        match last.filter(|port| network::is_free(*port)) {
            Some(port) => Ok(port),
            None => network::free_port(),
        }
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut command = self.programs.command("pg_ctl");
        command.arg(action).arg("--pgdata").arg(self.files());
        self.account.apply(&mut command);
        command
    }

    fn files(&self) -> PathBuf {
        self.home.join("cluster")
    }

    fn log(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    fn password_file(&self) -> PathBuf {
        self.home.join("password")
    }

    /// Empty means no socket: the folder's name is too long or needs quoting.
    fn socket_folder(&self) -> String {
        let folder = self.home.to_string_lossy();
        let plain = folder
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        if plain && folder.len() <= SOCKET_FOLDER_MAX {
            folder.into_owned()
        } else {
            String::new()
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.started_here
            && let Err(error) = self.stop()
        {
            eprintln!("{error:#}");
        }
    }
}

/// `home`, or a place keyed by it when the account cannot get there.
fn reachable(account: Account, home: &Path) -> PathBuf {
    if account.can_reach(home) {
        return home.to_path_buf();
    }
    Path::new("/var/lib/seva-arogya").join(Paths::key(home))
}

/// Waits until this tool alone holds a lock file.
fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        println!("    waiting for another cargo xtask that uses this database");
        file.lock()
            .with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(file)
}

/// True if the process is the postmaster of these files, and not a stranger with a reused number.
fn is_postmaster(pid: &str, files: &Path) -> bool {
    let command_line = match fs::read(format!("/proc/{pid}/cmdline")) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).replace('\0', " "),
        Err(_) if Path::new("/proc/self").exists() => return false,
        Err(_) => {
            shell::output(Command::new("ps").args(["-o", "args=", "-p", pid])).unwrap_or_default()
        }
    };
    command_line.contains("postgres") && command_line.contains(&*files.to_string_lossy())
}

fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 24];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .context("no source of randomness")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
