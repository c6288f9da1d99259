//! The frame around the pages.

mod frame;
mod key_help;
mod lobby;
mod rail;
mod state_line;
mod top_bar;

pub(crate) use frame::{Frame, door, use_doctor};
pub(crate) use lobby::Lobby;
