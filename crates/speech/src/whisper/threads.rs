//! How many threads a transcription may use right now.
//!
//! The engine's threads wait for each other in a loop that burns its core. With a free core
//! for each that is the fastest way; with more runnable threads than cores, the one that is
//! waited for may not run at all, and two threads were measured eight times slower than one.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Looks at the machine, and the time between them.
const LOOKS: usize = 5;
const PAUSE: Duration = Duration::from_millis(4);

/// Two threads, or one on a machine with a single core.
#[must_use]
pub fn default_threads() -> usize {
    std::thread::available_parallelism()
        .map_or(1, NonZeroUsize::get)
        .min(2)
}

/// At most `wanted`, and not more than there are idle cores; at least one. Where the system
/// doesn't tell how busy it is, `wanted`.
pub(crate) fn affordable(wanted: usize) -> usize {
    if wanted <= 1 {
        return 1;
    }
    let mut idle: Vec<usize> = Vec::new();
    for _ in 0..LOOKS {
        let Some(now) = idle_cores() else {
            return wanted;
        };
        idle.push(now);
        std::thread::sleep(PAUSE);
    }
    idle.sort_unstable();
    wanted.min(idle[LOOKS / 2]).max(1)
}

/// Cores that nobody but the calling thread uses at this moment.
fn idle_cores() -> Option<usize> {
    let cores = std::fs::read_to_string("/proc/stat").ok()?;
    let load = std::fs::read_to_string("/proc/loadavg").ok()?;
    let others = runnable(&load)?.saturating_sub(1);
    Some(count_cores(&cores).saturating_sub(others))
}

/// The number before the slash: threads that run or want to run on the whole machine.
fn runnable(loadavg: &str) -> Option<usize> {
    loadavg
        .split_whitespace()
        .nth(3)?
        .split('/')
        .next()?
        .parse()
        .ok()
}

/// Lines "cpu0", "cpu1" and so on; "cpu" alone is their sum.
fn count_cores(stat: &str) -> usize {
    let is_core = |line: &&str| {
        line.strip_prefix("cpu")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    stat.lines().filter(is_core).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn reads_what_the_kernel_writes() {
        assert_eq!(runnable("7.41 7.68 7.98 3/412 27518\n"), Some(3));
        assert_eq!(runnable("nonsense"), None);
        assert_eq!(count_cores("cpu  1 2 3\ncpu0 1 2\ncpu1 3 4\nintr 5\n"), 2);
    }

    #[test]
    fn one_thread_is_always_affordable_and_more_than_wanted_never() {
        for wanted in 1..4 {
            assert!((1..=wanted).contains(&affordable(wanted)));
        }
    }
}
