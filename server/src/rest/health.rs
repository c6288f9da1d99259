//! Whether this process can do its work.

use std::{future::Future, time::Duration};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;
use seva_services::ports::ObjectError;
use time::OffsetDateTime;
use tokio::time::timeout;

use crate::{errors::timestamp, state::AppState};

/// An answer within 5 s is promised; the checks run side by side.
const PATIENCE: Duration = Duration::from_secs(4);
/// Nothing is ever stored under it.
const NO_OBJECT: &str = "health/none";

/// `GET /health`: 200 when all checks pass, else 503 with those that failed.
pub(crate) async fn health(State(state): State<AppState>) -> Response {
    let objects = &state.services.ports().objects;
    let (database, objects, secrets) = tokio::join!(
        check(async { state.services.health().await.is_ok() }),
        check(async {
            let answer = objects.open(NO_OBJECT, None).await;
            matches!(answer, Ok(_) | Err(ObjectError::NotFound))
        }),
        check(async { state.secrets.key("session").await.is_ok() }),
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
