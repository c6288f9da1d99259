//! What is logged, and how: one JSON object a line, or readable lines on a
//! terminal, to the standard error stream.
//!
//! A request is logged by the route's pattern, never by its address: addresses
//! hold ids and links. No header, no body and no query is ever logged. What is logged
//! within a request, by whichever layer, carries its id.

mod traces;

use std::{
    io::{self, IsTerminal as _},
    panic,
    time::Instant,
};

use anyhow::Context as _;
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{Instrument as _, Level, Metadata, Subscriber};
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, fmt::MakeWriter, layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};
use uuid::Uuid;

use self::traces::Traces;
use crate::{
    config::{LogConfig, LogFormat, ObservingConfig},
    metrics,
};

/// Names a request in the log, in the answer and in its errors.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// What has to be brought to its end with the process.
#[must_use]
pub struct Telemetry(Option<Traces>);

impl Telemetry {
    /// Sends what was collected and not sent yet.
    pub async fn end(self) {
        if let Some(traces) = self.0 {
            traces.end().await;
        }
    }
}

/// Starts logging, and tracing if there is a collector.
///
/// # Errors
/// The filter is none, or logging was started before.
pub fn start(config: &LogConfig, observing: &ObservingConfig) -> anyhow::Result<Telemetry> {
    let format = config
        .format
        .unwrap_or_else(|| match io::stderr().is_terminal() {
            true => LogFormat::Pretty,
            false => LogFormat::Json,
        });
    let traces = observing.traces_to.as_deref().map(Traces::start);
    let traces = traces.transpose()?;
    let tracer = traces.as_ref().map(Traces::tracer);
    subscriber(&config.filter, format, io::stderr, tracer)?.try_init()?;
    // A panic's message may hold anything, even what was dictated: only its
    // place is told.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
    Ok(Telemetry(traces))
}

/// Writes what `filter` asks for, as far as it may be written at all.
fn subscriber<W>(
    filter: &str,
    format: LogFormat,
    writer: W,
    tracer: Option<SdkTracer>,
) -> anyhow::Result<impl Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).context("SEVA_LOG is not a filter")?;
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match format {
        LogFormat::Pretty => lines.compact().boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            // The outermost has the request's id.
            .with_current_span(false)
            .with_span_list(true)
            .boxed(),
    };
    let spans = tracer.map(|tracer| {
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_tracer(tracer)
    });
    Ok(tracing_subscriber::registry()
        .with(filter)
        .with(filter_fn(is_safe))
        .with(spans)
        .with(lines))
}

/// Libraries write headers and bodies below INFO (the AWS SDK whole answers, with
/// what a patient said and with tokens). No setting can ask for that: only SEVA's
/// own code, which knows what it handles, may tell more.
fn is_safe(event: &Metadata<'_>) -> bool {
    let source = event.target().split("::").next().unwrap_or_default();
    *event.level() <= Level::INFO
        || matches!(source, "server" | "app" | "seva")
        || source.starts_with("seva_")
}

/// Id of the request that is being answered, if any is.
pub(crate) fn current_request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Gives each request an id and logs how it ended.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|id| id.to_str().ok())
        .filter(|id| is_plausible(id))
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(file)", MatchedPath::as_str);
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %id, %method, route);
    let began = Instant::now();
    let mut response = CURRENT
        .scope(id.clone(), next.run(request).instrument(span.clone()))
        .await;
    let took = began.elapsed();
    metrics::count_request(&method, route, response.status(), took);
    let duration_ms = took.as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    span.in_scope(|| match status {
        500.. => tracing::error!(%method, route, status, duration_ms, "answered"),
        _ if route == "(file)" || route.starts_with("/health") => {
            tracing::debug!(%method, route, status, duration_ms, "answered");
        }
        _ => tracing::info!(%method, route, status, duration_ms, "answered"),
    });
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// An id that a proxy in front may have given; anything else could be an attempt
/// to write into the log.
fn is_plausible(id: &str) -> bool {
    (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;
    use serde_json::Value;
    use time::{OffsetDateTime, format_description::well_known::Rfc3339};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, format: LogFormat) -> String {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = subscriber(filter, format, move || writer.clone(), None).unwrap();
        tracing::subscriber::with_default(subscriber, || {
            tracing::trace!(target: "aws_smithy_runtime::client", body = "chest pain", "answer");
            tracing::debug!(target: "hyper::proto", body = "chest pain", "read");
            tracing::debug!(target: "sevaless", body = "chest pain", "read");
            tracing::info!(target: "aws_config", "region found");
            tracing::trace!(target: "seva_services::worker", "a step");
            tracing::debug!(target: "server::renewal", "another");
        });
        let written = lines.0.lock().unwrap().clone();
        String::from_utf8(written).unwrap()
    }

    proptest! {
        #[test]
        fn property_35_each_event_is_one_json_object_on_a_line_of_its_own(
            said in any::<String>(),
            value in any::<String>(),
            number in any::<i64>(),
        ) {
            let lines = Lines::default();
            let writer = lines.clone();
            let subscriber = subscriber("info", LogFormat::Json, move || writer.clone(), None);
            tracing::subscriber::with_default(subscriber.unwrap(), || {
                let span = tracing::info_span!("request", request_id = "0193f0e8");
                span.in_scope(|| {
                    tracing::info!(value, number, "{said}");
                    tracing::error!(value, number, "{said}");
                });
            });
            let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            prop_assert_eq!(written.lines().count(), 2, "{}", written);
            for (line, level) in written.lines().zip(["INFO", "ERROR"]) {
                let line: Value = serde_json::from_str(line).unwrap();
                let at = line["timestamp"].as_str().unwrap();
                prop_assert!(OffsetDateTime::parse(at, &Rfc3339).is_ok(), "{}", at);
                prop_assert_eq!(line["level"].as_str(), Some(level));
                prop_assert_eq!(line["message"].as_str(), Some(said.as_str()));
                prop_assert_eq!(line["target"].as_str(), Some("seva_server::telemetry::tests"));
                prop_assert_eq!(line["value"].as_str(), Some(value.as_str()));
                prop_assert_eq!(line["number"].as_i64(), Some(number));
                prop_assert_eq!(line["spans"][0]["request_id"].as_str(), Some("0193f0e8"));
            }
        }
    }

    #[test]
    fn no_filter_makes_a_library_tell_what_it_sends() {
        for format in [LogFormat::Json, LogFormat::Pretty] {
            for filter in ["trace", "info,aws_smithy_runtime=trace,hyper=trace"] {
                let logged = logged(filter, format);
                assert!(!logged.contains("chest pain"), "{logged}");
                assert!(logged.contains("region found"), "{logged}");
            }
            let logged = logged("trace", format);
            assert!(logged.contains("a step") && logged.contains("another"));
        }
    }
}
