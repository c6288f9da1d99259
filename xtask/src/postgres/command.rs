//! `cargo xtask db`: the development database in the background.

use anyhow::Result;

use super::{Cluster, Durability, Programs};
use crate::paths::Paths;

/// The database that `run` uses.
pub(crate) const DATABASE: &str = "seva";

/// Starts the development cluster, leaves it running and prints the URL of its database.
pub(crate) fn start(paths: &Paths) -> Result<()> {
    let mut cluster = Cluster::start(
        &Programs::require()?,
        &paths.data().join("postgres"),
        Durability::Full,
    )?;
    cluster.ensure_database(DATABASE)?;
    cluster.keep_running();
    println!("{}", cluster.url(DATABASE));
    Ok(())
}

/// Stops the development cluster.
pub(crate) fn stop(paths: &Paths) -> Result<()> {
    let stopped = Cluster::stop_at(&Programs::require()?, &paths.data().join("postgres"))?;
    println!(
        "{}",
        if stopped {
            "The development database is stopped."
        } else {
            "The development database was not running."
        }
    );
    Ok(())
}
