//! Whether this process can do its work.

mod together;

use std::{
    collections::BTreeMap,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use seva_services::{Services, ports::SecretSource};
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};
use utoipa::ToSchema;

use self::together::Together;
use crate::{errors::timestamp, state::AppState};

/// An answer within 5 s is promised; the checks run side by side.
const PATIENCE: Duration = Duration::from_secs(4);
/// The page asks nobody who they are, and each question to S3 is paid for: it is
/// asked once in this time, however many ask here.
const OBJECTS_EVERY: Duration = Duration::from_secs(10);

/// What is asked, for all who want to know at the same time: nobody is counted here, and
/// a flood of questions must not take the database from those who work.
pub(crate) struct Checks {
    all: Together<[Checked; 3]>,
    database: Together<Checked>,
    secrets: Arc<dyn SecretSource>,
    /// Names of the keys that this process works with.
    needed: Vec<&'static str>,
    objects: Mutex<Option<(Instant, bool)>>,
}

impl Checks {
    pub(crate) fn new(secrets: Arc<dyn SecretSource>, needed: Vec<&'static str>) -> Self {
        Self {
            all: Together::default(),
            database: Together::default(),
            secrets,
            needed,
            objects: Mutex::new(None),
        }
    }

    async fn database(&self, services: &Services) -> Checked {
        let ask = || {
            let services = services.clone();
            check("database", async move { services.health().await.is_ok() })
        };
        self.database.join(ask).await
    }

    async fn secrets(&self) -> bool {
        for name in &self.needed {
            if self.secrets.key(name).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn objects(&self, asked: impl Future<Output = bool>) -> bool {
        let mut last = self.objects.lock().await;
        match *last {
            Some((at, passed)) if at.elapsed() < OBJECTS_EVERY => passed,
            _ => {
                // Given up in here, or whoever waits for the lock would ask again.
                let passed = timeout(PATIENCE, asked).await.unwrap_or(false);
                *last = Some((Instant::now(), passed));
                passed
            }
        }
    }
}

/// How a check went, and how long it took.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Checked {
    name: &'static str,
    state: &'static str,
    took: Duration,
}

/// Whether this process can do its work.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// When it was asked.
    #[schema(format = DateTime)]
    timestamp: String,
    /// `ok`, `failed` or `timed out`, by check.
    checks: BTreeMap<&'static str, &'static str>,
    /// How long each check took, in milliseconds.
    durations_ms: BTreeMap<&'static str, f64>,
    /// The circuit breaker of each cloud service, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    breakers: Option<BTreeMap<&'static str, &'static str>>,
}

/// Whether this process can do its work.
#[utoipa::path(
    get,
    path = "/health",
    operation_id = "health",
    tag = "Files and health",
    responses(
        (status = 200, description = "It can.", body = HealthBody),
        (status = 503, description = "A check did not pass.", body = HealthBody),
    ),
    security(()),
)]
pub(crate) async fn health(State(state): State<AppState>) -> (StatusCode, Json<HealthBody>) {
    let ask = || check_all(Arc::clone(&state.checks), state.services.clone());
    let (status, mut body) = report(&state.checks.all.join(ask).await);
    let breakers = state.breakers.states();
    body.breakers = Some(
        breakers
            .map(|(service, state)| (service, state.name()))
            .collect(),
    );
    (status, Json(body))
}

async fn check_all(checks: Arc<Checks>, services: Services) -> [Checked; 3] {
    let store = services.ports().objects.as_ref();
    let (database, objects, secrets) = tokio::join!(
        checks.database(&services),
        check(
            "object_store",
            checks.objects(async { store.check().await.is_ok() })
        ),
        check("secrets", checks.secrets()),
    );
    [database, objects, secrets]
}

/// Whether requests may be sent to this process.
///
/// Other services are not asked: another process would fare no better with them.
#[utoipa::path(
    get,
    path = "/health/ready",
    operation_id = "ready",
    tag = "Files and health",
    responses(
        (status = 200, description = "They may.", body = HealthBody),
        (status = 503, description = "It is stopping, or has no database.", body = HealthBody),
    ),
    security(()),
)]
pub(crate) async fn ready(State(state): State<AppState>) -> (StatusCode, Json<HealthBody>) {
    let database = state.checks.database(&state.services).await;
    let stopping = Checked {
        name: "running",
        state: if state.shutdown.is_cancelled() {
            "stopping"
        } else {
            OK
        },
        took: Duration::ZERO,
    };
    let (status, body) = report(&[database, stopping]);
    (status, Json(body))
}

/// Whether this process answers at all.
#[utoipa::path(
    get,
    path = "/health/live",
    operation_id = "live",
    tag = "Files and health",
    responses((status = 200, description = "It does.", body = HealthBody)),
    security(()),
)]
pub(crate) async fn live() -> (StatusCode, Json<HealthBody>) {
    let (status, body) = report(&[]);
    (status, Json(body))
}

fn report(checked: &[Checked]) -> (StatusCode, HealthBody) {
    let is_healthy = checked.iter().all(|check| check.state == OK);
    let each = || checked.iter();
    let body = HealthBody {
        status: if is_healthy { "healthy" } else { "unhealthy" },
        timestamp: timestamp(OffsetDateTime::now_utc()),
        checks: each().map(|check| (check.name, check.state)).collect(),
        durations_ms: each()
            .map(|check| (check.name, milliseconds(check.took)))
            .collect(),
        breakers: None,
    };
    let status = if is_healthy {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, body)
}

/// To the microsecond.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

const OK: &str = "ok";

async fn check(name: &'static str, passes: impl Future<Output = bool>) -> Checked {
    let began = Instant::now();
    let state = match timeout(PATIENCE, passes).await {
        Ok(true) => OK,
        Ok(false) => "failed",
        Err(_) => "timed out",
    };
    Checked {
        name,
        state,
        took: began.elapsed(),
    }
}

#[cfg(test)]
mod tests;
