//! `cargo xtask sqlx`: renews `.sqlx`, against which every query is checked at compile time.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result, bail};

use crate::paths::Paths;
use crate::postgres::{Cluster, Durability, Programs};
use crate::shell;
use crate::steps::step;

const SCRATCH: &str = "seva_sqlx";

/// Migrates a scratch database and describes every query of seva-store against it.
pub(crate) fn renew(paths: &Paths) -> Result<()> {
    let cluster = Cluster::start(
        &Programs::require()?,
        &paths.data().join("postgres"),
        Durability::Full,
    )?;
    step("migrations", |_| {
        cluster.recreate_database(SCRATCH)?;
        let files = migrations(paths)?;
        for file in &files {
            shell::output(
                cluster
                    .psql(SCRATCH)
                    .arg("--single-transaction")
                    .arg("--file")
                    .arg(file),
            )?;
        }
        Ok(format!("{} applied to an empty database", files.len()))
    })?;
    step("queries", |step| {
        step.say("cargo check -p seva-store");
        let described = describe(paths, &cluster.url(SCRATCH))?;
        Ok(format!("{described} described in .sqlx; commit it"))
    })
}

/// The migrations in the order of their names.
fn migrations(paths: &Paths) -> Result<Vec<PathBuf>> {
    let folder = paths.root.join("migrations");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    Ok(files)
}

/// The macros write each query they meet into a folder; it replaces `.sqlx` once all compiled.
fn describe(paths: &Paths, database_url: &str) -> Result<usize> {
    let fresh = paths.target.join("sqlx-fresh");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    // Cargo sees no reason to compile the queries again when only the database changed.
    let library = paths.root.join("crates/store/src/lib.rs");
    File::options()
        .append(true)
        .open(&library)?
        .set_modified(SystemTime::now())?;
    shell::run(
        paths
            .cargo()
            .args(["check", "--package", "seva-store"])
            .env("SQLX_OFFLINE", "false")
            .env("SQLX_OFFLINE_DIR", &fresh)
            .env("DATABASE_URL", database_url),
    )?;
    replace(&fresh, &paths.root.join(".sqlx"))
}

fn replace(fresh: &Path, committed: &Path) -> Result<usize> {
    let described = query_files(fresh)?;
    if described.is_empty() {
        bail!("seva-store has no checked queries");
    }
    fs::create_dir_all(committed)?;
    for old in query_files(committed)? {
        fs::remove_file(old)?;
    }
    for file in &described {
        let name = file.file_name().context("a query file has a name")?;
        fs::copy(file, committed.join(name))?;
    }
    Ok(described.len())
}

fn query_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("query-") && name.ends_with(".json") {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn stale_descriptions_go_and_other_files_stay() {
        let root = std::env::temp_dir().join(format!("xtask-sqlx-{}", std::process::id()));
        let (fresh, committed) = (root.join("fresh"), root.join("committed"));
        fs::create_dir_all(&fresh).unwrap();
        fs::create_dir_all(&committed).unwrap();
        fs::write(fresh.join("query-new.json"), "{}").unwrap();
        fs::write(committed.join("query-old.json"), "{}").unwrap();
        fs::write(committed.join("README.md"), "kept").unwrap();
        assert_eq!(replace(&fresh, &committed).unwrap(), 1);
        let mut names: Vec<_> = fs::read_dir(&committed)
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["README.md", "query-new.json"]);
        fs::remove_dir_all(&root).unwrap();
    }
}
