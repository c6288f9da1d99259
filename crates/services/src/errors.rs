//! The boundary where an error of a layer below becomes an [`AppError`]: here,
//! and only here, its cause is logged. A cause never holds anything said by or
//! about a patient, because neither the store nor a port puts such a thing in.

use std::error::Error;

use seva_model::{AppError, ErrorCode};
use seva_store::StoreError;

use crate::ports::{IdentityError, ObjectError, PortError, PortFailure};

/// An error and all that caused it, on one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// Logs a port's failure, with the provider's own names for it.
pub(crate) fn report_port(error: &PortError) {
    tracing::error!(
        service = error.service,
        operation = error.operation,
        failure = ?error.failure,
        code = error.code,
        request_id = error.request_id,
        cause = %chain(error),
        "failed"
    );
}

/// Logs a failure that ends here.
pub(crate) fn report(service: &str, operation: &str, error: &(dyn Error + 'static)) {
    tracing::error!(service, operation, cause = %chain(error), "failed");
}

/// Logs a port's failure and says what the caller may know of it.
pub(crate) fn port_failed(error: &PortError) -> AppError {
    report_port(error);
    match error.failure {
        PortFailure::NotFound => AppError::not_found("entry"),
        _ if error.may_retry() => AppError::unavailable(),
        _ => AppError::internal(),
    }
}

/// Turns the store's refusals into words and logs its failures.
pub(crate) trait Reported<T> {
    /// For rows that the caller did not name.
    fn reported(self, operation: &'static str) -> Result<T, AppError>;

    /// For a row of the caller; `what` names it in the sentence: "dictation".
    fn reported_for(self, operation: &'static str, what: &'static str) -> Result<T, AppError>;
}

impl<T> Reported<T> for Result<T, StoreError> {
    fn reported(self, operation: &'static str) -> Result<T, AppError> {
        self.reported_for(operation, "entry")
    }

    fn reported_for(self, operation: &'static str, what: &'static str) -> Result<T, AppError> {
        self.map_err(|error| store_error(&error, operation, what))
    }
}

fn store_error(error: &StoreError, operation: &'static str, what: &str) -> AppError {
    match error {
        StoreError::NotFound => AppError::not_found(what),
        StoreError::StaleVersion => AppError::new(
            ErrorCode::VersionConflict,
            format!(
                "This {what} was changed elsewhere. Your text is still on this page; load the newer version before you save."
            ),
        ),
        StoreError::Signed => AppError::new(
            ErrorCode::Conflict,
            "This prescription is signed and can't change. Copy it to a new one.",
        ),
        StoreError::WrongState | StoreError::Taken => AppError::new(
            ErrorCode::Conflict,
            format!("This {what} is in a state that does not allow that. Load the page again."),
        ),
        StoreError::LeaseLost | StoreError::Corrupt(_) | StoreError::Database(_) => {
            report("store", operation, error);
            if error.may_retry() {
                AppError::unavailable()
            } else {
                AppError::internal()
            }
        }
    }
}

/// What a person may know of the identity provider's answer.
pub(crate) fn identity_error(error: &IdentityError) -> AppError {
    let (code, message) = match error {
        IdentityError::Refused => (
            ErrorCode::AuthenticationFailed,
            "The e-mail address or the password is wrong.",
        ),
        IdentityError::NotConfirmed => (
            ErrorCode::EmailNotConfirmed,
            "Confirm your e-mail address first, with the code that was sent to it.",
        ),
        IdentityError::PasswordResetRequired => (
            ErrorCode::PasswordResetRequired,
            "Choose a new password first, with a code that we mail to you.",
        ),
        IdentityError::WeakPassword => {
            return AppError::field(
                "password",
                "This password is too easy to guess. Choose a longer one, of several words.",
            );
        }
        IdentityError::AlreadyRegistered => (
            ErrorCode::AlreadyRegistered,
            "This e-mail address has an account already. Sign in, or choose a new password with a code that we mail to it. If no such code arrives, confirm the address first.",
        ),
        IdentityError::CodeMismatch => {
            return wrong_code(
                ErrorCode::CodeMismatch,
                "The code is wrong. Check the newest mail, or ask for a new code.",
            );
        }
        IdentityError::CodeExpired => {
            return wrong_code(
                ErrorCode::CodeExpired,
                "The code has expired. Ask for a new one.",
            );
        }
        IdentityError::CodeNotDelivered => (
            ErrorCode::ServiceUnavailable,
            "The code could not be sent to this address. Check the address and try again.",
        ),
        IdentityError::TooManyAttempts => (
            ErrorCode::RateLimited,
            "Too many attempts. Wait a few minutes and try again.",
        ),
        IdentityError::TooManyCodes => (
            ErrorCode::RateLimited,
            "Too many wrong codes were entered for this address. Sign in with your password, or try again tomorrow with a new code.",
        ),
        IdentityError::SignInOver => return AppError::sign_in_over(),
        IdentityError::Port(error) => return port_failed(error),
    };
    AppError::new(code, message)
}

/// The same, of a code that an authenticator app shows.
pub(crate) fn code_error(error: &IdentityError) -> AppError {
    match error {
        IdentityError::CodeMismatch => wrong_code(
            ErrorCode::CodeMismatch,
            "The code is wrong or was used before. Enter the one that the app shows now.",
        ),
        error => identity_error(error),
    }
}

/// The same, of a code that a sign-in mailed: a new one takes a new sign-in.
pub(crate) fn mailed_code_error(error: &IdentityError) -> AppError {
    match error {
        IdentityError::CodeMismatch => wrong_code(
            ErrorCode::CodeMismatch,
            "The code is wrong. Enter the one in the newest mail, or sign in again for a new one.",
        ),
        IdentityError::CodeExpired => AppError::sign_in_over(),
        error => identity_error(error),
    }
}

/// Said beside the field that every form with a code has.
fn wrong_code(code: ErrorCode, sentence: &str) -> AppError {
    AppError {
        code,
        ..AppError::field("confirmation_code", sentence)
    }
}

/// What a person may know of a failed read of a stored file.
pub(crate) fn object_error(error: &ObjectError, what: &str) -> AppError {
    match error {
        ObjectError::Port(error) => port_failed(error),
        ObjectError::NotFound | ObjectError::RangeNotSatisfiable { .. } => {
            report("objects", "open", error);
            AppError::new(
                ErrorCode::NotFound,
                format!("The stored {what} can't be found. Tell who runs your SEVA."),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failure() -> impl Strategy<Value = PortFailure> {
        prop::sample::select(vec![
            PortFailure::Throttled,
            PortFailure::TimedOut,
            PortFailure::Unavailable,
            PortFailure::Denied,
            PortFailure::NotFound,
            PortFailure::Broken,
        ])
    }

    fn error(failure: PortFailure, inside: &str) -> PortError {
        PortError {
            code: Some(format!("code-{inside}")),
            request_id: Some(format!("request-{inside}")),
            ..PortError::new("identity", "authenticate", failure, inside.to_owned())
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn property_7_what_a_person_is_told_holds_nothing_of_the_inside(
            failure in failure(),
            inside in "[A-Za-z0-9]{12,40}",
        ) {
            let as_store = StoreError::Corrupt("a column");
            for told in [
                port_failed(&error(failure, &inside)),
                identity_error(&IdentityError::Port(error(failure, &inside))),
                code_error(&IdentityError::Port(error(failure, &inside))),
                object_error(&ObjectError::Port(error(failure, &inside)), "recording"),
                store_error(&as_store, "read", "dictation"),
            ] {
                let whole = format!("{told:?}");
                prop_assert!(!whole.contains(&inside), "{}", whole);
                prop_assert!(!told.message.contains("authenticate"), "{}", told.message);
                prop_assert!(!told.message.contains("column"), "{}", told.message);
                prop_assert!(told.message.ends_with('.'), "{}", told.message);
            }
        }

        #[test]
        fn property_48_a_failure_has_its_status(failure in failure(), inside in "[a-z]{1,9}") {
            let expected = match failure {
                PortFailure::Throttled | PortFailure::TimedOut | PortFailure::Unavailable => 503,
                PortFailure::Denied | PortFailure::Broken => 500,
                PortFailure::NotFound => 404,
            };
            let error = error(failure, &inside);
            prop_assert_eq!(port_failed(&error).code.http_status(), expected);
            prop_assert_eq!(error.may_retry(), expected == 503);
        }
    }
}
