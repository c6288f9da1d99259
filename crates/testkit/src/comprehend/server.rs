//! The protocol: what a request has to be, and the answers to it.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::stream;
use serde::Serialize;

use super::{Call, Fault, lock, wire};

const ENTITIES_LIMIT: usize = 20_000;
const CODES_LIMIT: usize = 10_000;
const REQUEST_ID: &str = "3d1f0f3e-0000-4000-8000-00000000c0de";

pub(super) fn router(state: Arc<super::State>) -> Router {
    let path = "/service/ComprehendMedical_20181030/operation/{operation}";
    Router::new().route(path, post(answer)).with_state(state)
}

async fn answer(
    State(state): State<Arc<super::State>>,
    Path(operation): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let _in_hand = state.enter();
    let text = match read(&operation, &headers, &body) {
        Ok(text) => text,
        Err(refusal) => return refusal.into_response(),
    };
    lock(&state.calls).push(Call {
        operation: operation.clone(),
        bytes: text.len(),
    });
    let fault = state.fault();
    let refuse = |status, kind| refusal(status, kind, &text).into_response();
    match fault {
        Some(Fault::Throttle) => refuse(429, "TooManyRequestsException"),
        Some(Fault::InternalError) => refuse(500, "InternalServerException"),
        Some(Fault::Unavailable) => refuse(503, "ServiceUnavailableException"),
        Some(Fault::Denied) => refuse(400, "AccessDeniedException"),
        Some(Fault::Garbage(status)) => cbor(status, format!("<html>{text}</html>").into()),
        Some(Fault::BreakOff) => cbor(200, broken_off(found(&operation, &text))),
        Some(Fault::Trickle { pieces, pause }) => {
            cbor(200, trickling(&found(&operation, &text), pieces, pause))
        }
        Some(Fault::Hang) => {
            state.hang().await;
            cbor(200, found(&operation, &text).into())
        }
        None => cbor(200, found(&operation, &text).into()),
    }
}

/// What the service finds, as the body of its answer.
fn found(operation: &str, text: &str) -> Vec<u8> {
    match operation {
        "DetectEntitiesV2" => encoded(&wire::entities(text)),
        "InferRxNorm" => encoded(&wire::rxnorm(text)),
        _ => encoded(&wire::icd10(text)),
    }
}

/// The text of a request that is as the protocol and the operation want it.
fn read(operation: &str, headers: &HeaderMap, body: &[u8]) -> Result<String, Refusal> {
    let limit = match operation {
        "DetectEntitiesV2" => ENTITIES_LIMIT,
        "InferRxNorm" | "InferICD10CM" => CODES_LIMIT,
        _ => return Err(refusal(404, "UnknownOperationException", operation)),
    };
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
    if !is("smithy-protocol", "rpc-v2-cbor") || !is("content-type", "application/cbor") {
        return Err(refusal(
            400,
            "SerializationException",
            "the protocol's headers",
        ));
    }
    let signature = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let signed = signature.is_some_and(|signature| {
        signature.starts_with("AWS4-HMAC-SHA256 ")
            && signature.contains("/comprehendmedical/aws4_request")
    });
    if !signed {
        return Err(refusal(
            403,
            "MissingAuthenticationTokenException",
            "no signature",
        ));
    }
    let request: wire::Request = minicbor_serde::from_slice(body)
        .map_err(|_| refusal(400, "SerializationException", "the body"))?;
    match request.text.len() {
        0 => Err(refusal(400, "InvalidRequestException", "no text")),
        bytes if bytes > limit => Err(refusal(
            400,
            "TextSizeLimitExceededException",
            &request.text,
        )),
        _ => Ok(request.text),
    }
}

struct Refusal {
    status: u16,
    body: Vec<u8>,
}

#[derive(Serialize)]
struct ErrorBody {
    #[serde(rename = "__type")]
    kind: String,
    #[serde(rename = "Message")]
    message: String,
}

fn refusal(status: u16, kind: &str, about: &str) -> Refusal {
    let body = encoded(&ErrorBody {
        kind: format!("com.amazonaws.comprehendmedical#{kind}"),
        message: format!("Refused: {about}"),
    });
    Refusal { status, body }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        cbor(self.status, self.body.into())
    }
}

fn cbor(status: u16, body: Body) -> Response {
    let status = StatusCode::from_u16(status).expect("a status of HTTP");
    let headers = [
        ("content-type", "application/cbor"),
        ("smithy-protocol", "rpc-v2-cbor"),
        ("x-amzn-requestid", REQUEST_ID),
    ];
    (status, headers, body).into_response()
}

fn broken_off(mut whole: Vec<u8>) -> Body {
    whole.truncate(whole.len() / 2);
    let half = Ok(Bytes::from(whole));
    Body::from_stream(stream::iter([half, Err(io::Error::other("broken off"))]))
}

fn trickling(whole: &[u8], pieces: usize, pause: Duration) -> Body {
    let size = whole.len().div_ceil(pieces.max(1)).max(1);
    let pieces: Vec<_> = whole.chunks(size).map(Bytes::copy_from_slice).collect();
    Body::from_stream(stream::unfold(
        pieces.into_iter(),
        move |mut left| async move {
            let piece = left.next()?;
            tokio::time::sleep(pause).await;
            Some((Ok::<_, Infallible>(piece), left))
        },
    ))
}

fn encoded(value: &impl Serialize) -> Vec<u8> {
    minicbor_serde::to_vec(value).expect("these shapes have a CBOR form")
}
