//! The object store, the secrets and the mailer on AWS, with the real SDK over HTTP.
#![allow(clippy::unwrap_used)]

mod faults;
mod s3;
mod secrets;
mod ses;
mod world;
