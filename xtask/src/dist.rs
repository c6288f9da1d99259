//! `cargo xtask dist`: what another machine needs, in one folder. The image is made of it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::paths::Paths;
use crate::steps::step;
use crate::{model, server, setup, web};

/// Where to.
#[derive(Args)]
pub(crate) struct Options {
    /// Folder for the server and the site; made if it is not there, refused unless empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn dist(paths: &Paths, options: &Options) -> Result<()> {
    let out = env::current_dir()?.join(&options.out);
    require_empty(&out)?;
    println!("Setting up");
    setup::for_building(paths)?;
    println!("Building");
    let site = web::build(paths)?;
    let program = server::build_portable(paths)?;
    let site = site.finish()?;
    step("copies", |_| {
        fs::create_dir_all(&out)?;
        site.copy_to(&out)?;
        fs::copy(&program, out.join("seva-server"))?;
        Ok(out.display().to_string())
    })?;
    println!("\n{}", how_to_start(&out));
    Ok(())
}

/// Fetches the speech model, and copies it to `out`.
pub(crate) fn model(paths: &Paths, out: Option<&Path>) -> Result<()> {
    step("speech model", |step| {
        let model = model::provide(paths, step)?;
        if let Some(out) = out {
            fs::copy(&model, out).with_context(|| format!("cannot write {}", out.display()))?;
        }
        Ok(out.unwrap_or(&model).display().to_string())
    })
}

/// Nothing is mixed with what an older version left.
fn require_empty(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("cannot use {}", folder.display()))?;
    if entries.next().is_some() {
        bail!(
            "{} is not empty: name another folder, or remove it first",
            folder.display()
        );
    }
    Ok(())
}

fn how_to_start(out: &Path) -> String {
    let out = out.display();
    format!(
        "The server finds the site by\n\
         \x20   LEPTOS_SITE_ROOT={out}/site\n\
         \x20   LEPTOS_HASH_FILES=true\n\
         \x20   LEPTOS_HASH_FILE_NAME={out}/site-hash.txt\n\
         and docs/configuration.md names what else it needs."
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn only_an_empty_folder_is_filled() {
        let folder = env::temp_dir().join(format!("xtask-dist-{}", std::process::id()));
        assert!(require_empty(&folder).is_ok());
        fs::create_dir_all(&folder).unwrap();
        assert!(require_empty(&folder).is_ok());
        fs::write(folder.join("old"), "").unwrap();
        assert!(
            require_empty(&folder)
                .unwrap_err()
                .to_string()
                .contains("not empty")
        );
        assert!(require_empty(&folder.join("old")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }
}
