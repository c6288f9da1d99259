use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Names that are counted at a time, at most.
const MOST_NAMES: usize = 10_000;

/// Counts what happened to a name within a window of time.
///
/// It lives in this process: with several processes the limit is that many times
/// as high, and a restart forgets the counts. Its memory is bounded: when there
/// is no room for a new name, those whose window has passed are forgotten, and
/// after them those that were counted least, so that a flood of made-up names
/// does not clear the count of one that is being guessed at.
#[derive(Debug)]
pub(super) struct Limiter {
    most: u32,
    window: Duration,
    seen: Mutex<HashMap<String, Counted>>,
}

/// Ordered by how much is lost when it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Counted {
    times: u32,
    since: Instant,
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
        if seen.len() >= MOST_NAMES && !seen.contains_key(name) {
            make_room(&mut seen, self.window, now);
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

/// Forgets what is out of date and, if that is not enough, the lesser half of the
/// rest: so it costs little over many names.
fn make_room(seen: &mut HashMap<String, Counted>, window: Duration, now: Instant) {
    seen.retain(|_, counted| now - counted.since < window);
    if seen.len() < MOST_NAMES {
        return;
    }
    let mut counts: Vec<Counted> = seen.values().copied().collect();
    let middle = counts.len() / 2;
    let median = *counts.select_nth_unstable(middle).1;
    seen.retain(|_, counted| *counted > median);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(limiter: &Limiter) -> usize {
        limiter
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    #[test]
    fn a_flood_of_names_takes_no_more_room_and_clears_no_count() {
        let limiter = Limiter::new(2, Duration::from_secs(60));
        let start = Instant::now();
        for _ in 0..3 {
            limiter.admit("guessed", start);
        }
        for number in 0..3 * MOST_NAMES {
            let later = start + Duration::from_micros(number as u64);
            assert!(limiter.admit(&format!("flood-{number}"), later));
            assert!(names(&limiter) <= MOST_NAMES);
        }
        assert!(!limiter.admit("guessed", start + Duration::from_secs(1)));
    }

    #[test]
    fn names_whose_window_has_passed_make_room() {
        let limiter = Limiter::new(2, Duration::from_secs(60));
        let start = Instant::now();
        for number in 0..MOST_NAMES {
            limiter.admit(&format!("old-{number}"), start);
        }
        assert!(limiter.admit("new", start + Duration::from_secs(60)));
        assert_eq!(names(&limiter), 1);
    }

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
