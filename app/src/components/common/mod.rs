//! Small pieces that any page may use.

mod dictation_row;
mod field;
mod icon;
mod lines;
mod listing;
mod notice;
mod search;
mod skeleton;
mod status;
mod time;
mod toast;

pub(crate) use dictation_row::DictationRow;
pub(crate) use field::{Field, SubmitButton};
pub(crate) use icon::{Icon, IconName};
pub(crate) use lines::in_textarea;
pub(crate) use listing::{ListStates, PageLinks, searched_pages};
pub(crate) use notice::{Notice, Tone, Trouble, refusal, trouble_of};
pub(crate) use search::{MAX_SEARCH, has_list, provide_search, use_search};
pub(crate) use skeleton::SkeletonRows;
pub(crate) use status::StatusLine;
pub(crate) use time::Moment;
pub(crate) use toast::{Toasts, provide_toasts, use_toasts};
