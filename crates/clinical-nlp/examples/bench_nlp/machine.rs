//! Time and memory of this process.

use std::time::Instant;

/// Time on the processor, so that a busy machine does not make it slower; by the
/// wall where the system does not tell.
pub(crate) struct Clock {
    wall: Instant,
    on_processor: Option<u64>,
}

impl Clock {
    pub(crate) fn now() -> Self {
        Self {
            wall: Instant::now(),
            on_processor: nanoseconds(),
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        match (self.on_processor, nanoseconds()) {
            (Some(from), Some(to)) => to.saturating_sub(from) as f64 / 1e9,
            _ => self.wall.elapsed().as_secs_f64(),
        }
    }
}

/// Nanoseconds this thread has run.
fn nanoseconds() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()?
        .split(' ')
        .next()?
        .parse()
        .ok()
}

pub(crate) fn resident_kib() -> u64 {
    status("VmRSS:")
}

pub(crate) fn peak_kib() -> u64 {
    status("VmHWM:")
}

/// A line of this process's status, in KiB; 0 where there is none.
fn status(key: &str) -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix(key)?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0)
}
