//! Leaving a service alone that fails again and again.
//!
//! A call to a service that is down takes as long as its time-outs, four tries each,
//! and everybody who waits for one holds something: a request, a connection, a slot of
//! the worker. So after some failures in a row nobody is asked for a while, and then
//! one call at a time finds out whether the service is back.

mod ports;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use self::ports::Watched;
use crate::config::Provider;

/// Failures in a row after which a service is left alone.
const FAILURES: u32 = 5;
/// How long it is left alone, and how long one call may take to find out whether it is
/// back before another one may.
const PAUSE: Duration = Duration::from_secs(30);
/// A call that was given up after so long is a failure: what answers does so within
/// some seconds, and a request that waits for more is given up itself, before the
/// call's own time-outs may have told of it.
const HANGS: Duration = Duration::from_secs(10);

/// What a breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Everything.
    Closed,
    /// One call, to find out.
    HalfOpen,
    /// Nothing.
    Open,
}

impl State {
    /// As `/health` says it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half-open",
            Self::Open => "open",
        }
    }
}

/// The breaker of one service.
#[derive(Debug)]
struct Breaker {
    service: &'static str,
    inner: Mutex<Inner>,
}

#[derive(Clone, Copy, Debug)]
enum Inner {
    Closed {
        failures: u32,
    },
    /// Nobody is asked before that moment. From then on one call may, and if it is not
    /// back after a pause, one more.
    Open {
        until: Instant,
        asked: bool,
    },
}

/// How a call was admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Admitted {
    Freely,
    /// Alone, whether the service is back.
    ToFindOut,
}

impl Breaker {
    /// The breaker of a service, closed.
    fn new(service: &'static str) -> Arc<Self> {
        Arc::new(Self {
            service,
            inner: Mutex::new(Inner::Closed { failures: 0 }),
        })
    }

    /// What is let through at the moment `now`.
    fn state(&self, now: Instant) -> State {
        match *self.lock() {
            Inner::Closed { .. } => State::Closed,
            Inner::Open {
                until,
                asked: false,
            } if now < until => State::Open,
            Inner::Open { .. } => State::HalfOpen,
        }
    }

    /// Asks to make a call at the moment `now`; refused: how long until it may be asked
    /// again.
    fn admit(&self, now: Instant) -> Result<Admitted, Duration> {
        let mut inner = self.lock();
        match *inner {
            Inner::Closed { .. } => Ok(Admitted::Freely),
            Inner::Open { until, .. } if now < until => Err(until - now),
            Inner::Open { .. } => {
                *inner = Inner::Open {
                    until: now + PAUSE,
                    asked: true,
                };
                Ok(Admitted::ToFindOut)
            }
        }
    }

    /// The service answered, whatever it said.
    fn answered(&self) {
        let before = std::mem::replace(&mut *self.lock(), Inner::Closed { failures: 0 });
        if matches!(before, Inner::Open { .. }) {
            tracing::info!(service = self.service, "a service answers again");
        }
    }

    /// The service failed at the moment `now` in a way that may pass.
    fn failed(&self, now: Instant) {
        let mut inner = self.lock();
        let failures = match *inner {
            Inner::Closed { failures } => failures + 1,
            Inner::Open { .. } => FAILURES,
        };
        if failures < FAILURES {
            *inner = Inner::Closed { failures };
            return;
        }
        if matches!(*inner, Inner::Closed { .. }) {
            tracing::error!(service = self.service, failures, "a service is left alone");
        }
        *inner = Inner::Open {
            until: now + PAUSE,
            asked: false,
        };
    }

    /// Nobody will know how the call went that was to find out: another one may find
    /// out at once.
    fn abandoned(&self, now: Instant) {
        let mut inner = self.lock();
        if let Inner::Open { asked: true, .. } = *inner {
            *inner = Inner::Open {
                until: now,
                asked: false,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has the calls of each port watched: all are measured, and a service in the cloud
/// that fails again and again is left alone for a while.
#[derive(Default)]
pub(crate) struct Watch {
    breakers: Vec<Arc<Breaker>>,
}

impl Watch {
    /// Watches a port that this provider implements.
    pub(crate) fn over<P: ?Sized>(
        &mut self,
        port: Arc<P>,
        service: &'static str,
        provider: Provider,
    ) -> Arc<Watched<P>> {
        let breaker = (provider == Provider::Aws).then(|| Breaker::new(service));
        self.breakers.extend(breaker.clone());
        Watched::new(port, service, breaker)
    }

    /// The breakers of all that is watched.
    pub(crate) fn breakers(self) -> Breakers {
        Breakers(self.breakers.into())
    }
}

/// The breakers of this process. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breakers(Arc<[Arc<Breaker>]>);

impl Breakers {
    /// Each service with what its breaker lets through now.
    pub(crate) fn states(&self) -> impl Iterator<Item = (&'static str, State)> {
        let now = Instant::now();
        self.0
            .iter()
            .map(move |breaker| (breaker.service, breaker.state(now)))
    }
}

#[cfg(test)]
mod tests;
