//! Whether a server can do its work, as machines ask it.

use std::{fs, future::pending, path::Path, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::StatusCode;
use serde_json::{Value, json};
use seva_services::ports::{ByteRange, ObjectBody, ObjectError, ObjectStore, PortError};

use crate::support::{TestApp, spawn_web, spawn_web_exchanging};

/// Takes every question and never answers.
struct Silent;

#[async_trait]
impl ObjectStore for Silent {
    async fn put_file(&self, _: &str, _: &Path, _: &str) -> Result<(), ObjectError> {
        pending().await
    }

    async fn put_bytes(&self, _: &str, _: Bytes, _: &str) -> Result<(), ObjectError> {
        pending().await
    }

    async fn open(&self, _: &str, _: Option<ByteRange>) -> Result<ObjectBody, ObjectError> {
        pending().await
    }

    async fn fetch_to(&self, _: &str, _: &Path) -> Result<(), ObjectError> {
        pending().await
    }

    async fn delete(&self, _: &str) -> Result<(), ObjectError> {
        pending().await
    }

    async fn check(&self) -> Result<(), PortError> {
        pending().await
    }

    async fn download_link(&self, _: &str, _: &str) -> Result<String, ObjectError> {
        pending().await
    }
}

async fn ask(app: &TestApp, path: &str) -> (StatusCode, Value) {
    let answer = app.stranger().get(path).await;
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn property_42_a_healthy_server_tells_each_check_and_its_duration() {
    let app = spawn_web().await;
    let (status, health) = ask(&app, "/health").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(health["status"], "healthy");
    let all_well = json!({ "database": "ok", "object_store": "ok", "secrets": "ok" });
    assert_eq!(health["checks"], all_well);
    for check in ["database", "object_store", "secrets"] {
        assert!(health["durations_ms"][check].as_f64().unwrap() >= 0.0);
    }
    assert_eq!(health["breakers"], json!({}), "nothing is in the cloud");

    let (status, ready) = ask(&app, "/health/ready").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        ready["checks"],
        json!({ "database": "ok", "running": "ok" })
    );
    let (status, live) = ask(&app, "/health/live").await;
    assert_eq!(
        (status, &live["status"]),
        (StatusCode::OK, &json!("healthy"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn property_43_what_fails_is_named_and_the_rest_is_told_too() {
    let app = spawn_web().await;
    fs::remove_dir_all(app.objects()).unwrap();
    let (status, health) = ask(&app, "/health").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health["status"], "unhealthy");
    let some_well = json!({ "database": "ok", "object_store": "failed", "secrets": "ok" });
    assert_eq!(health["checks"], some_well);
    // Another server would fare no better with the same objects.
    assert_eq!(ask(&app, "/health/ready").await.0, StatusCode::OK);
}

/// Property 44: it is the server that gives up, not whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn property_44_health_answers_while_the_object_store_hangs() {
    let app = spawn_web_exchanging(|ports| ports.objects = Arc::new(Silent)).await;
    let (first, second) = tokio::join!(ask(&app, "/health"), ask(&app, "/health"));
    for (status, health) in [first, second] {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(health["status"], "unhealthy");
        assert_ne!(health["checks"]["object_store"], "ok");
        assert_eq!(health["checks"]["database"], "ok");
        assert_eq!(health["checks"]["secrets"], "ok");
    }
    assert_eq!(ask(&app, "/health/ready").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_its_database_lives_and_is_not_ready() {
    let app = spawn_web().await;
    app.rows().cut_off().await;
    let (status, health) = ask(&app, "/health").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(health["checks"]["database"], "ok");
    assert_eq!(health["checks"]["object_store"], "ok");
    let (status, ready) = ask(&app, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_ne!(ready["checks"]["database"], "ok");
    assert_eq!(ask(&app, "/health/live").await.0, StatusCode::OK);
}
