//! One listener's connections, from the first to the last.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use axum_server::Handle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// How long a caller is waited for.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// For the head of a request, whole, and for the next request on the connection: who
    /// sends it in drips holds no connection.
    pub(crate) head: Duration,
    /// When the process stops, for requests that are under way: who sends or reads slowly
    /// does not keep it.
    pub(crate) end: Duration,
}

/// Serves until `shutdown` is cancelled, and then what is under way. Handlers are told the
/// address that asks.
///
/// # Errors
/// The listener failed.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let handle = Handle::new();
    let mut server = axum_server::Server::<SocketAddr>::from_listener(listener)
        .handle(handle.clone())
        // The first bytes say which HTTP it is, and no other time-out holds for them.
        .first_request_timeout(patience.head)
        .accept_error_handler(|_, error| tracing::warn!(%error, "a connection was not taken"));
    server
        .http_builder()
        .http1()
        .header_read_timeout(patience.head);
    let serving = server.serve(router.into_make_service_with_connect_info::<SocketAddr>());
    tokio::pin!(serving);
    tokio::select! {
        served = &mut serving => served,
        () = shutdown.cancelled() => {
            handle.graceful_shutdown(Some(patience.end));
            serving.await
        }
    }
}
