//! Refusals of whole requests, before any handler sees them: told as whoever made the
//! request can read it.

use axum::{
    Json,
    extract::Request,
    http::{StatusCode, header::ACCEPT},
    response::{Html, IntoResponse as _, Response},
};
use seva_model::AppError;

use crate::errors::ApiError;

/// Who reads the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A program, which knows the API's errors.
    Api,
    /// A page's own script, which knows the error of server functions.
    Page,
    /// A person whose browser opens an address or sends a form.
    Person,
}

impl Audience {
    /// Who made a request.
    pub(crate) fn of(request: &Request) -> Self {
        let path = request.uri().path();
        let accepted = request.headers().get(ACCEPT);
        let accepted = accepted.and_then(|accept| accept.to_str().ok());
        if path.starts_with("/api/") {
            Self::Api
        } else if accepted.is_some_and(|accept| accept.contains("text/html")) {
            Self::Person
        } else if path.starts_with("/fn/") {
            Self::Page
        } else {
            Self::Api
        }
    }

    /// The answer that says why nothing was done.
    pub(crate) fn refuse(self, error: AppError) -> Response {
        let status = StatusCode::from_u16(error.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match self {
            Self::Api => ApiError(error).into_response(),
            Self::Page => (status, Json(error)).into_response(),
            Self::Person => (status, Html(page(&error))).into_response(),
        }
    }
}

/// A page that loads nothing, whatever else may be out of order.
fn page(error: &AppError) -> String {
    let sentence = error
        .message
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>SEVA Arogya</title></head><body><main><h1>SEVA Arogya</h1><p>{sentence}</p>\
         <p><a href=\"/\">Open SEVA</a></p></main></body></html>"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use app::UiError;
    use axum::body::{Body, to_bytes};
    use seva_model::ErrorCode;

    use super::*;

    fn audience(path: &str, accept: Option<&str>) -> Audience {
        let mut request = axum::http::Request::builder().uri(path);
        if let Some(accept) = accept {
            request = request.header(ACCEPT, accept);
        }
        Audience::of(&request.body(Body::empty()).unwrap())
    }

    async fn said(audience: Audience, error: &AppError) -> (StatusCode, String) {
        let response = audience.refuse(error.clone());
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn each_caller_is_known_by_where_it_asks_and_what_it_reads() {
        const BROWSER: Option<&str> = Some("text/html,application/xhtml+xml,*/*;q=0.8");
        let script = Some("application/json");
        assert_eq!(audience("/api/v1/transcriptions", script), Audience::Api);
        assert_eq!(audience("/api/v1/transcriptions", BROWSER), Audience::Api);
        assert_eq!(audience("/sign-in", BROWSER), Audience::Person);
        assert_eq!(audience("/fn/sign_in", BROWSER), Audience::Person);
        assert_eq!(audience("/fn/sign_in", script), Audience::Page);
        assert_eq!(audience("/fn/sign_in", None), Audience::Page);
        assert_eq!(audience("/sign-in", Some("*/*")), Audience::Api);
    }

    #[tokio::test]
    async fn each_caller_can_read_the_sentence() {
        let error = AppError::new(ErrorCode::RateLimited, "Wait <5> seconds & try again.");
        let (status, body) = said(Audience::Api, &error).await;
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(json["error"]["code"], "RATE_LIMITED");
        assert_eq!(json["error"]["message"], error.message);

        let (status, body) = said(Audience::Page, &error).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        let read: UiError = serde_json::from_str(&body).unwrap();
        assert_eq!(read.0, error);

        let (status, body) = said(Audience::Person, &error).await;
        assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
        assert!(body.contains("Wait &lt;5&gt; seconds &amp; try again."));
    }
}
