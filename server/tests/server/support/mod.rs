//! How these tests are made.
//!
//! - [`spawn_app`] starts the server within the test, by the way `main` takes:
//!   a free port, a fresh database, and the embedded adapters in a temporary
//!   directory. [`spawn_web`] leaves the worker out, for tests in which nothing
//!   is transcribed. Dropping the [`TestApp`] stops it.
//! - [`Browser`] is somebody with a cookie jar who sends `Origin` as browsers
//!   do. `app.doctor()` gives one who is signed in, with an account of her own.
//!   `app.stranger()` is not.
//! - [`Events`] reads an event stream, one [`DictationEvent`] at a time.
//! - [`ServerProcess`] is the real program as a process of its own, to be killed.
//! - [`Collector`] takes the spans that a server sends away.
//! - [`Rows`] counts what is in the database, behind the server's back.
//! - [`fhir_faults`] asks a validator of FHIR that is not SEVA's own.
//! - [`recordings`] has what is uploaded.
//!
//! The tests' runtime has several threads: dropping a database waits, and what the
//! server still does to its connections goes on meanwhile.
//!
//! Tests wait for what they can see happen, with a limit that only a hanging
//! server reaches, and never for a time.

mod app;
mod browser;
mod collector;
mod events;
mod fhir;
mod process;
pub(crate) mod recordings;
mod rows;

pub(crate) use app::{
    TestApp, spawn_app, spawn_curt_web, spawn_hasty_web, spawn_impatient_web, spawn_wary_web,
    spawn_web, spawn_web_exchanging, spawn_web_with, variables,
};
pub(crate) use browser::{Browser, PASSWORD, mailed_code};
pub(crate) use collector::Collector;
pub(crate) use events::Events;
pub(crate) use fhir::fhir_faults;
pub(crate) use process::ServerProcess;
pub(crate) use rows::Rows;
