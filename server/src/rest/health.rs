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
use serde_json::json;
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

/// `GET /health`: 200 when all checks pass, else 503 with those that failed.
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let store = state.services.ports().objects.as_ref();
    let (database, objects, secrets) = tokio::join!(
        check(async { state.services.health().await.is_ok() }),
        check(state.checks.objects(async { store.check().await.is_ok() })),
        check(state.checks.secrets()),
    );
    let is_healthy = [database, objects, secrets]
        .iter()
        .all(|check| *check == OK);
    let status = if is_healthy {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let body = json!({
        "status": if is_healthy { "healthy" } else { "unhealthy" },
        "timestamp": timestamp(OffsetDateTime::now_utc()),
        "checks": { "database": database, "object_store": objects, "secrets": secrets },
    });
    (status, Json(body)).into_response()
}

const OK: &str = "ok";

async fn check(passes: impl Future<Output = bool>) -> &'static str {
    match timeout(PATIENCE, passes).await {
        Ok(true) => OK,
        Ok(false) => "failed",
        Err(_) => "timed out",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use async_trait::async_trait;
    use seva_services::ports::{PortError, PortFailure, Secret};

    use super::*;

    /// Has no key at all.
    struct Empty;

    #[async_trait]
    impl SecretSource for Empty {
        async fn key(&self, _: &str) -> Result<Secret, PortError> {
            Err(PortError::new("secrets", "key", PortFailure::NotFound, ""))
        }
    }

    #[tokio::test]
    async fn the_store_is_asked_once_in_ten_seconds() {
        let checks = Checks::new(Arc::new(Empty), vec![]);
        assert!(checks.objects(async { true }).await);
        assert!(
            checks.objects(async { false }).await,
            "the last answer still counts"
        );
        let long_ago = Instant::now().checked_sub(OBJECTS_EVERY).unwrap();
        *checks.objects.lock().await = Some((long_ago, true));
        assert!(!checks.objects(async { false }).await);
    }

    #[tokio::test]
    async fn only_keys_that_are_needed_are_asked_for() {
        assert!(Checks::new(Arc::new(Empty), vec![]).secrets().await);
        assert!(
            !Checks::new(Arc::new(Empty), vec!["session"])
                .secrets()
                .await
        );
    }
}
