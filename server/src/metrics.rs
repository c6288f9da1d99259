//! What Prometheus reads: how long things take, how much waits, what is left alone.
//!
//! No label names a person, a dictation or an address: routes are patterns, and all
//! else is one of a few words.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Router,
    extract::State as Shared,
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::{describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use seva_store::{PgPool, QueueDepth};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    breaker::{Breakers, State},
    serving::{Patience, serve},
};

/// Calls of the ports, by service, operation and outcome.
pub(crate) const PORT_CALLS: &str = "seva_port_call_duration_seconds";
const REQUESTS: &str = "seva_http_request_duration_seconds";
const STREAMS: &str = "seva_event_streams";
const JOBS: &str = "seva_jobs";
const OLDEST_JOB: &str = "seva_oldest_waiting_job_seconds";
const DATABASE_UP: &str = "seva_database_up";
const CONNECTIONS: &str = "seva_database_connections";
const BREAKERS: &str = "seva_breaker_state";

/// Most answers are there within milliseconds; a request is given up after 30 s.
const REQUEST_SECONDS: [f64; 12] = [
    0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];
/// From an object on this disk to an hour's dictation.
const CALL_SECONDS: [f64; 14] = [
    0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 120.0, 600.0, 3600.0,
];

/// How long the database may take to tell how much waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long whoever reads keeps a connection before it asks again.
const BETWEEN_SCRAPES: Duration = Duration::from_secs(120);
/// How often what was measured is put into its buckets, whether or not anybody reads.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Counts a request that was answered.
pub(crate) fn count_request(method: &Method, route: &str, status: StatusCode, took: Duration) {
    histogram!(
        REQUESTS,
        "method" => name(method),
        "route" => route.to_owned(),
        "status" => status.as_str().to_owned()
    )
    .record(took);
}

/// Anybody can make up a method.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// An event stream that is open, until it is dropped.
pub(crate) struct OpenStream(());

impl OpenStream {
    pub(crate) fn begin() -> Self {
        gauge!(STREAMS).increment(1.0);
        Self(())
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        gauge!(STREAMS).decrement(1.0);
    }
}

/// Serves what was measured.
#[derive(Clone)]
pub(crate) struct Metrics {
    measured: PrometheusHandle,
    pool: PgPool,
    breakers: Breakers,
}

impl Metrics {
    /// Begins to measure. A process measures once, however many servers it holds.
    pub(crate) fn start(pool: PgPool, breakers: Breakers) -> anyhow::Result<Self> {
        Ok(Self {
            measured: recorder()?,
            pool,
            breakers,
        })
    }

    /// Serves `/metrics` until the process stops.
    pub(crate) async fn serve(self, listener: TcpListener, shutdown: CancellationToken) {
        let measured = self.measured.clone();
        let upkeep = async {
            let mut tick = tokio::time::interval(UPKEEP_EVERY);
            loop {
                tick.tick().await;
                measured.run_upkeep();
            }
        };
        let router = Router::new()
            .route("/metrics", get(scrape))
            .with_state(self);
        let patience = Patience {
            head: BETWEEN_SCRAPES,
            end: PATIENCE,
        };
        tokio::select! {
            served = serve(listener, router, patience, shutdown) => {
                if let Err(error) = served {
                    tracing::error!(%error, "metrics are no longer served");
                }
            }
            () = upkeep => {}
        }
    }

    /// Looks at what nobody tells.
    async fn look(&self) {
        let connections = self.pool.size();
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(connections);
        gauge!(CONNECTIONS, "state" => "idle").set(idle);
        gauge!(CONNECTIONS, "state" => "busy").set(connections.saturating_sub(idle));
        for (service, state) in self.breakers.states() {
            gauge!(BREAKERS, "service" => service).set(match state {
                State::Closed => 0.0,
                State::HalfOpen => 1.0,
                State::Open => 2.0,
            });
        }
        let depth = timeout(PATIENCE, seva_store::queue_depth(&self.pool)).await;
        let depth = match depth {
            Ok(Ok(depth)) => Some(depth),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the queue could not be counted");
                None
            }
            Err(_) => None,
        };
        gauge!(DATABASE_UP).set(if depth.is_some() { 1.0 } else { 0.0 });
        tell(depth);
    }
}

/// Not known is no number, and above all not none.
fn tell(depth: Option<QueueDepth>) {
    let number = |of: fn(&QueueDepth) -> u64| depth.as_ref().map_or(f64::NAN, |it| of(it) as f64);
    gauge!(JOBS, "state" => "waiting").set(number(|depth| depth.waiting));
    gauge!(JOBS, "state" => "postponed").set(number(|depth| depth.postponed));
    gauge!(JOBS, "state" => "running").set(number(|depth| depth.running));
    let oldest = depth.map_or(f64::NAN, |depth| depth.oldest_waiting.as_secs_f64());
    gauge!(OLDEST_JOB).set(oldest);
}

async fn scrape(Shared(metrics): Shared<Metrics>) -> Response {
    metrics.look().await;
    let text = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(CONTENT_TYPE, text)], metrics.measured.render()).into_response()
}

/// What collects for the whole process; there can be one only.
fn recorder() -> anyhow::Result<PrometheusHandle> {
    static RECORDER: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut recorder = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*recorder {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUESTS.to_owned()), &REQUEST_SECONDS)?
        .set_buckets_for_metric(Matcher::Full(PORT_CALLS.to_owned()), &CALL_SECONDS)?
        .install_recorder()
        .context("metrics can't be collected")?;
    describe();
    *recorder = Some(handle.clone());
    Ok(handle)
}

fn describe() {
    describe_histogram!(REQUESTS, "Time until a request's answer began.");
    describe_histogram!(
        PORT_CALLS,
        "Time of a call to a service, with what became of it."
    );
    describe_gauge!(STREAMS, "Event streams that are open.");
    describe_gauge!(JOBS, "Dictations in the queue, of all processes together.");
    describe_gauge!(
        OLDEST_JOB,
        "How long the oldest dictation has waited for a worker."
    );
    describe_gauge!(
        DATABASE_UP,
        "1 when the database tells how much waits, else 0."
    );
    describe_gauge!(CONNECTIONS, "Connections of this process to the database.");
    describe_gauge!(
        BREAKERS,
        "0 closed, 1 half-open, 2 open: the service is left alone."
    );
    describe_gauge!(
        "seva_worker_slots",
        "Dictations that this process takes at a time."
    );
    describe_gauge!(
        "seva_worker_slots_busy",
        "Dictations that this process works on."
    );
    // To be seen before the first one too.
    gauge!(STREAMS).increment(0.0);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_method_that_nobody_knows_makes_no_new_series() {
        let made_up = Method::from_bytes(b"NILA-RAO").unwrap();
        assert_eq!(name(&made_up), "other");
        assert_eq!(name(&Method::PATCH), "PATCH");
    }
}
