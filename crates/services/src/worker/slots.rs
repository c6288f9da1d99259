//! How many dictations this process works on, for whoever watches over the machines.

const SLOTS: &str = "seva_worker_slots";
const BUSY: &str = "seva_worker_slots_busy";

/// Says how many dictations this process takes at a time.
pub(super) fn count(slots: usize) {
    metrics::gauge!(SLOTS).set(u32::try_from(slots).unwrap_or(u32::MAX));
    // To be seen before the first dictation too.
    metrics::gauge!(BUSY).increment(0.0);
}

/// A slot that has a dictation, until it is dropped.
pub(super) struct Busy(());

impl Busy {
    pub(super) fn begin() -> Self {
        metrics::gauge!(BUSY).increment(1.0);
        Self(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        metrics::gauge!(BUSY).decrement(1.0);
    }
}
