//! The recording, whole or in parts: what the player of the review page asks for.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::TryStreamExt as _;
use seva_model::{TranscriptionId, UserId};
use seva_services::{
    AudioError, AudioStream, Services,
    ports::{ByteRange, ObjectBody},
};

use super::{
    access::DictationReader,
    openapi::{Binary, params, refusals},
};
use crate::errors::{ApiError, UrlPath};

/// Hear a dictation.
///
/// The recording, whole or the part that `Range` asks for.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions/{id}/audio",
    operation_id = "getTranscriptionAudio",
    tag = "Dictations",
    params(params::Id, params::Range),
    responses(
        (status = 200, description = "The recording.", content_type = "audio/*", body = inline(Binary),
            headers(("Accept-Ranges" = String, description = "`bytes`."))),
        (status = 206, description = "A part of it.", content_type = "audio/*", body = inline(Binary),
            headers(
                ("Accept-Ranges" = String, description = "`bytes`."),
                ("Content-Range" = String, description = "Which part, and the length of the whole."),
            )),
        (status = 416, description = "There is no such part; no body.",
            headers(("Content-Range" = String, description = "The length of the whole."))),
        refusals::Reading,
    ),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn audio(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
    UrlPath(id): UrlPath<TranscriptionId>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let wanted = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok())
        .and_then(Wanted::parse);
    match open(&services, user, id, wanted).await {
        Ok(audio) => Ok(answer(audio, wanted.is_some())),
        Err(AudioError::App(error)) => Err(error.into()),
        Err(AudioError::RangeNotSatisfiable { length }) => {
            let range = [(header::CONTENT_RANGE, format!("bytes */{length}"))];
            Ok((StatusCode::RANGE_NOT_SATISFIABLE, range).into_response())
        }
    }
}

async fn open(
    services: &Services,
    user: UserId,
    id: TranscriptionId,
    wanted: Option<Wanted>,
) -> Result<AudioStream, AudioError> {
    let range = match wanted {
        None => None,
        Some(Wanted::Range(range)) => Some(range),
        Some(Wanted::Last(bytes)) => {
            let length = services.open_audio(user, id, None).await?.body.length;
            if bytes == 0 || length == 0 {
                return Err(AudioError::RangeNotSatisfiable { length });
            }
            Some(ByteRange {
                start: length.saturating_sub(bytes),
                end: None,
            })
        }
    };
    services.open_audio(user, id, range).await
}

fn answer(audio: AudioStream, is_part: bool) -> Response {
    let (first, last) = audio.body.range;
    let length = audio.body.length;
    let mut response = stream(audio.body);
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(&audio.mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if is_part && let Ok(range) = HeaderValue::from_str(&format!("bytes {first}-{last}/{length}")) {
        headers.insert(header::CONTENT_RANGE, range);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    response
}

/// The bytes with their number, so that the receiver notices when they break off.
pub(super) fn stream(body: ObjectBody) -> Response {
    let (first, last) = body.range;
    let bytes = if body.length == 0 {
        0
    } else {
        last - first + 1
    };
    let stream = body.stream.inspect_err(|error| {
        tracing::error!(error = %error, "an object broke off while it was sent");
    });
    let mut response = Body::from_stream(stream).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes));
    response
}

/// What a `Range` header asks for. Several ranges at once, and what is not
/// understood, are answered with the whole: RFC 9110 allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Range(ByteRange),
    Last(u64),
}

impl Wanted {
    fn parse(header: &str) -> Option<Self> {
        let (start, end) = header.trim().strip_prefix("bytes=")?.split_once('-')?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| text.parse().unwrap_or(u64::MAX))
        };
        match (start.trim(), end.trim()) {
            ("", last) => Some(Self::Last(number(last)?)),
            (start, "") => Some(Self::Range(ByteRange {
                start: number(start)?,
                end: None,
            })),
            (start, end) => {
                let (start, end) = (number(start)?, number(end)?);
                let range = ByteRange {
                    start,
                    end: Some(end),
                };
                (start <= end).then_some(Self::Range(range))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_rfc_9110_writes_them() {
        let range = |start, end| Some(Wanted::Range(ByteRange { start, end }));
        assert_eq!(Wanted::parse("bytes=0-499"), range(0, Some(499)));
        assert_eq!(Wanted::parse("bytes=500-"), range(500, None));
        assert_eq!(Wanted::parse("bytes=-500"), Some(Wanted::Last(500)));
        assert_eq!(
            Wanted::parse("bytes=99999999999999999999-"),
            range(u64::MAX, None)
        );
        for ignored in [
            "bytes=5-2",
            "bytes=a-b",
            "bytes=1-2,4-5",
            "bytes=-",
            "items=0-1",
            "bytes=+1-2",
        ] {
            assert_eq!(Wanted::parse(ignored), None, "{ignored}");
        }
    }
}
