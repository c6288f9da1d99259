//! Ports that do what a test tells them.

mod language;
mod people;
mod speech;
mod storage;

use seva_services::ports::{PortError, PortFailure};

pub(crate) use language::{ScriptedExtractor, SmallLexicon};
pub(crate) use people::People;
pub(crate) use speech::{Forgetting, Inspector, SENTENCES, ScriptedTranscriber, Speech, segments};
pub(crate) use storage::{Objects, Printer};

/// Permits that never run out.
pub(crate) const ALL: usize = 1_000_000;

pub(crate) fn failure(service: &'static str, may_retry: bool) -> PortError {
    let failure = if may_retry {
        PortFailure::Unavailable
    } else {
        PortFailure::Broken
    };
    PortError::new(service, "scripted", failure, "the test said so")
}
