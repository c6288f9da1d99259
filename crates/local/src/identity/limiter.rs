use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Beyond this many names, old ones are forgotten before a new one is counted.
const MANY_NAMES: usize = 10_000;

/// Counts what happened to a name within a window of time. It lives in this
/// process: with several, the limit is that many times as high.
#[derive(Debug)]
pub(super) struct Limiter {
    most: u32,
    window: Duration,
    seen: Mutex<HashMap<String, Counted>>,
}

#[derive(Clone, Copy, Debug)]
struct Counted {
    since: Instant,
    times: u32,
}

impl Limiter {
    pub(super) fn new(most: u32, window: Duration) -> Self {
        Self {
            most,
            window,
            seen: Mutex::default(),
        }
    }

    /// Counts one more; `false` when that is too many.
    pub(super) fn admit(&self, name: &str, now: Instant) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MANY_NAMES {
            seen.retain(|_, counted| now - counted.since < self.window);
        }
        let counted = seen.entry(name.to_owned()).or_insert(Counted {
            since: now,
            times: 0,
        });
        if now - counted.since >= self.window {
            *counted = Counted {
                since: now,
                times: 0,
            };
        }
        counted.times = counted.times.saturating_add(1);
        counted.times <= self.most
    }

    /// Forgets a name.
    pub(super) fn clear(&self, name: &str) {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_admitted_as_often_as_allowed_until_the_window_is_over() {
        let limiter = Limiter::new(2, Duration::from_secs(60));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!(limiter.admit("a", at(0)));
        assert!(limiter.admit("a", at(1)));
        assert!(!limiter.admit("a", at(59)));
        assert!(limiter.admit("b", at(59)));
        assert!(limiter.admit("a", at(60)));
        limiter.clear("a");
        assert!(limiter.admit("a", at(61)));
        assert!(limiter.admit("a", at(61)));
        assert!(!limiter.admit("a", at(61)));
    }
}
