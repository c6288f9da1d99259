//! A private PostgreSQL: its programs, a cluster of one's own, and the `db` command.

mod account;
mod cluster;
pub(crate) mod command;
mod programs;

pub(crate) use cluster::{Cluster, Durability};
pub(crate) use programs::Programs;
