//! What deploys SEVA: that it is formatted, and that it configures what there is to configure.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::paths::Paths;
use crate::shell;

/// What tells a server its configuration.
const FILES: [&str; 3] = ["infra/environment.tf", "compose.yaml", "Dockerfile"];
/// Where every variable is explained.
const REFERENCE: &str = "docs/configuration.md";

pub(crate) fn check(paths: &Paths) -> Result<String> {
    let reference = read(paths, REFERENCE)?;
    for file in FILES {
        let text = read(paths, file)?;
        let unknown = unknown(&text, &reference);
        ensure!(
            unknown.is_empty(),
            "{file} sets what {REFERENCE} does not explain: {}",
            unknown.join(", ")
        );
    }
    let Some(terraform) = shell::which("terraform") else {
        return Ok("variables; terraform is not here, so its format was not checked".to_owned());
    };
    let mut command = Command::new(terraform);
    command
        .args(["fmt", "-check", "-diff", "-recursive", "infra"])
        .env("CHECKPOINT_DISABLE", "1")
        // Formatting needs nothing of the user's.
        .env_remove("TF_CLI_CONFIG_FILE")
        .current_dir(&paths.root);
    shell::run(&mut command).context("`terraform fmt -recursive infra` mends it")?;
    Ok("variables, terraform fmt".to_owned())
}

fn read(paths: &Paths, file: &str) -> Result<String> {
    fs::read_to_string(paths.root.join(file)).with_context(|| format!("cannot read {file}"))
}

/// Variables of the server that a text names and the reference does not.
fn unknown<'a>(text: &'a str, reference: &'a str) -> Vec<&'a str> {
    let known: BTreeSet<_> = words(reference).collect();
    let named: BTreeSet<_> = words(text).filter(|word| is_ours(word)).collect();
    named.difference(&known).copied().collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

fn is_ours(word: &str) -> bool {
    let is_name = |word: &str| word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    (word.starts_with("SEVA_") || word.starts_with("LEPTOS_")) && is_name(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_that_is_explained_nowhere_is_told() {
        let reference = "| `SEVA_ADDR` | `127.0.0.1:3000` |\n`LEPTOS_SITE_ROOT`";
        let text = "SEVA_ADDR = \"x\"\nSEVA_ADR: y\nENV LEPTOS_SITE_ROOT=/site PGHOST=a SEVA_ADR=b";
        assert_eq!(unknown(text, reference), ["SEVA_ADR"]);
    }
}
