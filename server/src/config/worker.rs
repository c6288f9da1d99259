use super::source::Reader;

/// The queue.
///
/// - `SEVA_WORKER_PARALLEL`: dictations at once; half the cores, at least one
#[derive(Clone, Copy, Debug)]
pub struct WorkerSettings {
    /// Dictations at once; `None` leaves it to the worker.
    pub parallel: Option<usize>,
}

impl WorkerSettings {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let parallel = reader.parsed("SEVA_WORKER_PARALLEL", 0, "a number of dictations");
        Self {
            parallel: (parallel > 0).then_some(parallel),
        }
    }
}
