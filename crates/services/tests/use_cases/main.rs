//! The use cases over a real PostgreSQL server, with ports that the tests script.

#![allow(clippy::unwrap_used, missing_docs)]

mod accounts;
mod cancel;
mod crash;
mod doubles;
mod edits;
mod failures;
mod objects;
mod ownership;
mod pipeline;
mod prescriptions;
mod private;
mod uploads;
mod world;
