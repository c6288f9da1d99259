//! How often services failed for a dictation. Kept in memory: a worker that
//! restarts begins to count again, which at worst tries once too often.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use seva_model::TranscriptionId;

#[derive(Default)]
pub(super) struct Tries(Mutex<HashMap<TranscriptionId, u32>>);

impl Tries {
    /// Counts a failure and tells how many there were.
    pub(super) fn failed(&self, id: TranscriptionId) -> u32 {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(id).or_default();
        *count += 1;
        *count
    }

    /// Starts over: the service answered, or the dictation has ended.
    pub(super) fn forget(&self, id: TranscriptionId) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&id);
    }
}
