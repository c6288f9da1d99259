//! Where things are: the clone, the build folder, the user's cache.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{digest, shell};

/// The folders every part of the tool works in.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// The clone.
    pub(crate) root: PathBuf,
    /// Cargo's build folder.
    pub(crate) target: PathBuf,
    /// What is downloaded once a user: models, tools.
    pub(crate) cache: PathBuf,
}

impl Paths {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask must lie in the workspace")?
            .to_path_buf();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(dir) => env::current_dir()?.join(dir),
            None => root.join("target"),
        };
        let cache = match env::var_os("XDG_CACHE_HOME").filter(|dir| !dir.is_empty()) {
            Some(dir) => PathBuf::from(dir),
            None => env::home_dir()
                .context("HOME is not set, so there is no cache folder")?
                .join(".cache"),
        };
        Ok(Self {
            root,
            target,
            cache: cache.join("seva-arogya"),
        })
    }

    /// A cargo that works on the clone and builds into the build folder.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = shell::cargo(&self.root);
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// What `run` keeps between starts: database, stored files, secrets.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.join(".data")
    }

    /// A short name for a folder, for what must live elsewhere on its behalf.
    pub(crate) fn key(folder: &Path) -> String {
        digest::sha256(folder.as_os_str().as_encoded_bytes())[..12].to_owned()
    }
}
