//! Running other programs, so that a signal is noticed and a failure says what failed.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::interrupt;

const POLL: Duration = Duration::from_millis(20);

/// Runs a command with the terminal as it is; fails unless it exits with 0.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = status(command)?;
    if !status.success() {
        bail!("`{}` failed ({status})", describe(command));
    }
    Ok(())
}

/// Runs a command with the terminal as it is.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    interrupt::check()?;
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start `{}`", describe(command)))?;
    wait(&mut child)
}

/// Whether a person sees what programs say; nobody wants progress bars in a log.
pub(crate) fn is_watched() -> bool {
    io::stdout().is_terminal()
}

/// Runs a command that fetches something: a person sees how far it is, and elsewhere it is
/// silent unless it fails.
pub(crate) fn fetch(command: &mut Command) -> Result<()> {
    if is_watched() {
        run(command)
    } else {
        output(command).map(drop)
    }
}

/// Runs a command in silence and returns what it printed; its errors are part of the failure.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    interrupt::check()?;
    output_to_the_end(command)
}

/// Like [`output`], but also after Ctrl-C: for what puts things back in order.
pub(crate) fn output_to_the_end(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", describe(command)))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let stdout = String::from_utf8_lossy(&output.stdout);
        let said = if stderr.trim().is_empty() {
            stdout
        } else {
            stderr
        };
        bail!(
            "`{}` failed ({}): {}",
            describe(command),
            output.status,
            tail(&said, 12)
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Waits for a child; a signal to this tool is handed on to it.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::requested() {
            stop(child, Duration::from_secs(10));
            bail!("interrupted");
        }
        thread::sleep(POLL);
    }
}

/// Asks a child to end, and ends it if it does not within `patience`.
pub(crate) fn stop(child: &mut Child, patience: Duration) {
    if let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // It may have ended by itself a moment ago.
        let _ = kill_process(pid, Signal::TERM);
    }
    let asked = Instant::now();
    while asked.elapsed() < patience {
        if matches!(child.try_wait(), Ok(Some(_)) | Err(_)) {
            return;
        }
        thread::sleep(POLL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

/// Starts a child that the terminal's Ctrl-C does not reach, so that the order of stopping is ours.
pub(crate) fn spawn_apart(command: &mut Command) -> Result<Child> {
    command
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start `{}`", describe(command)))
}

/// The program's full path, if it is on PATH.
pub(crate) fn which(program: impl AsRef<Path>) -> Option<PathBuf> {
    let program = program.as_ref();
    env::split_paths(&env::var_os("PATH")?)
        .map(|dir| dir.join(program))
        .find(|path| path.is_file())
}

/// `cargo`, the one that started this tool.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // Cargo describes xtask to xtask; a nested cargo must not believe it is about itself.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Lets a command know nothing of this process's variables whose names begin so.
pub(crate) fn forget(command: &mut Command, prefixes: &[&str]) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
}

/// The command as one would type it; programs by name alone.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words: Vec<_> = std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    words.join(" ")
}

/// The last lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<_> = text.trim_end().lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}
