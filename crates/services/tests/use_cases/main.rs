//! The use cases over a real PostgreSQL server, with ports that the tests script.

#![allow(clippy::unwrap_used, missing_docs)]

mod access_tokens;
mod accounts;
mod authenticators;
mod cancel;
mod crash;
mod doubles;
mod edits;
mod failures;
mod forgetting;
mod idempotency;
mod objects;
mod ownership;
mod passwords;
mod pipeline;
mod prescriptions;
mod private;
mod uploads;
mod world;
