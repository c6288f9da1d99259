//! The pages of SEVA: rendered on the server first, then taken over by the same
//! code in the browser. Every form works before that has happened.

#![recursion_limit = "256"]
#![allow(
    clippy::needless_pass_by_value,
    reason = "a component owns its props, whether or not its view moves them"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro writes pub for what the crate keeps to itself"
)]

mod browser;
pub mod clock;
mod components;
mod error;
mod format;
pub mod language;
mod pages;
pub mod qr;
mod refusal;
mod routes;
pub mod server_fns;
#[cfg(feature = "ssr")]
mod shell;

pub use error::UiError;
pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
