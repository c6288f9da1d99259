//! What whoever watches over the machines can read, and what not.

use reqwest::StatusCode;
use serde_json::json;
use tokio::sync::Mutex;

use crate::support::{recordings, spawn_web, spawn_web_with};

const MEASURED: (&str, &str) = ("SEVA_METRICS_ADDR", "127.0.0.1:0");

/// A process has one recorder, and whoever reads it writes gauges first: where tests share a
/// process, one at a time does. What is counted may be of other tests, too.
static READING: Mutex<()> = Mutex::const_new(());

/// The value of the series of this name that has all these labels.
fn value(text: &str, name: &str, labels: &[&str]) -> Option<f64> {
    let series = text.lines().filter(|line| !line.starts_with('#'));
    let mut series = series.filter_map(|line| line.rsplit_once(' '));
    let (_, value) = series.find(|(series, _)| {
        let (found, rest) = series.split_once('{').unwrap_or((series, ""));
        found == name && labels.iter().all(|label| rest.contains(label))
    })?;
    Some(value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_calls_the_queue_and_connections_are_measured() {
    let _reading = READING.lock().await;
    let app = spawn_web_with(&[MEASURED]).await;
    let before = app.metrics().await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    doctor.dictation(&id).await;
    doctor.dictation(&id).await;
    let mut events = doctor.events(&id, None).await;
    events.next().await.unwrap();

    let text = app.metrics().await;
    let of_route = [
        r#"method="GET""#,
        r#"route="/api/v1/transcriptions/{id}""#,
        r#"status="200""#,
    ];
    let requests = "seva_http_request_duration_seconds_count";
    let counted = |name: &str, labels: &[&str]| {
        value(&text, name, labels).unwrap() - value(&before, name, labels).unwrap_or_default()
    };
    assert!(counted(requests, &of_route) >= 2.0, "{text}");
    let of_bucket = [of_route[1], r#"le="30""#];
    let buckets = "seva_http_request_duration_seconds_bucket";
    assert!(counted(buckets, &of_bucket) >= 2.0);

    let calls = "seva_port_call_duration_seconds_count";
    let signed_in = [
        r#"service="identity""#,
        r#"operation="authenticate""#,
        r#"outcome="ok""#,
    ];
    assert!(counted(calls, &signed_in) >= 1.0);
    let stored = [r#"service="objects""#, r#"operation="put file""#];
    assert!(counted(calls, &stored) >= 1.0);

    assert_eq!(
        value(&text, "seva_jobs", &[r#"state="waiting""#]),
        Some(1.0)
    );
    assert_eq!(
        value(&text, "seva_jobs", &[r#"state="running""#]),
        Some(0.0)
    );
    assert!(value(&text, "seva_oldest_waiting_job_seconds", &[]).unwrap() >= 0.0);
    let open_streams = value(&text, "seva_event_streams", &[]).unwrap();
    assert_eq!(value(&text, "seva_database_up", &[]), Some(1.0));
    let idle = value(&text, "seva_database_connections", &[r#"state="idle""#]);
    let busy = value(&text, "seva_database_connections", &[r#"state="busy""#]);
    let open = idle.unwrap() + busy.unwrap();
    assert!((1.0..=10.0).contains(&open), "{open}");

    // The end of a dictation ends its stream.
    let cancel = format!("/api/v1/transcriptions/{id}/cancel");
    doctor.post(&cancel, &json!({})).await;
    events.rest().await;
    // The server learns a moment later that everything was read.
    let streams = async || value(&app.metrics().await, "seva_event_streams", &[]).unwrap();
    while streams().await >= open_streams {
        tokio::task::yield_now().await;
    }
    let text = app.metrics().await;
    assert_eq!(
        value(&text, "seva_jobs", &[r#"state="waiting""#]),
        Some(0.0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_metric_names_a_person_a_dictation_or_an_address() {
    let _reading = READING.lock().await;
    let app = spawn_web_with(&[MEASURED]).await;
    let doctor = app.doctor().await;
    let id = doctor.dictate("imran.m4a", recordings::short()).await;
    doctor.dictation(&id).await;
    doctor
        .get(&format!("/no-such-page/{id}?search=imran"))
        .await;
    doctor.open(&format!("/dictations/{id}")).await;
    let text = app.metrics().await.to_lowercase();
    for private in [
        id.as_str(),
        "imran",
        "doctor0",
        "clinic.example",
        "127.0.0.1",
        "search",
    ] {
        assert!(!text.contains(private), "{private}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_queue_is_no_empty_one() {
    let _reading = READING.lock().await;
    let app = spawn_web_with(&[MEASURED]).await;
    app.rows().cut_off().await;
    let text = app.metrics().await;
    assert_eq!(value(&text, "seva_database_up", &[]), Some(0.0));
    let waiting = value(&text, "seva_jobs", &[r#"state="waiting""#]);
    assert!(waiting.unwrap().is_nan());
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_not_where_everybody_is() {
    let app = spawn_web().await;
    let answer = app.doctor().await.open("/metrics").await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert!(!answer.text().await.unwrap().contains("seva_http_request"));
}
