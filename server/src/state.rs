//! What handlers share.

use std::{sync::Arc, time::Duration};

use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use seva_services::Services;
use seva_store::SealedSessionStore;
use tokio_util::sync::CancellationToken;

use crate::{
    breaker::Breakers, config::BaseUrl, cors::Origins, limits::Limits, rest::health::Checks,
    wiring::LocalObjects,
};

/// Cheap to clone: everything in it is shared.
#[derive(Clone)]
pub(crate) struct AppState {
    /// The use cases.
    pub(crate) services: Services,
    /// How pages name what the browser loads.
    pub(crate) leptos: LeptosOptions,
    /// The address people see.
    pub(crate) base_url: BaseUrl,
    /// Serves signed links, where files are kept on this machine.
    pub(crate) downloads: Option<Arc<LocalObjects>>,
    /// What the health check asks.
    pub(crate) checks: Arc<Checks>,
    /// Which services are left alone.
    pub(crate) breakers: Breakers,
    /// Whose pages may ask.
    pub(crate) origins: Origins,
    /// How much one caller may ask for.
    pub(crate) limits: Limits,
    /// Whether a session is still there, for answers that go on for long.
    pub(crate) sessions: Arc<SealedSessionStore>,
    /// How often those look.
    pub(crate) stream_check: Duration,
    /// How long a request may take, but for uploads and streams.
    pub(crate) request_timeout: Duration,
    /// How long an upload may stand still.
    pub(crate) upload_idle: Duration,
    /// Cancelled when the process is to end: streams end then.
    pub(crate) shutdown: CancellationToken,
}

impl FromRef<AppState> for Services {
    fn from_ref(state: &AppState) -> Self {
        state.services.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl FromRef<AppState> for BaseUrl {
    fn from_ref(state: &AppState) -> Self {
        state.base_url.clone()
    }
}
