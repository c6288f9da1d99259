//! PostgreSQL: its programs, a cluster of one's own, a server that is given, the `db` command.

mod account;
mod cluster;
pub(crate) mod command;
mod given;
mod programs;
mod url;

pub(crate) use cluster::{Cluster, Durability};
pub(crate) use given::GivenServer;
pub(crate) use programs::Programs;
