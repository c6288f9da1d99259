//! Everything that talks to the browser: small typed functions around web-sys.
//! They are called from effects and event handlers only, which the server
//! compiles and never runs; `cookies` alone works on both sides.
//!
//! Objects of the browser live in signals as `Option<SendWrapper<_>>`, which is
//! `None` on the server: there a page is rendered on several threads.

pub(crate) mod clipboard;
pub(crate) mod cookies;
pub(crate) mod dialog;
pub(crate) mod events;
pub(crate) mod keys;
pub(crate) mod locks;
pub(crate) mod network;
pub(crate) mod page;
pub(crate) mod player;
pub(crate) mod recorder;
pub(crate) mod storage;
pub(crate) mod upload;
