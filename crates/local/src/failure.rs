//! From this machine's errors to the ports' one.

use std::error::Error;

use seva_services::ports::{PortError, PortFailure};

/// Builds the errors of one port.
#[derive(Clone, Copy)]
pub(crate) struct Service(pub(crate) &'static str);

impl Service {
    /// What may go better next time: a full disk, a lost connection.
    pub(crate) fn passing(
        self,
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> PortError {
        PortError::new(self.0, operation, PortFailure::Unavailable, source)
    }

    /// What stays wrong until somebody repairs it: a damaged file, a missing model.
    pub(crate) fn lasting(
        self,
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> PortError {
        PortError::new(self.0, operation, PortFailure::Broken, source)
    }

    /// Runs `work` on a thread that may block. It fails only if `work` panics.
    pub(crate) async fn blocking<T: Send + 'static>(
        self,
        operation: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PortError> {
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| self.passing(operation, error))
    }
}
