//! Holding a dictation: the lease is renewed by a task of its own, which also
//! learns that the doctor cancelled or that another worker took over.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use seva_store::{StoreError, jobs};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::WorkerConfig;
use crate::{Services, errors};

/// Why work on a dictation stops before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The doctor cancelled it.
    Cancelled,
    /// The lease is somebody else's by now; nothing may be written any more.
    LeaseLost,
    /// The process ends.
    Shutdown,
}

/// Told once, then known to all who work on the dictation.
#[derive(Clone, Default)]
pub(super) struct Stopper {
    token: CancellationToken,
    why: Arc<OnceLock<Stop>>,
}

impl Stopper {
    /// Stops the work; the first reason counts.
    pub(super) fn stop(&self, why: Stop) {
        let _ = self.why.set(why);
        self.token.cancel();
    }

    /// Why it stopped, if it did.
    pub(super) fn why(&self) -> Option<Stop> {
        self.why.get().copied()
    }

    /// Cancelled when it stops.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.token
    }
}

/// Renews the lease until the handle is dropped or the lease is lost.
pub(super) fn hold(
    services: &Services,
    lease: jobs::Lease,
    config: &Arc<WorkerConfig>,
    shutdown: &CancellationToken,
    stopper: &Stopper,
) -> AbortOnDropHandle<()> {
    let (services, config) = (services.clone(), Arc::clone(config));
    let (shutdown, stopper) = (shutdown.clone(), stopper.clone());
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut beat = tokio::time::interval(config.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return stopper.stop(Stop::Shutdown),
                _ = beat.tick() => {}
            }
            let sent = Instant::now();
            match renew(&services, &lease, config.lease).await {
                Ok(cancel_requested) => {
                    renewed = sent;
                    if cancel_requested {
                        stopper.stop(Stop::Cancelled);
                    }
                }
                Err(StoreError::LeaseLost) => return stopper.stop(Stop::LeaseLost),
                Err(error) => errors::report("store", "renew lease", &error),
            }
            if renewed.elapsed() > config.lease {
                return stopper.stop(Stop::LeaseLost);
            }
        }
    }))
}

async fn renew(
    services: &Services,
    lease: &jobs::Lease,
    length: Duration,
) -> Result<bool, StoreError> {
    let mut tx = seva_store::begin(services.pool()).await?;
    let cancel_requested = jobs::heartbeat(&mut tx, lease, length).await?;
    seva_store::commit(tx).await?;
    Ok(cancel_requested)
}
