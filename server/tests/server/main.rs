//! The server as its callers see it: over HTTP, with a database of its own, real
//! files, real speech. `support` has a tour of the harness.
#![allow(clippy::unwrap_used)]

mod accounts;
mod audio;
mod authenticators;
mod dictation;
mod hosts;
mod isolation;
mod pages;
mod passwords;
mod prescriptions;
mod process;
mod refused;
mod support;
mod tokens;
mod uploads;
