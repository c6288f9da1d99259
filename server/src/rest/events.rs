//! The event stream of a dictation.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _, stream};
use seva_model::{DictationEvent, Scope, TranscriptionId};
use tokio_util::sync::CancellationToken;

use super::{
    access::Grant,
    openapi::{params, refusals},
};
use crate::{
    errors::{ApiError, UrlPath},
    metrics::OpenStream,
    state::AppState,
};

/// When a browser whose connection broke comes back.
const RETRY: Duration = Duration::from_secs(2);
/// Proxies close what is silent for a minute.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Follow a dictation.
///
/// Each message is named `dictation`, holds a `DictationEvent` and has its version as id.
/// The first event is the current state with the segments that the receiver,
/// who names the last event it saw, has not got; then comes each change. The
/// stream ends after the final state, when the server stops, and within half a minute after
/// the session or the token is good no more. 429 when too many are open.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions/{id}/events",
    operation_id = "followTranscription",
    tag = "Dictations",
    params(params::Id, params::LastEventId),
    responses(
        (status = 200, description = "Events, until the final state. A comment comes every 15 seconds.",
            content_type = "text/event-stream", body = String),
        refusals::Reading,
    ),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn follow(
    State(state): State<AppState>,
    grant: Grant,
    UrlPath(id): UrlPath<TranscriptionId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let user = grant.permits(Scope::ReadDictations)?;
    let place = match state.limits.admit_stream(user) {
        Ok(place) => place,
        Err(refusal) => return Ok(*refusal),
    };
    let seen = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .and_then(|id| id.parse().ok());
    let events = state.services.watch(user, id, seen).await?;
    let open = OpenStream::begin();
    let events = stream::once(async { Ok(Event::default().retry(RETRY)) })
        .chain(messages(events))
        .take_until(state.shutdown.clone().cancelled_owned())
        .chain(goodbye(state.shutdown.clone()))
        .take_until(good_no_more(grant, state))
        .inspect(move |_| {
            let _until_the_end = (&open, &place);
        });
    let heartbeat = KeepAlive::new().interval(HEARTBEAT).text("");
    Ok(Sse::new(events).keep_alive(heartbeat).into_response())
}

/// Until what the caller showed at the beginning is good no more: signed out, put out by a
/// new password, revoked. A browser comes back and is told so.
async fn good_no_more(grant: Grant, state: AppState) {
    loop {
        tokio::time::sleep(state.stream_check).await;
        // On the heap for as long as it takes: most of the time a stream only waits.
        if !Box::pin(grant.is_still_good(&state)).await {
            tracing::info!(user_id = %grant.user_id(), "a stream outlived what opened it");
            return;
        }
    }
}

/// Says when to come back, if the server stops: not all at the same moment.
fn goodbye(shutdown: CancellationToken) -> impl Stream<Item = Result<Event, Infallible>> {
    let stops = async move {
        let after = RETRY.mul_f64(rand::random_range(0.5..2.5));
        shutdown
            .is_cancelled()
            .then(|| Ok(Event::default().retry(after)))
    };
    stream::once(stops).filter_map(std::future::ready)
}

fn messages(
    events: impl Stream<Item = DictationEvent>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    events.filter_map(|event| async move {
        let message = Event::default()
            .event("dictation")
            .id(event.version.to_string())
            .json_data(&event);
        if message.is_err() {
            tracing::error!("an event could not be written as JSON");
        }
        message.ok().map(Ok)
    })
}
