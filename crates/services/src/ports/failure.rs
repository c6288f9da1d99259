//! What went wrong behind a port.

use std::{error::Error, time::Duration};

/// What kind of failure it was, as far as it tells what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortFailure {
    /// The service asks for fewer calls.
    Throttled,
    /// No answer in time, or the connection broke.
    TimedOut,
    /// The service has trouble of its own.
    Unavailable,
    /// The service refuses this process: credentials or permissions.
    Denied,
    /// What was asked for is not there.
    NotFound,
    /// It stays wrong until somebody repairs it.
    Broken,
}

/// A port failed for a reason that no caller can mend.
///
/// The source says what happened, for the log; it never holds anything said by
/// or about a patient.
#[derive(Debug, thiserror::Error)]
#[error("{service} failed at {operation}")]
pub struct PortError {
    /// `objects`, `identity`, `transcriber`, ...
    pub service: &'static str,
    /// What was being done.
    pub operation: &'static str,
    /// What kind of failure it was.
    pub failure: PortFailure,
    /// The provider's own name of the error, for the log.
    pub code: Option<String>,
    /// The provider's own name of the request, for the log only.
    pub request_id: Option<String>,
    /// What happened.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl PortError {
    /// A failure that no provider has given a name.
    pub fn new(
        service: &'static str,
        operation: &'static str,
        failure: PortFailure,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            service,
            operation,
            failure,
            code: None,
            request_id: None,
            source: source.into(),
        }
    }

    /// A call that was not made, because the service failed again and again and is
    /// left alone for a while.
    pub fn not_asked(service: &'static str, operation: &'static str, again_in: Duration) -> Self {
        let source = NotAsked { again_in };
        Self::new(service, operation, PortFailure::Unavailable, source)
    }

    /// How long the service is still left alone, if it was not asked at all: then the
    /// call is no try of whatever it was for.
    #[must_use]
    pub fn again_in(&self) -> Option<Duration> {
        let not_asked = self.source.downcast_ref::<NotAsked>();
        not_asked.map(|not_asked| not_asked.again_in)
    }

    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn may_retry(&self) -> bool {
        matches!(
            self.failure,
            PortFailure::Throttled | PortFailure::TimedOut | PortFailure::Unavailable
        )
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it failed again and again and is left alone for {} s", again_in.as_secs())]
struct NotAsked {
    again_in: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_was_not_made_says_when_it_may_be() {
        let pause = Duration::from_secs(30);
        let error = PortError::not_asked("objects", "open", pause);
        assert_eq!(error.again_in(), Some(pause));
        assert!(error.may_retry());
        let asked = PortError::new("objects", "open", PortFailure::Unavailable, "no answer");
        assert_eq!(asked.again_in(), None);
    }
}
