//! What the measurement of speech is given: recordings, and the engine it is compared with.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use anyhow::{Result, bail};

use super::Options;
use crate::paths::Paths;
use crate::setup;

/// Real dictations, where somebody has put them beside the clone.
const BESIDE: &str = "../shared/data/audio";

/// Completes the command.
pub(super) fn arguments(paths: &Paths, options: &Options, command: &mut Command) -> Result<()> {
    if options.long {
        command.arg("--long");
        if let Some(minutes) = options.minutes {
            command.arg("--minutes").arg(minutes.to_string());
        }
    } else if !options.without_peers {
        let peer = setup::for_comparing_speech(paths)?;
        command.arg("--peer").arg(peer.join("bin/python"));
    }
    if options.without_sounds {
        command.arg("--no-sounds");
    }
    for settings in &options.variant {
        command.arg("--variant").arg(settings);
    }
    if let Some(language) = &options.language {
        command.arg("--language").arg(language);
    }
    if let Some(file) = &options.json {
        command.arg("--json").arg(env::current_dir()?.join(file));
    }
    match &options.audio {
        Some(folder) => {
            command.arg(env::current_dir()?.join(folder));
        }
        None => {
            command.arg(sample_with_reference(paths)?);
            let beside = paths.root.join(BESIDE);
            if beside.is_dir() {
                command.arg(beside);
            }
        }
    }
    Ok(())
}

/// The spoken note of the repository under the names the measurement looks for.
fn sample_with_reference(paths: &Paths) -> Result<PathBuf> {
    let folder = paths.target.join("bench-audio");
    fs::create_dir_all(&folder)?;
    for (from, to) in [
        ("sample-dictation.m4a", "sample.m4a"),
        ("sample-dictation.txt", "sample.reference.txt"),
    ] {
        let source = paths.root.join("public").join(from);
        if !source.is_file() {
            bail!("{} is missing", source.display());
        }
        fs::copy(source, folder.join(to))?;
    }
    Ok(folder)
}
