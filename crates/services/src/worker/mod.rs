//! The worker: takes dictations off the queue and moves them to their end.
//!
//! It may die at any instruction. Everything it learns is written under a lease
//! that it has to keep renewing; when it no longer does, another worker takes
//! the dictation over at its last committed stage, and the first one's writes
//! are refused.

mod forget;
mod lease;
mod news;
mod purge;
mod slots;
mod stages;
mod supervise;
mod writes;

use std::{num::NonZero, sync::Arc, thread, time::Duration};

use seva_store::jobs;
use tokio::{task::JoinSet, time::Instant};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use tracing::Instrument as _;

use self::{slots::Busy, supervise::supervise};
use crate::{Services, errors};

/// How the worker works.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// Dictations at a time.
    pub parallel: usize,
    /// How long a worker that went silent keeps its dictation.
    pub lease: Duration,
    /// How often the lease is renewed and a wish to cancel is looked up.
    pub heartbeat: Duration,
    /// How often the queue is looked at though nothing was announced, and how often
    /// what a provider of speech is to forget.
    pub poll: Duration,
    /// First pause before a failed service is tried again; the next is four
    /// times as long, or twice where nobody waits.
    pub backoff: Duration,
    /// Tries of a stage before a failing service fails the dictation, over all
    /// workers and restarts.
    pub tries: u32,
    /// How often a dictation may take its worker down before it is given up.
    pub max_crashes: i16,
    /// How often what was deleted, and what nobody owns, is looked for.
    pub purge_every: Duration,
    /// How long what was deleted is kept, at least half a minute.
    pub keep_deleted: Duration,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            parallel: (cores / 2).max(1),
            lease: Duration::from_secs(15),
            heartbeat: Duration::from_millis(500),
            poll: Duration::from_secs(2),
            backoff: Duration::from_secs(5),
            tries: 3,
            max_crashes: 3,
            purge_every: Duration::from_secs(60),
            keep_deleted: Duration::from_secs(600),
        }
    }
}

/// Takes dictations off the queue. Cheap to clone.
#[derive(Clone)]
pub struct Worker {
    services: Services,
    config: Arc<WorkerConfig>,
}

impl Worker {
    /// A worker that has not begun.
    #[must_use]
    pub fn new(services: Services, config: WorkerConfig) -> Self {
        Self {
            services,
            config: Arc::new(config),
        }
    }

    /// Works until `shutdown`, then hands back what it has not finished and
    /// returns. Dropping it is as good as killing it: leases run out.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut parts = JoinSet::new();
        slots::count(self.config.parallel.max(1));
        for _ in 0..self.config.parallel.max(1) {
            let (worker, stop) = (self.clone(), shutdown.clone());
            let slot = move || worker.clone().work(stop.clone());
            parts.spawn(supervise("slot", self.config.poll, shutdown.clone(), slot));
        }
        let (worker, stop) = (self.clone(), shutdown.clone());
        let forget = move || worker.clone().forget_until(stop.clone());
        let pause = self.config.poll;
        parts.spawn(supervise("forget", pause, shutdown.clone(), forget));
        let (pause, stop) = (self.config.purge_every, shutdown.clone());
        let purge = move || self.clone().purge_until(stop.clone());
        parts.spawn(supervise("purge", pause, shutdown, purge));
        while parts.join_next().await.is_some() {}
    }

    async fn work(self, shutdown: CancellationToken) {
        let mut changes = self.services.updates().subscribe();
        while !shutdown.is_cancelled() {
            match self.claim().await {
                Ok(Some(job)) => {
                    self.run_apart(job, &shutdown).await;
                    // What was announced meanwhile is seen by the next claim.
                    changes = changes.resubscribe();
                    continue;
                }
                Ok(None) => {}
                Err(error) => errors::report("store", "claim", &error),
            }
            let poll = Instant::now() + self.config.poll;
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = changes.recv() => {}
                () = tokio::time::sleep_until(poll) => {}
            }
        }
    }

    /// Runs a job in a task of its own: a panic in an engine costs the job a try
    /// once its lease runs out, and never the worker. What it says is not logged,
    /// it may hold words of the dictation.
    async fn run_apart(&self, job: jobs::ClaimedJob, shutdown: &CancellationToken) {
        let id = job.lease.transcription_id;
        let (worker, shutdown) = (self.clone(), shutdown.clone());
        let span = tracing::info_span!("job", transcription_id = %id);
        let _busy = Busy::begin();
        let task = async move { worker.run_job(job, &shutdown).await };
        let task = tokio::spawn(task.instrument(span));
        if AbortOnDropHandle::new(task).await.is_err() {
            tracing::error!(transcription_id = %id, "work on a dictation panicked");
        }
    }

    async fn claim(&self) -> Result<Option<jobs::ClaimedJob>, seva_store::StoreError> {
        let mut tx = seva_store::begin(self.services.pool()).await?;
        let job = jobs::claim(&mut tx, self.config.lease).await?;
        seva_store::commit(tx).await?;
        Ok(job)
    }
}
