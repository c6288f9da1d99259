//! The rules of docs/architecture.md that a compiler does not know.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::paths::Paths;
use crate::{properties, shell};

const FILE_LINES_WISHED: usize = 400;
const FILE_LINES_MAX: usize = 430;

/// A breach: where, and which rule.
#[derive(Debug, PartialEq, Eq)]
struct Breach(String);

/// Checks them all; the failure lists every breach.
pub(crate) fn check(paths: &Paths) -> Result<String> {
    let sources = sources(&paths.root)?;
    let mut breaches = browser_tree(paths)?;
    breaches.extend(manifests(paths)?);
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        breaches.extend(words(source));
    }
    breaches.extend(lengths(&sources));
    breaches.extend(promises(paths, &sources)?);
    for Breach(breach) in &breaches {
        println!("{breach}");
    }
    if !breaches.is_empty() {
        bail!(
            "{} breaches of the rules in docs/architecture.md",
            breaches.len()
        );
    }
    Ok(format!("{} files", sources.len()))
}

/// Each of the promises of docs/properties.md has its test.
fn promises(paths: &Paths, sources: &[Source]) -> Result<Vec<Breach>> {
    let page = fs::read_to_string(paths.root.join("docs/properties.md"))
        .context("docs/properties.md can't be read")?;
    let texts: Vec<_> = sources
        .iter()
        // It has functions of that name in texts of its own tests.
        .filter(|source| source.path != "xtask/src/properties.rs")
        .map(|source| (source.path.as_str(), source.text.as_str()))
        .collect();
    let breaches = properties::breaches(&page, &texts);
    Ok(breaches.into_iter().map(Breach).collect())
}

/// Nothing of the server may reach the browser.
fn browser_tree(paths: &Paths) -> Result<Vec<Breach>> {
    let tree = shell::output(paths.cargo().args([
        "tree",
        "--package",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let names: BTreeSet<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    if !names.contains("frontend") {
        bail!("cargo tree does not name frontend");
    }
    Ok(names
        .into_iter()
        .filter(|name| is_server_only(name))
        .map(|name| {
            Breach(format!(
                "frontend depends on {name}, which belongs to the server"
            ))
        })
        .collect())
}

fn is_server_only(package: &str) -> bool {
    ["tokio", "axum", "seva-store", "seva-services"].contains(&package)
        || package.starts_with("sqlx")
        || package.starts_with("aws-")
}

/// One crate knows PostgreSQL, one knows AWS.
fn manifests(paths: &Paths) -> Result<Vec<Breach>> {
    let metadata =
        shell::output(
            paths
                .cargo()
                .args(["metadata", "--format-version", "1", "--no-deps"]),
        )?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"]
        .as_array()
        .context("cargo metadata names no packages")?;
    Ok(packages.iter().flat_map(manifest).collect())
}

fn manifest(package: &Value) -> Vec<Breach> {
    let name = package["name"].as_str().unwrap_or_default();
    let dependencies = package["dependencies"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str())
        .filter_map(|dependency| {
            let owner = if dependency.starts_with("aws-") {
                "seva-aws"
            } else {
                return sqlx_owner(name, dependency);
            };
            (name != owner)
                .then(|| Breach(format!("{name} depends on {dependency}; only {owner} may")))
        })
        .collect()
}

/// The store speaks SQL; the test kit creates databases and the server holds the pool.
fn sqlx_owner(name: &str, dependency: &str) -> Option<Breach> {
    let allowed = ["seva-store", "seva-testkit"].contains(&name);
    (dependency == "sqlx" && !allowed)
        .then(|| Breach(format!("{name} depends on sqlx; only seva-store may")))
}

struct Source {
    /// Relative to the clone, with `/`.
    path: String,
    text: String,
}

/// A word that may stand only in some places.
struct Rule {
    words: &'static [&'static str],
    allowed: &'static [&'static str],
    reason: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        words: &["sqlx::query", "query_as!(", "query_scalar!(", "query!("],
        allowed: &["crates/store/", "crates/testkit/", "xtask/"],
        reason: "only seva-store contains SQL",
    },
    Rule {
        words: &["seva_local", "seva_aws"],
        allowed: &[
            "server/src/wiring.rs",
            "crates/local/",
            "crates/aws/",
            "crates/testkit/",
            "xtask/",
        ],
        reason: "only server/src/wiring.rs decides between providers",
    },
    Rule {
        words: &["seva_store", "sqlx::"],
        allowed: &[
            "crates/store/",
            "crates/services/",
            "crates/local/",
            "crates/aws/",
            "crates/testkit/",
            "server/",
            "xtask/",
        ],
        reason: "pages and server functions call services, never the store",
    },
];

fn words(source: &Source) -> Vec<Breach> {
    // Tests look at rows and pick providers to see what the product did.
    if source.path.contains("/tests/") || source.path.ends_with("tests.rs") {
        return Vec::new();
    }
    let rules: Vec<_> = RULES
        .iter()
        .filter(|rule| {
            !rule
                .allowed
                .iter()
                .any(|place| source.path.starts_with(place))
        })
        .collect();
    let code = source
        .text
        .lines()
        .zip(1..)
        .filter(|(line, _)| !line.trim_start().starts_with("//"));
    code.flat_map(|(line, number)| {
        rules.iter().filter_map(move |rule| {
            let word = rule.words.iter().find(|word| line.contains(*word))?;
            Some(Breach(format!(
                "{}:{number}: `{word}`: {}",
                source.path, rule.reason
            )))
        })
    })
    .collect()
}

/// Long files are named; far too long ones are a breach.
fn lengths(sources: &[Source]) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for source in sources {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            breaches.push(Breach(format!(
                "{}: {lines} lines; {FILE_LINES_MAX} at most",
                source.path
            )));
        } else if lines > FILE_LINES_WISHED {
            println!(
                "note: {}: {lines} lines, more than {FILE_LINES_WISHED}",
                source.path
            );
        }
    }
    breaches
}

fn sources(root: &Path) -> Result<Vec<Source>> {
    let mut files = Vec::new();
    for folder in [
        "app", "frontend", "server", "crates", "xtask", "style", "end2end",
    ] {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let path = file
                .strip_prefix(root)?
                .to_string_lossy()
                .replace('\\', "/");
            let text = fs::read_to_string(&file).with_context(|| path.clone())?;
            Ok(Source { path, text })
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let path = entry?.path();
        if path.is_dir() {
            // What npm and Playwright leave there is not ours.
            if !path.ends_with("node_modules") && !path.ends_with("test-results") {
                collect(&path, files)?;
            }
        } else if is_source(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_source(path: &Path) -> bool {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.is_some_and(|extension| ["rs", "ts", "css"].contains(&extension))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn sql_outside_the_store_is_found_with_its_line() {
        let text = "// sqlx::query! is fine here\nlet row = sqlx::query!(\"SELECT 1\");\n";
        let found = words(&source("crates/services/src/a.rs", text));
        assert_eq!(found.len(), 1);
        assert!(
            found[0].0.starts_with("crates/services/src/a.rs:2:"),
            "{found:?}"
        );
        assert!(words(&source("crates/store/src/a.rs", text)).is_empty());
    }

    #[test]
    fn tests_may_look_at_rows() {
        assert!(
            words(&source(
                "server/tests/server/rows.rs",
                "sqlx::query(\"SELECT 1\")\n"
            ))
            .is_empty()
        );
        assert!(
            words(&source(
                "crates/services/src/tests.rs",
                "sqlx::query(\"SELECT 1\")\n"
            ))
            .is_empty()
        );
    }

    #[test]
    fn only_the_wiring_names_a_provider() {
        let text = "use seva_local::Mailbox;\n";
        assert_eq!(words(&source("server/src/rest/mod.rs", text)).len(), 1);
        assert!(words(&source("server/src/wiring.rs", text)).is_empty());
    }

    #[test]
    fn pages_do_not_reach_the_store() {
        assert_eq!(
            words(&source("app/src/server_fns/a.rs", "seva_store::find()\n")).len(),
            1
        );
    }

    #[test]
    fn server_crates_are_told_from_browser_crates() {
        for server in [
            "tokio",
            "sqlx-core",
            "aws-sdk-s3",
            "seva-store",
            "seva-services",
        ] {
            assert!(is_server_only(server), "{server}");
        }
        for browser in ["leptos", "seva-model", "serde", "tokio-stream"] {
            assert!(!is_server_only(browser), "{browser}");
        }
    }

    #[test]
    fn a_manifest_is_held_to_its_owner() {
        let services = json!({"name": "seva-services", "dependencies": [{"name": "aws-sdk-s3"}, {"name": "sqlx"}]});
        assert_eq!(manifest(&services).len(), 2);
        let in_tests = json!({"name": "server", "dependencies": [{"name": "sqlx", "kind": "dev"}]});
        assert!(manifest(&in_tests).is_empty());
        let store = json!({"name": "seva-store", "dependencies": [{"name": "sqlx"}]});
        assert!(manifest(&store).is_empty());
    }

    #[test]
    fn style_sheets_and_browser_tests_are_held_to_the_length_too() {
        for source in [
            "style/main.css",
            "end2end/tests/a.spec.ts",
            "app/src/lib.rs",
        ] {
            assert!(is_source(Path::new(source)), "{source}");
        }
        assert!(!is_source(Path::new("end2end/package-lock.json")));
    }

    #[test]
    fn a_far_too_long_file_is_a_breach() {
        assert_eq!(
            lengths(&[source("a.rs", &"x\n".repeat(FILE_LINES_MAX + 1))]).len(),
            1
        );
        assert!(lengths(&[source("a.rs", &"x\n".repeat(FILE_LINES_WISHED + 1))]).is_empty());
    }
}
