//! Pieces of the page that shows a dictation.

pub(crate) mod actions;
pub(crate) mod beside;
pub(crate) mod details;
pub(crate) mod edit;
pub(crate) mod findings;
pub(crate) mod legend;
pub(crate) mod live;
mod marking;
pub(crate) mod naming;
pub(crate) mod player;
pub(crate) mod rewording;
pub(crate) mod text;
