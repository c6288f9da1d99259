//! Transcribe Medical with the real SDK, over HTTP: its jobs against moto and
//! against a service that does what a test says, its streams against a server of
//! HTTP/2 and event-stream frames.
#![allow(clippy::unwrap_used)]

mod batch;
mod bench;
mod copies;
mod faults;
mod log;
mod scripted_jobs;
mod stream_server;
mod streaming;
