//! Whether this process can do its work.

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use seva_services::ports::SecretSource;
use time::OffsetDateTime;
use tokio::{sync::Mutex, time::timeout};

use crate::{errors::timestamp, state::AppState};

/// An answer within 5 s is promised; the checks run side by side.
const PATIENCE: Duration = Duration::from_secs(4);
/// The page asks nobody who they are, and each question to S3 is paid for: it is
/// asked once in this time, however many ask here.
const OBJECTS_EVERY: Duration = Duration::from_secs(10);

/// What is asked besides the database.
pub(crate) struct Checks {
    secrets: Arc<dyn SecretSource>,
    /// Names of the keys that this process works with.
    needed: Vec<&'static str>,
    objects: Mutex<Option<(Instant, bool)>>,
}

impl Checks {
    pub(crate) fn new(secrets: Arc<dyn SecretSource>, needed: Vec<&'static str>) -> Self {
        Self {
            secrets,
            needed,
            objects: Mutex::new(None),
        }
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

/// `GET /health`: 200 when all checks pass, else 503 with those that failed.
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let store = state.services.ports().objects.as_ref();
    let checked = tokio::join!(
        check("database", async { state.services.health().await.is_ok() }),
        check(
            "object_store",
            state.checks.objects(async { store.check().await.is_ok() })
        ),
        check("secrets", state.checks.secrets()),
    );
    let (status, mut body) = report(&[checked.0, checked.1, checked.2]);
    let breakers = state.breakers.states();
    let breakers: Map<String, Value> = breakers
        .map(|(service, state)| (service.to_owned(), state.name().into()))
        .collect();
    body["breakers"] = Value::Object(breakers);
    (status, Json(body)).into_response()
}

/// `GET /health/ready`: 200 when requests may be sent here. Other services are not
/// asked: another process would fare no better with them.
pub(crate) async fn ready(State(state): State<AppState>) -> Response {
    let database = check("database", async { state.services.health().await.is_ok() });
    let stopping = Checked {
        name: "running",
        state: if state.shutdown.is_cancelled() {
            "stopping"
        } else {
            OK
        },
        took: Duration::ZERO,
    };
    let (status, body) = report(&[database.await, stopping]);
    (status, Json(body)).into_response()
}

/// `GET /health/live`: 200 while the process answers at all.
pub(crate) async fn live() -> Response {
    let (status, body) = report(&[]);
    (status, Json(body)).into_response()
}

fn report(checked: &[Checked]) -> (StatusCode, Value) {
    let is_healthy = checked.iter().all(|check| check.state == OK);
    let of_each = |value: fn(&Checked) -> Value| -> Map<String, Value> {
        let each = checked.iter();
        each.map(|check| (check.name.to_owned(), value(check)))
            .collect()
    };
    let body = json!({
        "status": if is_healthy { "healthy" } else { "unhealthy" },
        "timestamp": timestamp(OffsetDateTime::now_utc()),
        "checks": of_each(|check| check.state.into()),
        "durations_ms": of_each(|check| milliseconds(check.took).into()),
    });
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
