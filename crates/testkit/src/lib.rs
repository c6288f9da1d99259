#![doc = include_str!("../README.md")]

#[cfg(feature = "emulators")]
pub mod comprehend;
#[cfg(feature = "contracts")]
pub mod contracts;
mod database;
#[cfg(feature = "emulators")]
pub mod emulators;

mod many;

pub use database::TestDatabase;
pub use many::{Many, dictate_many};
