//! What pages ask of the server, one file a topic. A server function finds out
//! who calls, calls one service function and maps the error; nothing else
//! happens here, because the REST handlers call the same service functions.
#![allow(
    missing_docs,
    reason = "fields of the structs that the server macro makes of arguments"
)]

pub mod access_tokens;
pub mod account;
pub mod authenticator;
pub mod dictation_review;
pub mod dictations;
pub mod passwords;
pub mod prescriptions;
pub mod public;
pub mod search;
#[cfg(feature = "ssr")]
pub mod session;
pub mod sign_in;

use serde::{Deserialize, Serialize};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// In the order they are shown.
    pub items: Vec<T>,
    /// What to send as `before` for the next page; `None` on the last.
    pub next: Option<String>,
    /// Whether words narrowed it down.
    pub searched: bool,
}

#[cfg(feature = "ssr")]
pub(crate) use on_server::refuse;
#[cfg(feature = "ssr")]
pub use on_server::{caller, services, session};

#[cfg(feature = "ssr")]
mod on_server {
    use axum::http::{StatusCode, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use seva_model::{AppError, ErrorCode, UserId};
    use seva_services::Services;

    use super::{Listing, session::TypedSession};
    use crate::refusal;

    impl<T> Listing<T> {
        /// A page of a list that `words` narrowed down.
        pub(crate) fn of(page: seva_services::Page<T>, words: Option<&str>) -> Self {
            Self {
                items: page.items,
                next: page.next,
                searched: words.is_some(),
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

    /// Sends a form that was posted without script back to its page. Otherwise
    /// gives the response the status of the error: to a call by script, and to a
    /// page that shows the error itself. A page that needs a sign-in is sent there.
    pub(crate) fn refuse(error: &AppError) {
        if refusal::send_back(error) {
            return;
        }
        let (Some(parts), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return;
        };
        let redirected =
            error.code == ErrorCode::NotSignedIn && refusal::wants_html(&parts.headers);
        if let (false, Ok(status)) = (redirected, StatusCode::from_u16(error.code.http_status())) {
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
