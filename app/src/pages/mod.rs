//! One file a page: resources in, view out.

pub(crate) mod challenge;
pub(crate) mod confirm;
pub(crate) mod dictation;
pub(crate) mod dictations;
pub(crate) mod forgot_password;
pub(crate) mod mailbox;
mod mailed_code;
pub(crate) mod new_dictation;
pub(crate) mod not_found;
pub(crate) mod prescription;
pub(crate) mod prescriptions;
pub(crate) mod profile;
pub(crate) mod register;
pub(crate) mod reset_password;
pub(crate) mod sign_in;
pub(crate) mod today;
pub(crate) mod verify;
