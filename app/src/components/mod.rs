//! Reusable pieces of pages.

pub(crate) mod capture;
pub(crate) mod common;
pub(crate) mod layout;
pub(crate) mod prescription;
pub(crate) mod theme;
pub(crate) mod transcript;
