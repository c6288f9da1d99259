//! The API. A handler finds out who calls, calls one service function and gives
//! its answer a shape; the pages' server functions call the same ones.
//!
//! What a route takes and answers is written beside its handler, in
//! `#[utoipa::path]`. [`routes`] makes the route from it, and [`openapi`] the document,
//! so that neither can be without the other.

pub(crate) mod access;
pub(crate) mod access_tokens;
pub(crate) mod audio;
pub(crate) mod auth;
mod bodies;
pub(crate) mod credentials;
pub(crate) mod docs_page;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod files;
pub(crate) mod forms;
pub(crate) mod health;
mod idempotency;
mod listing;
pub(crate) mod openapi;
pub(crate) mod papers;
pub(crate) mod prescriptions;
pub(crate) mod routes;
pub(crate) mod transcriptions;
pub(crate) mod upload;
mod versions;
