//! The server as its callers see it: over HTTP, with a database of its own, real
//! files, real speech. `support` has a tour of the harness.
#![allow(clippy::unwrap_used)]

mod access_tokens;
mod accounts;
mod addresses;
mod audio;
mod authenticators;
mod bad_input;
mod cluster;
mod cors;
mod dictation;
mod export;
mod fhir;
mod headers;
mod health;
mod hosts;
mod idempotency;
mod isolation;
mod languages;
mod limits;
mod metrics;
mod openapi;
mod pages;
mod passwords;
mod phi;
mod prescriptions;
mod prescriptions_api;
mod process;
mod properties;
mod refused;
mod sessions;
mod shutdown;
mod streams;
mod support;
mod tokens;
mod traces;
mod uploads;
