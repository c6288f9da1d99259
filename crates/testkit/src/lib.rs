#![doc = include_str!("../README.md")]

#[cfg(feature = "contracts")]
pub mod contracts;
mod database;

pub use database::TestDatabase;
