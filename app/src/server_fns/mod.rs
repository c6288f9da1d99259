//! What pages ask of the server, one file a topic. A server function finds out
//! who calls, calls one service function and maps the error; nothing else
//! happens here, because the REST handlers call the same service functions.
#![allow(
    missing_docs,
    reason = "fields of the structs that the server macro makes of arguments"
)]

pub mod account;
pub mod dictation_review;
pub mod dictations;
pub mod prescriptions;
pub mod public;
#[cfg(feature = "ssr")]
pub mod session;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// In the order they are shown.
    pub items: Vec<T>,
    /// What to send as `before` for the next page; `None` on the last.
    pub next: Option<String>,
}

#[cfg(feature = "ssr")]
pub(crate) use on_server::set_status;
#[cfg(feature = "ssr")]
pub use on_server::{caller, services, session};

#[cfg(feature = "ssr")]
mod on_server {
    use axum::http::{Method, StatusCode, header::ACCEPT, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use seva_model::{AppError, ErrorCode, UserId};
    use seva_services::Services;

    use super::{Listing, session::TypedSession};

    impl<T> From<seva_services::Page<T>> for Listing<T> {
        fn from(page: seva_services::Page<T>) -> Self {
            Self {
                items: page.items,
                next: page.next,
            }
        }
    }

    /// The services, as the server put them into the context.
    ///
    /// # Errors
    /// `Internal` if the server forgot to.
    pub fn services() -> Result<Services, AppError> {
        use_context().ok_or_else(|| {
            tracing::error!("Services are missing from the Leptos context");
            AppError::internal()
        })
    }

    /// The session of this request.
    ///
    /// # Errors
    /// `Internal` if the session layer is missing.
    pub async fn session() -> Result<TypedSession, AppError> {
        leptos_axum::extract().await.map_err(|error| {
            tracing::error!(%error, "no session layer");
            AppError::internal()
        })
    }

    /// Who calls.
    ///
    /// # Errors
    /// `NotSignedIn`; `ServiceUnavailable` if sessions can't be read now.
    pub async fn caller() -> Result<UserId, AppError> {
        session().await?.require_user().await
    }

    /// Gives the response the status of an error, in the two cases where nobody
    /// redirects: a call by script, and a page that shows the error itself. A
    /// form posted without script is sent back to its page, and a page that
    /// needs a sign-in is sent there.
    pub(crate) fn set_status(code: ErrorCode) {
        let (Some(parts), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return;
        };
        let for_a_reader = parts
            .headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("text/html"));
        let redirected =
            for_a_reader && (parts.method != Method::GET || code == ErrorCode::NotSignedIn);
        if let (false, Ok(status)) = (redirected, StatusCode::from_u16(code.http_status())) {
            response.set_status(status);
        }
    }
}

/// What was typed into a search field; nothing when it is blank.
#[cfg(feature = "ssr")]
fn search_words(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| typed.to_owned())
}
