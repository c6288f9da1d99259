//! The error of every server function: an [`AppError`] that can travel back to
//! the browser.

use std::fmt;

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use seva_model::{AppError, ErrorCode};

/// What a server function answers when it can't do as asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UiError(pub AppError);

impl UiError {
    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// The sentence under one field of a form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.0.fields.get(name).map(String::as_str)
    }
}

impl fmt::Display for UiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for UiError {}

/// On the server the conversion also sends a form that was posted without
/// script back to its page, or gives the response the status that belongs to the
/// code; see [`crate::server_fns`].
impl From<AppError> for UiError {
    fn from(error: AppError) -> Self {
        #[cfg(feature = "ssr")]
        crate::server_fns::refuse(&error);
        Self(error)
    }
}

impl From<seva_model::ValueError> for UiError {
    fn from(error: seva_model::ValueError) -> Self {
        AppError::from(error).into()
    }
}

impl FromServerFnError for UiError {
    type Encoder = JsonEncoding;

    /// What goes wrong around a server function: the way to the server, or a
    /// form that does not fit. The details would not help a doctor.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => AppError::new(
                ErrorCode::ServiceUnavailable,
                "The server can't be reached. Nothing is lost. Check the connection and try again.",
            ),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => AppError::new(
                ErrorCode::ValidationFailed,
                "The form could not be read. Load the page again and try once more.",
            ),
            _ => AppError::internal(),
        };
        // A form that does not fit is no fault of the server's: the response gets the
        // status that belongs to the code.
        #[cfg(feature = "ssr")]
        crate::server_fns::refuse(&error);
        Self(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_to_the_browser() {
        let error = UiError(AppError::field("email", "Enter an e-mail address."));
        assert_eq!(UiError::de(error.ser()), error);
    }

    #[test]
    fn what_can_not_be_decoded_is_an_error_with_a_sentence() {
        let error = UiError::de("not json".into());
        assert_eq!(error.code(), ErrorCode::ValidationFailed);
        assert!(!error.to_string().contains("json"));
    }
}
