//! Spans, as a collector of OpenTelemetry gets them.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use seva_services::{DEMO_EMAIL, DEMO_PASSWORD};
use seva_testkit::TestDatabase;
use tokio::net::TcpListener;

use crate::support::{Browser, ServerProcess};

/// What was received: protobuf, in which texts stand as they are.
type Received = Arc<Mutex<Vec<u8>>>;

async fn receive(State(received): State<Received>, headers: HeaderMap, spans: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    received.lock().unwrap().extend_from_slice(&spans);
}

/// A stand-in that takes spans; gives its address and what it gets.
async fn collector() -> (String, Received) {
    let received = Received::default();
    let router = Router::new()
        .route("/v1/traces", post(receive))
        .with_state(Arc::clone(&received));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, router).into_future());
    (address, received)
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_requests_and_calls_reach_the_collector_and_tell_of_nobody() {
    let (database, home) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
    let (address, received) = collector().await;
    let traced = [("OTEL_EXPORTER_OTLP_ENDPOINT", address.as_str())];
    let server = ServerProcess::start_with(&database, home.path(), "web", &traced);
    let doctor = Browser::new(&server.address);
    doctor.sign_in_as(DEMO_EMAIL, DEMO_PASSWORD).await;
    let answer = doctor.get("/api/v1/transcriptions").await;
    let id = answer.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    // What is left is sent at the end.
    tokio::task::spawn_blocking(move || server.terminate())
        .await
        .unwrap();

    let received = received.lock().unwrap();
    let holds = |text: &str| {
        received
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    for told in [
        "request",
        "/api/v1/auth/login",
        "/api/v1/transcriptions",
        &id,
        "identity",
        "authenticate",
    ] {
        assert!(holds(told), "{told}");
    }
    for private in [DEMO_EMAIL, DEMO_PASSWORD] {
        assert!(!holds(private), "{private}");
    }
}
