//! Pieces of the page that shows a prescription.

mod cell;
mod conflict;
pub(crate) mod diagnoses;
mod differences;
pub(crate) mod draft;
pub(crate) mod editor;
pub(crate) mod line;
pub(crate) mod paper;
pub(crate) mod rows;
pub(crate) mod sign;
