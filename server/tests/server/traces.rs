//! Spans, as a collector of OpenTelemetry gets them.

use seva_services::{DEMO_EMAIL, DEMO_PASSWORD};
use seva_testkit::TestDatabase;

use crate::support::{Browser, Collector, ServerProcess};

#[tokio::test(flavor = "multi_thread")]
async fn spans_of_requests_and_calls_reach_the_collector_and_tell_of_nobody() {
    let (database, home) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
    let collector = Collector::start().await;
    let traced = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address.as_str())];
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

    let spans = collector.text();
    for told in [
        "request",
        "/api/v1/auth/login",
        "/api/v1/transcriptions",
        &id,
        "identity",
        "authenticate",
        "query",
        "list dictations",
    ] {
        assert!(spans.contains(told), "{told}");
    }
    for private in [DEMO_EMAIL, DEMO_PASSWORD] {
        assert!(!spans.contains(private), "{private}");
    }
}
