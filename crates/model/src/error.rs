//! The one error that leaves the server. Inside, each layer has its own; at the
//! boundary they become an [`AppError`]: a code for programs and a sentence for
//! people, which says what happened, what is safe and what to do, and holds
//! nothing private.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::values::ValueError;

/// Stable codes of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A field is missing or wrong; `fields` says which.
    ValidationFailed,
    /// E-mail or password is wrong. The two are never told apart.
    AuthenticationFailed,
    /// Nobody is signed in.
    NotSignedIn,
    /// The account awaits its code.
    EmailNotConfirmed,
    /// The account has to choose a new password by a mailed code.
    PasswordResetRequired,
    /// The code is wrong.
    CodeMismatch,
    /// The code is too old.
    CodeExpired,
    /// The e-mail address has an account already.
    AlreadyRegistered,
    /// The caller may not do that.
    Forbidden,
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// The thing is in a state that does not allow it.
    Conflict,
    /// Somebody saved a newer version.
    VersionConflict,
    /// The recording is over the size limit.
    AudioTooLarge,
    /// The recording can't be used; the sentence says why.
    AudioRejected,
    /// The request's body is over the limit.
    BodyTooLarge,
    /// Too many requests.
    RateLimited,
    /// A service that SEVA needs does not answer now.
    ServiceUnavailable,
    /// A defect of ours; the log has the rest.
    Internal,
}

impl ErrorCode {
    /// HTTP status of a response that carries the code.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::ValidationFailed | Self::CodeMismatch | Self::CodeExpired => 400,
            Self::AuthenticationFailed | Self::NotSignedIn => 401,
            Self::EmailNotConfirmed | Self::PasswordResetRequired | Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::AlreadyRegistered => 409,
            Self::VersionConflict => 412,
            Self::AudioTooLarge | Self::BodyTooLarge => 413,
            Self::AudioRejected => 422,
            Self::RateLimited => 429,
            Self::ServiceUnavailable => 503,
            Self::Internal => 500,
        }
    }
}

/// An error fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
    /// Field name to sentence, for forms.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

impl AppError {
    /// An error with a sentence.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: BTreeMap::new(),
        }
    }

    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code: ErrorCode::ValidationFailed,
            fields: BTreeMap::from([(field.to_owned(), message.clone())]),
            message,
        }
    }

    /// Several wrong fields; the message is the first sentence of them.
    #[must_use]
    pub fn fields(errors: impl IntoIterator<Item = ValueError>) -> Self {
        let mut fields = BTreeMap::new();
        let mut first = None;
        for error in errors {
            first.get_or_insert_with(|| error.message.clone());
            fields.insert(error.field.to_owned(), error.message);
        }
        Self {
            code: ErrorCode::ValidationFailed,
            message: first.unwrap_or_else(|| "Check the marked fields.".to_owned()),
            fields,
        }
    }

    /// The same words for what is missing and for what is another doctor's.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("This {what} does not exist, or it is not yours."),
        )
    }

    /// The caller has to sign in first.
    #[must_use]
    pub fn not_signed_in() -> Self {
        Self::new(ErrorCode::NotSignedIn, "Sign in to go on.")
    }

    /// A sign-in that took too long, or was ended elsewhere.
    #[must_use]
    pub fn sign_in_over() -> Self {
        Self::new(
            ErrorCode::NotSignedIn,
            "Your sign-in has ended. Sign in again.",
        )
    }

    /// A defect of ours. The cause belongs in the log, never in here.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong on our side. Nothing you saved is lost. Try again.",
        )
    }

    /// Something SEVA depends on is down.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            ErrorCode::ServiceUnavailable,
            "A service SEVA needs does not answer. Nothing you saved is lost. Try again in a minute.",
        )
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}

impl From<ValueError> for AppError {
    fn from(error: ValueError) -> Self {
        Self::field(error.field, error.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_fields_are_all_reported() {
        let error = AppError::fields(
            ["", "x"]
                .into_iter()
                .filter_map(|t| t.parse::<crate::EmailAddress>().err())
                .chain("".parse::<crate::FullName>().err()),
        );
        assert_eq!(error.code.http_status(), 400);
        assert_eq!(
            error.fields.keys().collect::<Vec<_>>(),
            ["email", "full_name"]
        );
    }
}
