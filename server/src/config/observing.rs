use std::net::SocketAddr;

use axum::http::Uri;

use super::source::Reader;

const METRICS: &str = "SEVA_METRICS_ADDR";
const TRACES: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// What whoever watches over the machines is told.
///
/// - `SEVA_METRICS_ADDR`: address and port on which `/metrics` is served, in the form
///   of Prometheus; none
/// - `OTEL_EXPORTER_OTLP_ENDPOINT`: a collector of OpenTelemetry, to which spans go
///   as OTLP over plain http; none
#[derive(Clone, Debug)]
pub struct ObservingConfig {
    /// Where `/metrics` is served.
    pub metrics_addr: Option<SocketAddr>,
    /// A collector's address, without a path of its own for spans.
    pub traces_to: Option<String>,
}

impl ObservingConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let given = reader.optional(METRICS);
        let metrics_addr: Option<SocketAddr> = given.and_then(|given| given.parse().ok());
        if given.is_some() && metrics_addr.is_none() {
            reader.refuse(METRICS, "an address and port like 127.0.0.1:9464");
        }
        let traces_to = reader.optional(TRACES);
        if traces_to.is_some_and(|address| !is_plain_http(address)) {
            reader.refuse(
                TRACES,
                "the address of a collector like http://127.0.0.1:4318; TLS is the collector's \
                 to add",
            );
        }
        Self {
            metrics_addr,
            traces_to: traces_to.map(str::to_owned),
        }
    }
}

fn is_plain_http(address: &str) -> bool {
    let uri = address.parse::<Uri>();
    uri.is_ok_and(|uri| {
        uri.scheme_str() == Some("http") && uri.authority().is_some() && uri.query().is_none()
    })
}
