//! Allowances that fill up evenly: a bucket for each caller.

use std::{
    collections::HashMap,
    hash::Hash,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// An allowance is one of so long.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Callers that are remembered at a time, at most: some megabytes.
const MOST_CALLERS: usize = 50_000;

/// Lets each caller do something so often an hour, all at once or spread over it.
///
/// Every bucket holds one hour's allowance and fills up evenly. What is stored of a
/// caller is one moment, the one at which their bucket would be full again, so nothing
/// has to tick; and who has not been heard of for an hour need not be remembered.
///
/// The memory is bounded, whoever floods it with names: when there is no room, full
/// buckets are forgotten, and after them the half that is closest to full. (This is
/// why no crate does it: those that are well kept remember every key until they are
/// told to look for old ones.)
#[derive(Debug)]
pub(super) struct Buckets<K> {
    /// How long one use takes to be made up for.
    interval: Duration,
    full_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Buckets<K> {
    pub(super) fn new(per_hour: NonZeroU32) -> Self {
        Self {
            interval: HOUR / per_hour.get(),
            full_at: Mutex::default(),
        }
    }

    /// Takes one use out of a caller's bucket at the moment `now`. When it is empty:
    /// how long until it holds one.
    pub(super) fn take(&self, caller: K, now: Instant) -> Result<(), Duration> {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= MOST_CALLERS && !full_at.contains_key(&caller) {
            make_room(&mut full_at, now);
        }
        let full = full_at.entry(caller).or_insert(now);
        let next = (*full).max(now) + self.interval;
        match next.duration_since(now).checked_sub(HOUR) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                *full = next;
                Ok(())
            }
        }
    }
}

/// Forgets full buckets and, if that is not enough, the half closest to full: so it
/// costs little over many callers.
fn make_room<K: Eq + Hash>(full_at: &mut HashMap<K, Instant>, now: Instant) {
    full_at.retain(|_, full| *full > now);
    if full_at.len() < MOST_CALLERS {
        return;
    }
    let mut moments: Vec<Instant> = full_at.values().copied().collect();
    let middle = moments.len() / 2;
    let median = *moments.select_nth_unstable(middle).1;
    full_at.retain(|_, full| *full > median);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn buckets<K: Eq + Hash>(per_hour: u32) -> Buckets<K> {
        Buckets::new(NonZeroU32::new(per_hour).unwrap())
    }

    /// How often it was admitted when it asked after each of these pauses.
    fn admitted(per_hour: u32, pauses: &[u64]) -> Vec<Duration> {
        let buckets = buckets(per_hour);
        let start = Instant::now();
        let mut now = start;
        let mut admitted = Vec::new();
        for pause in pauses {
            now += Duration::from_millis(*pause);
            if buckets.take((), now).is_ok() {
                admitted.push(now - start);
            }
        }
        admitted
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn nobody_gets_more_than_a_full_bucket_and_what_flows_into_it(
            per_hour in 1_u32..60,
            pauses in proptest::collection::vec(0_u64..120_000, 1..120),
        ) {
            let admitted = admitted(per_hour, &pauses);
            let interval = HOUR / per_hour;
            for (first, from) in admitted.iter().enumerate() {
                for (last, to) in admitted.iter().enumerate().skip(first) {
                    let flown = (*to - *from).as_nanos() / interval.as_nanos();
                    // Interval times allowance is an hour less some nanoseconds.
                    let most = u128::from(per_hour) + flown + 1;
                    prop_assert!((last - first + 1) as u128 <= most);
                }
            }
        }

        #[test]
        fn an_hours_allowance_may_be_used_at_once(per_hour in 1_u32..5000) {
            let buckets = buckets(per_hour);
            let now = Instant::now();
            for _ in 0..per_hour {
                prop_assert!(buckets.take((), now).is_ok());
            }
            prop_assert!(buckets.take((), now).is_err());
        }

        #[test]
        fn whoever_waits_as_long_as_told_is_admitted(
            per_hour in 1_u32..500,
            pauses in proptest::collection::vec(0_u64..10_000, 1..600),
        ) {
            let buckets = buckets(per_hour);
            let mut now = Instant::now();
            for pause in pauses {
                now += Duration::from_millis(pause);
                if let Err(wait) = buckets.take((), now) {
                    prop_assert!(wait <= HOUR / per_hour);
                    let just_before = now + wait - Duration::from_nanos(1);
                    prop_assert!(buckets.take((), just_before).is_err());
                    now += wait;
                    prop_assert!(buckets.take((), now).is_ok());
                }
            }
        }

        #[test]
        fn callers_do_not_count_for_each_other(
            per_hour in 1_u32..20,
            calls in proptest::collection::vec(0_u8..4, 1..200),
        ) {
            let together = buckets(per_hour);
            let alone: Vec<_> = (0..4).map(|_| buckets(per_hour)).collect();
            let now = Instant::now();
            for caller in calls {
                let expected = alone[usize::from(caller)].take((), now).is_ok();
                prop_assert_eq!(together.take(caller, now).is_ok(), expected);
            }
        }
    }

    fn remembered<K>(buckets: &Buckets<K>) -> usize {
        buckets
            .full_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    #[test]
    fn a_flood_of_names_takes_no_more_room_and_fills_nobodys_bucket() {
        let buckets = buckets(2);
        let start = Instant::now();
        buckets.take(0, start).unwrap();
        buckets.take(0, start).unwrap();
        for name in 1..=3 * MOST_CALLERS {
            let now = start + Duration::from_micros(name as u64);
            assert!(buckets.take(name, now).is_ok());
            assert!(remembered(&buckets) <= MOST_CALLERS);
        }
        let later = start + Duration::from_secs(1);
        assert!(buckets.take(0, later).is_err());
    }

    #[test]
    fn full_buckets_make_room_first() {
        let buckets = buckets(1);
        let start = Instant::now();
        for name in 0..MOST_CALLERS {
            buckets.take(name, start).unwrap();
        }
        buckets.take(MOST_CALLERS, start + HOUR).unwrap();
        assert_eq!(remembered(&buckets), 1);
    }
}
