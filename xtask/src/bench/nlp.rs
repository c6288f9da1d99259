//! What the measurement of the clinical language is given: annotated texts, and the Python
//! packages it is compared with.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result};

use super::Options;
use crate::paths::Paths;
use crate::{setup, shell};

/// Annotated texts, where somebody has put them beside the clone.
const BESIDE: &str = "../shared/data/ner-dev";

/// Completes the command.
pub(super) fn arguments(paths: &Paths, options: &Options, command: &mut Command) -> Result<()> {
    let peers = match options.without_peers {
        true => None,
        false => Some(setup::for_language_peers(paths).context(
            "the packages to measure beside are not to be had; --without-peers leaves them out",
        )?),
    };
    let texts = match &options.texts {
        Some(folder) => Some(annotated(paths, &env::current_dir()?.join(folder))?),
        None => {
            let usual = paths.root.join(BESIDE);
            usual
                .is_dir()
                .then(|| annotated(paths, &usual))
                .transpose()?
        }
    };
    if let Some(python) = peers {
        command.arg("--peers").arg(python);
    }
    if let Some(folder) = texts {
        command.arg("--texts").arg(folder);
    }
    if let Some(file) = &options.json {
        command.arg("--json").arg(env::current_dir()?.join(file));
    }
    Ok(())
}

/// The folder, or what is packed in it, unpacked into the build folder.
fn annotated(paths: &Paths, folder: &Path) -> Result<PathBuf> {
    let archive = folder.join("ner-dev.tar.xz");
    if !archive.is_file() {
        return Ok(folder.to_path_buf());
    }
    let target = paths.target.join("bench-texts");
    fs::create_dir_all(&target)?;
    let mut tar = Command::new("tar");
    tar.arg("-xJf").arg(archive).arg("-C").arg(&target);
    shell::run(&mut tar)?;
    // The archive may hold one folder with all the rest in it.
    let inner = target.join("ner-dev");
    Ok(if inner.is_dir() { inner } else { target })
}
