//! `Idempotency-Key`: a request that makes something may be sent again when its answer
//! was lost, and makes it once.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};
use seva_model::{AppError, ErrorCode};
use seva_services::{Created, IdempotencyKey, OnceOnly};

use crate::errors::{self, ApiError, JsonBody};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells that the answer is that of an earlier request.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The key of a request, if it has one.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, AppError> {
    let mut given = headers.get_all(KEY).iter();
    let Some(key) = given.next() else {
        return Ok(None);
    };
    if given.next().is_some() {
        return Err(AppError::new(
            ErrorCode::ValidationFailed,
            "Send one Idempotency-Key with a request.",
        ));
    }
    key.to_str().unwrap_or_default().parse().map(Some)
}

/// A JSON body, and the request that it belongs to when that is to be carried out once.
pub(crate) struct KeyedJson<T> {
    pub(crate) body: T,
    pub(crate) once: Option<OnceOnly>,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for KeyedJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let key = key(request.headers())?;
        let (parts, body) = request.into_parts();
        let whole = Request::from_parts(parts.clone(), body);
        let bytes =
            Bytes::from_request(whole, state)
                .await
                .map_err(|refused| match refused.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => errors::body_too_large(),
                    _ => AppError::new(
                        ErrorCode::ValidationFailed,
                        "The body did not arrive whole. Send it again.",
                    ),
                })?;
        let once = key.map(|key| key.request(parts.method.as_str(), parts.uri.path(), &bytes));
        let request = Request::from_parts(parts, Body::from(bytes));
        let JsonBody(body) = <JsonBody<T> as FromRequest<S>>::from_request(request, state).await?;
        Ok(Self { body, once })
    }
}

/// The answer of a request that made something, or had made it before.
pub(crate) fn answer<T>(created: &Created<T>, body: &impl Serialize) -> Response {
    let status = StatusCode::from_u16(created.status).unwrap_or(StatusCode::OK);
    let mut response = (status, Json(body)).into_response();
    if created.replayed {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
