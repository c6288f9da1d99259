//! Requests, as many at once or as many a second as wished, and how long they took.

use std::{future::Future, time::Duration};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// What came of a series of requests.
pub(crate) struct Measured {
    /// How long each took, shortest first.
    latencies: Vec<Duration>,
    /// How many were answered otherwise than wished.
    pub(crate) failed: usize,
    took: Duration,
}

impl Measured {
    /// Requests that were answered, a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.took.as_secs_f64()
    }

    /// What so large a share of the requests did not exceed, in milliseconds.
    pub(crate) fn percentile(&self, share: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let place = (last as f64 * share).round() as usize;
        let found = self.latencies.get(place).copied().unwrap_or_default();
        found.as_secs_f64() * 1000.0
    }
}

/// So many ask at once, each again as soon as it is answered.
pub(crate) async fn at_once<F, R>(askers: usize, time: Duration, ask: F) -> Measured
where
    F: Fn(usize) -> R + Clone + Send + 'static,
    R: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for first in 0..askers {
        let ask = ask.clone();
        asking.spawn(async move {
            let mut outcomes = Vec::new();
            let mut number = first;
            while began.elapsed() < time {
                let sent = Instant::now();
                let answered = ask(number).await.is_ok();
                outcomes.push((answered, sent.elapsed()));
                number += askers;
            }
            outcomes
        });
    }
    gather(asking.join_all().await.into_iter().flatten(), began)
}

/// So many are sent a second, whether or not the ones before were answered. Each counts
/// from when it was due, so that a stall is seen in all that it held up.
pub(crate) async fn each_second<F, R>(rate: u32, time: Duration, ask: F) -> Measured
where
    F: Fn(usize) -> R + Clone + Send + 'static,
    R: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let pause = Duration::from_secs(1) / rate;
    let count = (time.as_secs_f64() * f64::from(rate)) as u32;
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for number in 0..count {
        let due = began + pause * number;
        sleep_until(due).await;
        let asked = ask(number as usize);
        asking.spawn(async move {
            let answered = asked.await.is_ok();
            (answered, due.elapsed())
        });
    }
    gather(asking.join_all().await, began)
}

fn gather(outcomes: impl IntoIterator<Item = (bool, Duration)>, began: Instant) -> Measured {
    let took = began.elapsed();
    let (mut latencies, mut failed) = (Vec::new(), 0);
    for (answered, latency) in outcomes {
        if answered {
            latencies.push(latency);
        } else {
            failed += 1;
        }
    }
    latencies.sort_unstable();
    Measured {
        latencies,
        failed,
        took,
    }
}
