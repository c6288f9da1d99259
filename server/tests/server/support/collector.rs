use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use tokio::net::TcpListener;

/// Bytes of protobuf, in which texts stand as they are.
type Received = Arc<Mutex<Vec<u8>>>;

/// A stand-in for what collects spans of OpenTelemetry, on a port of its own.
pub(crate) struct Collector {
    /// What `OTEL_EXPORTER_OTLP_ENDPOINT` is to be.
    pub(crate) address: String,
    received: Received,
}

impl Collector {
    pub(crate) async fn start() -> Self {
        let received = Received::default();
        let router = Router::new()
            .route("/v1/traces", post(receive))
            .with_state(Arc::clone(&received));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { address, received }
    }

    /// All that came so far, as far as it is text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().unwrap()).into_owned()
    }
}

async fn receive(State(received): State<Received>, headers: HeaderMap, spans: Bytes) {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    // Nothing can be looked for in what is packed.
    assert!(!headers.contains_key("content-encoding"));
    received.lock().unwrap().extend_from_slice(&spans);
}
