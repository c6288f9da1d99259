//! rustfmt and clippy, which rustup's minimal profile leaves out.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::paths::Paths;
use crate::shell;
use crate::steps::Step;

/// Components and the subcommands of cargo they bring.
const COMPONENTS: [(&str, &str); 2] = [("rustfmt", "fmt"), ("clippy", "clippy")];

/// Adds to the toolchain in use what it lacks.
pub(crate) fn provide(paths: &Paths, step: &Step) -> Result<String> {
    let missing = missing(paths);
    if missing.is_empty() {
        return Ok("installed".to_owned());
    }
    let by_hand = format!("rustup component add {}", missing.join(" "));
    let lacks = format!("this Rust lacks {}", missing.join(" and "));
    let rustup = shell::which("rustup").with_context(|| {
        format!("{lacks}, and it is not from rustup: install what is missing from where it is from")
    })?;
    step.say(&by_hand);
    shell::fetch(
        Command::new(rustup)
            .current_dir(&paths.root)
            .args(["component", "add"])
            .args(&missing),
    )
    .with_context(|| format!("{lacks}; with a network: {by_hand}"))?;
    Ok("added by rustup".to_owned())
}

fn missing(paths: &Paths) -> Vec<&'static str> {
    COMPONENTS
        .into_iter()
        .filter(|(_, subcommand)| {
            shell::output(paths.cargo().args([subcommand, "--version"])).is_err()
        })
        .map(|(component, _)| component)
        .collect()
}
