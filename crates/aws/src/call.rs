//! One call to AWS: measured, logged, its failure mapped.

use std::{error::Error, future::Future, time::Instant};

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId as _,
};
use aws_smithy_types::retry::ErrorKind;
use seva_services::ports::{PortError, PortFailure};

/// The service asks for fewer calls.
const THROTTLED: [&str; 12] = [
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// The request did not arrive in time.
const SLOW_CLIENT: [&str; 2] = ["RequestTimeout", "RequestTimeoutException"];

/// Credentials or permissions are wrong.
const DENIED: [&str; 9] = [
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// A service of AWS, as the log names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    name: &'static str,
    /// Whether its messages may quote what a person said, or an address.
    quotes_input: bool,
}

impl Service {
    /// A service that never sees what a person said, nor an address.
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            quotes_input: false,
        }
    }

    /// A service whose messages may quote what it was sent: they are left out.
    pub(crate) const fn private(name: &'static str) -> Self {
        Self {
            name,
            quotes_input: true,
        }
    }

    /// Waits for an answer, and writes one line about it.
    pub(crate) async fn call<T, E>(
        self,
        operation: &'static str,
        sent: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, PortError>
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let begun = Instant::now();
        let result = sent.await;
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(answer) => {
                tracing::info!(service = self.name, operation, milliseconds, "called");
                Ok(answer)
            }
            Err(error) => {
                let error = self.failed(operation, &error);
                tracing::info!(
                    service = self.name,
                    operation,
                    milliseconds,
                    failure = ?error.failure,
                    code = error.code,
                    request_id = error.request_id,
                    reason = %error.source,
                    "called in vain"
                );
                Err(error)
            }
        }
    }

    /// What stays wrong until somebody repairs it.
    pub(crate) fn broken(
        self,
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> PortError {
        PortError::new(self.name, operation, PortFailure::Broken, source)
    }

    /// An answer that broke off after it had begun, which the SDK does not ask for
    /// again.
    pub(crate) fn interrupted(
        self,
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> PortError {
        tracing::info!(service = self.name, operation, "the answer broke off");
        PortError::new(self.name, operation, PortFailure::TimedOut, source)
    }

    /// What may go better next time.
    pub(crate) fn unavailable(
        self,
        operation: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> PortError {
        PortError::new(self.name, operation, PortFailure::Unavailable, source)
    }

    fn failed<E>(self, operation: &'static str, error: &SdkError<E, HttpResponse>) -> PortError
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|raw| raw.status().as_u16());
        let code = error.code().map(str::to_owned);
        let request_id = error.request_id().map(str::to_owned);
        let failure = kind(error, code.as_deref(), status);
        let source = CallFailed {
            how: how(error),
            status,
            code: code.clone(),
            message: self.message(error),
        };
        PortError {
            code,
            request_id,
            ..PortError::new(self.name, operation, failure, source)
        }
    }

    /// What the service said, unless that may be private, or what kept the request from
    /// going out.
    fn message<E>(self, error: &SdkError<E, HttpResponse>) -> Option<String>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        match error {
            // A connection knows nothing of what it was to carry.
            SdkError::DispatchFailure(failure) => {
                failure.as_connector_error().map(|error| causes(error))
            }
            SdkError::ServiceError(_) if !self.quotes_input => error.message().map(str::to_owned),
            _ => None,
        }
    }
}

/// An error and all that led to it, in one line.
fn causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// What is kept of the SDK's error: nothing that was sent.
#[derive(Debug, thiserror::Error)]
#[error(
    "{how}{}{}{}",
    status.map(|s| format!(", HTTP {s}")).unwrap_or_default(),
    code.as_deref().map(|c| format!(", {c}")).unwrap_or_default(),
    message.as_deref().map(|m| format!(": {m}")).unwrap_or_default()
)]
struct CallFailed {
    how: &'static str,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
}

/// An error that says what it is about, where that is no secret.
pub(crate) fn about(what: &str, error: PortError) -> PortError {
    let said = format!("{what}: {}", error.source);
    PortError {
        source: said.into(),
        ..error
    }
}

fn how<E>(error: &SdkError<E, HttpResponse>) -> &'static str {
    match error {
        SdkError::ConstructionFailure(_) => "the request could not be made",
        SdkError::TimeoutError(_) => "no answer in time",
        SdkError::DispatchFailure(_) => "the request could not be sent",
        SdkError::ResponseError(_) => "the answer could not be read",
        _ => "refused",
    }
}

fn kind<E>(
    error: &SdkError<E, HttpResponse>,
    code: Option<&str>,
    status: Option<u16>,
) -> PortFailure {
    match error {
        SdkError::ConstructionFailure(_) => PortFailure::Broken,
        SdkError::TimeoutError(_) => PortFailure::TimedOut,
        SdkError::DispatchFailure(failure)
            if failure.is_timeout()
                || failure.is_io()
                // So it calls a connection that closed before the answer.
                || failure.as_other() == Some(ErrorKind::TransientError) =>
        {
            PortFailure::TimedOut
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => PortFailure::Broken,
        SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => PortFailure::Unavailable,
        _ => refused(code.unwrap_or_default(), status.unwrap_or_default()),
    }
}

/// The service's own answer, by its code and then by its status.
fn refused(code: &str, status: u16) -> PortFailure {
    match status {
        _ if THROTTLED.contains(&code) => PortFailure::Throttled,
        _ if SLOW_CLIENT.contains(&code) => PortFailure::TimedOut,
        _ if DENIED.contains(&code) => PortFailure::Denied,
        _ if code.contains("NotFound") || code.starts_with("NoSuch") => PortFailure::NotFound,
        429 => PortFailure::Throttled,
        401 | 403 => PortFailure::Denied,
        404 => PortFailure::NotFound,
        408 => PortFailure::TimedOut,
        // A success that is none of the service's was written by something in between.
        200..300 | 500.. => PortFailure::Unavailable,
        _ => PortFailure::Broken,
    }
}

#[cfg(test)]
mod tests;
