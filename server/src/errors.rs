//! Errors as JSON. Inside the server an error is an [`AppError`]; here it gets
//! its status and the shape the API promises:
//!
//! ```json
//! {"success": false, "error": {"code": "...", "message": "...", "timestamp": "...", "request_id": "..."}}
//! ```

use std::{collections::BTreeMap, error::Error as _};

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::QueryRejection},
    http::{StatusCode, header::CONTENT_TYPE, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use seva_model::{AppError, ErrorCode, ValueError};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::telemetry;

/// An [`AppError`] on its way out.
#[derive(Debug)]
pub(crate) struct ApiError(pub(crate) AppError);

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl From<ValueError> for ApiError {
    fn from(error: ValueError) -> Self {
        Self(error.into())
    }
}

#[derive(Serialize)]
struct Body<'a> {
    success: bool,
    error: Details<'a>,
}

#[derive(Serialize)]
struct Details<'a> {
    code: ErrorCode,
    message: &'a str,
    timestamp: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    fields: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.http_status())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = Body {
            success: false,
            error: Details {
                code: self.0.code,
                message: &self.0.message,
                timestamp: timestamp(OffsetDateTime::now_utc()),
                fields: &self.0.fields,
                request_id: telemetry::current_request_id(),
            },
        };
        (status, Json(body)).into_response()
    }
}

/// As the API writes moments.
pub(crate) fn timestamp(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}

/// The answer to a panic: a sentence instead of a broken connection.
pub(crate) fn after_panic(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    ApiError(AppError::internal()).into_response()
}

/// The answer where the API has no such address.
pub(crate) async fn no_such_address() -> ApiError {
    ApiError(AppError::new(
        ErrorCode::NotFound,
        "The API has no such address. Look it up at /api/docs.",
    ))
}

/// The answer where an address of the API takes other methods. Which ones is added to it
/// on its way, as `Allow`.
pub(crate) async fn no_such_method() -> ApiError {
    ApiError(AppError::new(
        ErrorCode::MethodNotAllowed,
        "This address does not take that method. Use one that the header Allow names.",
    ))
}

/// A JSON body whose refusal has the shape of every other error.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let body = match Bytes::from_request(whole, state).await {
            Ok(body) => body,
            Err(refused) if refused.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                return Err(body_too_large().into());
            }
            Err(_) => return Err(not_expected().into()),
        };
        // A field that is not known is read past, however deep it is.
        if is_too_deep(&body) {
            return Err(not_expected().into());
        }
        let whole = Request::from_parts(parts, axum::body::Body::from(body));
        match <Json<T> as FromRequest<S>>::from_request(whole, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            // The reason may quote the body.
            Err(_) => Err(not_expected().into()),
        }
    }
}

fn not_expected() -> AppError {
    AppError::new(
        ErrorCode::ValidationFailed,
        "The body is not the JSON that is expected here. Check names and types of the fields.",
    )
}

/// How many brackets of a body may be open at once. A code of a draft's diagnosis is within
/// five.
const MAX_DEPTH: usize = 64;

/// Whether a JSON text opens more brackets within one another than any body of ours.
fn is_too_deep(body: &[u8]) -> bool {
    let (mut open, mut most) = (0_usize, 0);
    let (mut quoted, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                open += 1;
                most = most.max(open);
            }
            b']' | b'}' if !quoted => open = open.saturating_sub(1),
            _ => {}
        }
    }
    most > MAX_DEPTH
}

/// A body that may be missing altogether.
impl<T: DeserializeOwned, S: Send + Sync> axum::extract::OptionalFromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, ApiError> {
        if !request.headers().contains_key(CONTENT_TYPE) {
            return Ok(None);
        }
        let body = <Self as FromRequest<S>>::from_request(request, state).await?;
        Ok(Some(body))
    }
}

/// Says in the API's own words what the limit's layer says in plain text.
pub(crate) async fn explain_limit(response: Response) -> Response {
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|mime| mime.as_bytes().starts_with(b"application/json"));
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && !is_json {
        return ApiError(body_too_large()).into_response();
    }
    response
}

/// The error of a body over the limit.
pub(crate) fn body_too_large() -> AppError {
    AppError::new(
        ErrorCode::BodyTooLarge,
        "This is too much at once. Shorten it and try again.",
    )
}

/// A part of the address. One that can't be read names nothing that exists.
pub(crate) struct UrlPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for UrlPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(AppError::not_found("address").into()),
        }
    }
}

/// What stands behind the `?` of an address.
pub(crate) struct UrlQuery<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for UrlQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(value)) => Ok(Self(value)),
            Err(refused) => Err(bad_query(&refused).into()),
        }
    }
}

/// Names the parameter and not what it said.
fn bad_query(refused: &QueryRejection) -> AppError {
    let said = refused.source().map(ToString::to_string);
    let field = said.as_deref().and_then(|said| said.split_once(": "));
    match field {
        Some((field, _)) if field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') => {
            AppError::field(
                field,
                format!("Write {field} as it is described at /api/docs, or leave it out."),
            )
        }
        _ => AppError::new(
            ErrorCode::ValidationFailed,
            "What stands behind the ? of the address can't be read. Name each parameter once, as \
             it is described at /api/docs.",
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::http::Uri;
    use serde::Deserialize;

    use super::*;

    #[test]
    fn brackets_are_counted_where_they_are_brackets() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(nested(MAX_DEPTH).as_bytes()));
        assert!(is_too_deep(nested(MAX_DEPTH + 1).as_bytes()));
        let beside = format!("[{}]", vec!["{}"; 500].join(","));
        assert!(!is_too_deep(beside.as_bytes()));
        let said = format!(
            r#"{{"a": "{}", "b\\": "\"{}"}}"#,
            "[".repeat(500),
            "{".repeat(500)
        );
        assert!(!is_too_deep(said.as_bytes()));
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    enum Status {
        Draft,
    }

    #[derive(Debug, Deserialize)]
    struct Asked {
        limit: Option<u32>,
        status: Option<Status>,
    }

    fn read(query: &'static str) -> Result<Asked, AppError> {
        let uri = Uri::from_static(query);
        let query = Query::try_from_uri(&uri);
        query
            .map(|Query(asked)| asked)
            .map_err(|refused| bad_query(&refused))
    }

    #[test]
    fn a_query_that_cant_be_read_names_its_parameter_and_quotes_nothing() {
        let asked = read("/?limit=7&status=DRAFT&other=1").unwrap();
        assert_eq!(asked.limit, Some(7));
        assert!(matches!(asked.status, Some(Status::Draft)));
        for (query, field) in [
            ("/?limit=imran", "limit"),
            ("/?limit=-1", "limit"),
            ("/?limit=", "limit"),
            ("/?status=imran", "status"),
        ] {
            let error = read(query).unwrap_err();
            assert_eq!(error.code, ErrorCode::ValidationFailed, "{query}");
            assert_eq!(error.fields.keys().collect::<Vec<_>>(), [field], "{query}");
            assert!(!error.message.contains("imran"), "{query}");
        }
        let twice = read("/?limit=1&limit=2").unwrap_err();
        assert_eq!(twice.code, ErrorCode::ValidationFailed);
        assert!(twice.fields.is_empty());
    }
}
