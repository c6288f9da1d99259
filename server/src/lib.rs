//! SEVA's server: pages, the API, event streams, and the worker's role.
//!
//! [`Application`] is the one way to start it, for `main` and for tests alike.
//! Use cases live in `seva-services`; this crate reads the configuration, picks
//! who implements the ports ([`wiring`]), and speaks HTTP.

pub mod application;
mod breaker;
pub mod config;
mod cors;
mod errors;
mod limits;
mod metrics;
mod pages;
mod printer;
mod refused;
mod renewal;
mod rest;
mod router;
mod security;
mod serving;
mod session;
mod site;
mod spool;
mod state;
pub mod telemetry;
pub mod wiring;

pub use application::{Application, migrate};
pub use config::{Config, Role};
