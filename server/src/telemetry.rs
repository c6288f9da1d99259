//! What is logged, and how: one JSON object a line, or readable lines on a
//! terminal, to the standard error stream.
//!
//! A request is logged by the route's pattern, never by its address: addresses
//! hold ids and links. No header, no body and no query is ever logged.

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
use tracing::Instrument as _;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use uuid::Uuid;

use crate::config::{LogConfig, LogFormat};

/// Names a request in the log, in the answer and in its errors.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// Starts logging.
///
/// # Errors
/// The filter is none, or logging was started before.
pub fn start(config: &LogConfig) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.filter).context("SEVA_LOG is not a filter")?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let by_stream = || match io::stderr().is_terminal() {
        true => LogFormat::Pretty,
        false => LogFormat::Json,
    };
    match config.format.unwrap_or_else(by_stream) {
        LogFormat::Pretty => registry.with(lines.compact()).try_init()?,
        LogFormat::Json => registry
            .with(lines.json().flatten_event(true).with_span_list(false))
            .try_init()?,
    }
    // A panic's message may hold anything, even what was dictated: only its
    // place is told.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "a thread panicked");
    }));
    Ok(())
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
    let span = tracing::info_span!("request", request_id = %id);
    let began = Instant::now();
    let mut response = CURRENT
        .scope(id.clone(), next.run(request).instrument(span.clone()))
        .await;
    let duration_ms = began.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    span.in_scope(|| match (status, route) {
        (500.., _) => tracing::error!(%method, route, status, duration_ms, "answered"),
        (_, "/health" | "(file)") => {
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
