//! The one error that leaves the server. Inside, each layer has its own; at the
//! boundary they become an [`AppError`]: a code for programs and a sentence for
//! people, which says what happened, what is safe and what to do, and holds
//! nothing private.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::values::ValueError;

/// Defines the codes, each with the HTTP status of a response that carries it.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal,)+) => {
        /// Stable codes of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of docs/api.md.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// HTTP status of a response that carries the code.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self {
                    $(Self::$variant => $status),+
                }
            }
        }
    };
}

codes! {
    /// A field is missing or wrong; `fields` says which.
    ValidationFailed = 400,
    /// The code is wrong.
    CodeMismatch = 400,
    /// The code is too old.
    CodeExpired = 400,
    /// E-mail or password is wrong. The two are never told apart.
    AuthenticationFailed = 401,
    /// Nobody is signed in.
    NotSignedIn = 401,
    /// The account awaits its code.
    EmailNotConfirmed = 403,
    /// The account has to choose a new password by a mailed code.
    PasswordResetRequired = 403,
    /// The caller may not do that.
    Forbidden = 403,
    /// There is no such thing, or it is somebody else's.
    NotFound = 404,
    /// The address takes other methods; `Allow` names them.
    MethodNotAllowed = 405,
    /// The thing is in a state that does not allow it.
    Conflict = 409,
    /// The e-mail address has an account already.
    AlreadyRegistered = 409,
    /// Somebody saved a newer version.
    VersionConflict = 412,
    /// The recording is over the size limit.
    AudioTooLarge = 413,
    /// The request's body is over the limit.
    BodyTooLarge = 413,
    /// The recording can't be used; the sentence says why.
    AudioRejected = 422,
    /// The same `Idempotency-Key` came with another request before.
    IdempotencyKeyReused = 422,
    /// The request has to name the version it was made on, in `If-Match`.
    PreconditionRequired = 428,
    /// Too many requests.
    RateLimited = 429,
    /// A defect of ours; the log has the rest.
    Internal = 500,
    /// A service that SEVA needs does not answer now.
    ServiceUnavailable = 503,
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Rows `| `CODE` | status | ... |` of the page's table.
    fn documented() -> Vec<(String, u16)> {
        let page = include_str!("../../../docs/api.md");
        page.lines()
            .filter_map(|line| {
                let mut cells = line.strip_prefix("| `")?.split('|');
                let code = cells.next()?.trim().strip_suffix('`')?;
                Some((code.to_owned(), cells.next()?.trim().parse().ok()?))
            })
            .collect()
    }

    #[test]
    fn the_page_of_the_api_lists_every_code_with_its_status() {
        let codes: Vec<_> = ErrorCode::ALL
            .iter()
            .map(|code| {
                let name = serde_json::to_value(code).unwrap();
                (name.as_str().unwrap().to_owned(), code.http_status())
            })
            .collect();
        assert_eq!(documented(), codes);
    }

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
