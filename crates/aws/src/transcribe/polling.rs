//! When a job is asked how it is.

use std::time::Duration;

/// When a job is asked how it is.
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    /// The first pause; each is half as long again as the one before.
    pub first: Duration,
    /// No pause is longer.
    pub longest: Duration,
    /// A job that takes longer than the recording's length and this is given up
    /// until the worker tries again, and then waited for anew.
    pub patience: Duration,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            longest: Duration::from_secs(10),
            patience: Duration::from_secs(30 * 60),
        }
    }
}

/// Growing pauses, each shortened by up to a quarter so that many workers do not
/// ask at the same moment.
pub(super) struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    pub(super) const fn new(polling: Polling) -> Self {
        Self {
            next: polling.first,
            longest: polling.longest,
        }
    }

    /// `chance` is from 0 to 1.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let pause = self.next.min(self.longest);
        self.next = pause.mul_f64(1.5);
        pause.mul_f64(1.0 - chance / 4.0)
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_are_shortened_by_a_quarter_at_most() {
        let mut even = Pauses::new(Polling::default());
        let whole: Vec<_> = (0..8).map(|_| even.next(0.0).as_millis()).collect();
        assert_eq!(whole, [1000, 1500, 2250, 3375, 5062, 7593, 10000, 10000]);
        let mut hasty = Pauses::new(Polling::default());
        assert_eq!(hasty.next(1.0), Duration::from_millis(750));
    }
}
