//! Installing Debian packages, where this is Debian and we may.

use std::io::IsTerminal as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};

use crate::shell;
use crate::steps::Step;

static UPDATED: AtomicBool = AtomicBool::new(false);

/// Installs packages; the failure says what the user can do by hand.
pub(crate) fn install(step: &Step, packages: &[&str]) -> Result<()> {
    let by_hand = format!(
        "install it yourself: apt-get install {}",
        packages.join(" ")
    );
    if shell::which("apt-get").is_none() {
        bail!(
            "this is not Debian or Ubuntu; install the equivalent of: {}",
            packages.join(" ")
        );
    }
    let Some(prefix) = privilege() else {
        bail!("neither root nor sudo; {by_hand}");
    };
    step.say(&format!("apt-get install {}", packages.join(" ")));
    // Package lists are often absent on a fresh machine and stale on an old one.
    let mut installed = apt(prefix, &install_words(packages));
    if installed.is_err() && !UPDATED.swap(true, Ordering::Relaxed) {
        installed = apt(prefix, &["update"]).and_then(|()| apt(prefix, &install_words(packages)));
    }
    installed.map_err(|error| error.context(by_hand))
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
        .chain(["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]);
    let mut command = Command::new(all.next().unwrap_or("apt-get"));
    command
        .args(all)
        .args(words)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(Stdio::null());
    shell::run(&mut command)
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
