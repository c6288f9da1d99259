//! Installing Debian packages, where this is Debian and we may.

use std::env;
use std::io::IsTerminal as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use crate::postgres::Programs;
use crate::shell;
use crate::steps::Step;

static UPDATED: AtomicBool = AtomicBool::new(false);

/// Installs packages; the failure says what the user can do by hand.
pub(crate) fn install(step: &Step, packages: &[&str]) -> Result<()> {
    let all = with_others(packages, missing()).join(" ");
    if shell::which("apt-get").is_none() {
        bail!("this is not Debian or Ubuntu; install what is called there: {all}");
    }
    let by_hand = format!("install by hand, as root: apt-get install {all}");
    let Some(prefix) = privilege() else {
        bail!("this is neither root nor has sudo; {by_hand}");
    };
    step.say(&format!("apt-get install {}", packages.join(" ")));
    // Package lists are often absent on a fresh machine and stale on an old one.
    let mut installed = apt(prefix, &install_words(packages));
    if installed.is_err() && !UPDATED.swap(true, Ordering::Relaxed) {
        installed = apt(prefix, &["update"]).and_then(|()| apt(prefix, &install_words(packages)));
    }
    installed.map_err(|error| error.context(by_hand))
}

/// What the other steps will ask for: whoever installs by hand wants to do it once.
fn missing() -> Vec<&'static str> {
    let has_database = env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty());
    [
        (shell::which("c++").is_some(), "g++"),
        (shell::which("make").is_some(), "make"),
        (has_database || Programs::find().is_some(), "postgresql"),
        (shell::which("python3").is_some(), "python3-pip"),
    ]
    .into_iter()
    .filter_map(|(there, package)| (!there).then_some(package))
    .collect()
}

fn with_others<'a>(wanted: &[&'a str], others: Vec<&'a str>) -> Vec<&'a str> {
    let mut all = wanted.to_vec();
    all.extend(others.into_iter().filter(|other| !wanted.contains(other)));
    all
}

fn install_words<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    ["install", "--yes", "--no-install-recommends"]
        .iter()
        .chain(packages)
        .copied()
        .collect()
}

fn apt(prefix: &[&str], words: &[&str]) -> Result<()> {
    let mut all = prefix
        .iter()
        .copied()
        .chain(["apt-get", "-o", "Dpkg::Use-Pty=0"]);
    let mut command = Command::new(all.next().unwrap_or("apt-get"));
    command
        .args(all)
        .args((!shell::is_watched()).then_some("-qq"))
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive");
    // sudo asks on the terminal itself.
    shell::fetch(&mut command)
}

/// What to put before `apt-get`; `None` if we may not.
fn privilege() -> Option<&'static [&'static str]> {
    if rustix::process::geteuid().is_root() {
        return Some(&[]);
    }
    shell::which("sudo")?;
    if std::io::stdin().is_terminal() {
        return Some(&["sudo"]);
    }
    let silent = Command::new("sudo")
        .args(["-n", "true"])
        .stderr(Stdio::null())
        .status();
    silent
        .is_ok_and(|status| status.success())
        .then_some(&["sudo", "-n"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_missing_is_named_once() {
        assert_eq!(
            with_others(&["g++", "make"], vec!["make", "postgresql"]),
            ["g++", "make", "postgresql"]
        );
    }
}
