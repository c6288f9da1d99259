//! A server that is stopped leaves nothing half done and nothing open.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::{task::yield_now, time::timeout};

use crate::support::{recordings, spawn_web};

/// Waits for what nothing announces, with a limit that only a defect reaches.
async fn until(reached: impl AsyncFn() -> bool) {
    let waiting = async {
        while !reached().await {
            yield_now().await;
        }
    };
    let waited = timeout(Duration::from_secs(30), waiting).await;
    waited.expect("it never came true");
}

/// Property 33: all connections to the database are closed.
#[tokio::test(flavor = "multi_thread")]
async fn property_33_a_stopped_server_leaves_no_connection_open() {
    let mut app = spawn_web().await;
    let doctor = app.doctor().await;
    doctor.read("/api/v1/transcriptions").await;
    let rows = app.rows();
    assert!(rows.connections().await > 0);
    app.end().await;
    // The database's processes take a moment to notice.
    until(async || rows.connections().await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_under_way_is_finished() {
    let mut app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let rows = app.rows();
    let hold = rows.hold_dictation(&id).await;
    let cancel = format!("/api/v1/transcriptions/{id}/cancel");
    let under_way = tokio::spawn({
        let doctor = doctor.clone();
        async move { doctor.post(&cancel, &json!({})).await }
    });
    until(async || rows.someone_waits().await).await;
    let release = async {
        // Nobody new is let in, and the one who is in is not put out.
        let new = || doctor.bare(Method::GET, "/health/live").send();
        until(async || new().await.is_err()).await;
        assert!(!under_way.is_finished());
        hold.rollback().await.unwrap();
        under_way.await.unwrap()
    };
    let ((), answer) = tokio::join!(app.end(), release);
    assert_eq!(answer.status(), StatusCode::OK);
    let cancelled = format!("transcriptions WHERE id = '{id}' AND status = 'CANCELLED'");
    assert_eq!(rows.count(&cancelled).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_a_dictation_is_told_to_come_back() {
    let mut app = spawn_web().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let path = format!("/api/v1/transcriptions/{id}/events");
    let mut stream = doctor.get(&path).await;
    let mut said = String::new();
    while !said.contains("event: dictation") && !said.contains("event:dictation") {
        let chunk = stream.chunk().await.unwrap().unwrap();
        said.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    let rest = async {
        let mut rest = String::new();
        while let Some(chunk) = stream.chunk().await.unwrap() {
            rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
        rest
    };
    let ((), rest) = tokio::join!(app.end(), rest);
    let last = rest.trim_end().rsplit("\n\n").next().unwrap();
    let retry = last.strip_prefix("retry:").unwrap().trim();
    let retry: u32 = retry.parse().unwrap();
    assert!((1000..=5000).contains(&retry), "{rest}");
}
