//! The multipart form of a new dictation: `audio_file`, `specialty`,
//! `patient_name` and `language_code`, in any order.

use std::{error::Error, future::Future, iter, mem, time::Duration};

use axum::{
    body::Body,
    extract::{
        Request,
        multipart::{Field, Multipart, MultipartError},
    },
    http::Method,
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use seva_model::{AppError, ErrorCode, PatientName, Specialty, TranscriptionId, UserId};
use seva_services::{Created, IdempotencyKey, NewDictation, Services, SpooledUpload};
use tokio::{task::yield_now, time::timeout};
use tower_http::timeout::TimeoutError;

/// The request that a key stands for.
const METHOD: &str = "POST";
const PATH: &str = "/api/v1/transcriptions";
/// The page's form, without scripts.
pub(crate) const FORM_PATH: &str = "/dictations/upload";
/// The form has four fields; what else a program sends along is read past.
const MAX_FIELDS: usize = 16;
/// The field that outlives a refusal.
const LANGUAGE: &str = "language_code";
/// No field of the form but the recording is longer, in bytes.
const MAX_TEXT: usize = 4096;
/// How much of a body is handed on at a time, in bytes.
const PIECE: usize = 64 * 1024;
/// How much of a refused upload is still taken in. A browser reads the answer
/// only after it has sent everything.
const MAX_DRAINED: usize = 64 * 1024 * 1024;
const DRAIN_FOR: Duration = Duration::from_secs(20);

/// Whether a request brings a recording.
pub(crate) fn is_one(request: &Request) -> bool {
    request.method() == Method::POST && [PATH, FORM_PATH].contains(&request.uri().path())
}

/// Hands a body on in small pieces, each when it is asked for. A form's reader takes all
/// that has arrived as long as there is more, and whoever writes it to the disk takes as
/// much again: over a fast network that is a megabyte and more for each upload.
pub(crate) async fn piece_by_piece(request: Request) -> Request {
    let mut begun = false;
    request.map(|body| {
        let pieces = body
            .into_data_stream()
            .map_ok(|mut data| {
                let rest = move || (!data.is_empty()).then(|| data.split_to(PIECE.min(data.len())));
                stream::iter(iter::from_fn(rest).map(Ok::<_, axum::Error>))
            })
            .try_flatten()
            .then(move |piece| {
                // The reader stops at what isn't there yet. The first piece comes at once: a
                // reader that finds nothing, and then all to the end, takes it for broken off.
                let wait = mem::replace(&mut begun, true);
                async move {
                    if wait {
                        yield_now().await;
                    }
                    piece
                }
            });
        Body::from_stream(pieces)
    })
}

/// How an upload went, and what became known on the way.
pub(super) struct Received {
    pub(super) dictation: Result<Created<TranscriptionId>, AppError>,
    /// Who sent it, if that is somebody.
    pub(super) user: Option<UserId>,
    /// BCP 47, if the form says it.
    pub(super) language_code: Option<String>,
}

/// Takes the form in and begins the dictation.
///
/// Whatever is refused, the rest of the body is read for a while, so that the
/// sentence reaches whoever is still sending.
pub(super) async fn begin(
    services: &Services,
    user: impl Future<Output = Result<UserId, AppError>>,
    key: Result<Option<IdempotencyKey>, AppError>,
    mut form: Multipart,
) -> Received {
    let mut language_code = None;
    let (user, dictation) = match user.await {
        Ok(user) => {
            let dictation = take_in(services, user, key, &mut form, &mut language_code);
            (Some(user), dictation.await)
        }
        Err(error) => (None, Err(error)),
    };
    if dictation.is_err() {
        // Too late is as good as all of it: the answer goes out either way.
        let _ = timeout(DRAIN_FOR, drain(&mut form, &mut language_code)).await;
    }
    Received {
        dictation,
        user,
        language_code,
    }
}

async fn take_in(
    services: &Services,
    user: UserId,
    key: Result<Option<IdempotencyKey>, AppError>,
    form: &mut Multipart,
    language_code: &mut Option<String>,
) -> Result<Created<TranscriptionId>, AppError> {
    let key = key?;
    let (upload, dictation) = receive(services, form, language_code).await?;
    let once = key.map(|key| key.upload(METHOD, PATH, &upload, &dictation));
    services
        .begin_dictation_once(user, upload, dictation, once.as_ref())
        .await
}

async fn receive(
    services: &Services,
    form: &mut Multipart,
    language_code: &mut Option<String>,
) -> Result<(SpooledUpload, NewDictation), AppError> {
    let mut dictation = NewDictation::default();
    // Removed from the spool when anything after it is refused.
    let mut recording = None;
    let mut fields = 0;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        fields += 1;
        if fields > MAX_FIELDS {
            return Err(too_many_fields());
        }
        match field.name().unwrap_or_default() {
            "specialty" => dictation.specialty = specialty(&text(&mut field).await?)?,
            "patient_name" => dictation.patient_name = patient_name(&text(&mut field).await?)?,
            LANGUAGE => {
                if let Some(code) = language(&text(&mut field).await?) {
                    dictation.language_code.clone_from(&code);
                    *language_code = Some(code);
                }
            }
            "audio_file" if recording.is_some() => return Err(second_recording()),
            "audio_file" => recording = Some(spool(services, field).await?),
            _ => drop(bytes(&mut field).await?),
        }
    }
    match recording {
        Some(recording) => Ok((recording, dictation)),
        None => Err(AppError::field("audio_file", "Choose a recording.")),
    }
}

async fn spool(services: &Services, field: Field<'_>) -> Result<SpooledUpload, AppError> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut stood_still = false;
    let chunks = field.inspect_err(|error| stood_still = is_idle(error));
    let received = services.spool().receive(&name, chunks).await;
    received.map_err(|error| if stood_still { idle() } else { error })
}

async fn text(field: &mut Field<'_>) -> Result<String, AppError> {
    String::from_utf8(bytes(field).await?).map_err(|_| not_a_form())
}

async fn bytes(field: &mut Field<'_>) -> Result<Vec<u8>, AppError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + chunk.len() > MAX_TEXT {
            return Err(crate::errors::body_too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn specialty(text: &str) -> Result<Specialty, AppError> {
    match text.trim() {
        "" => Ok(Specialty::default()),
        text => text
            .parse()
            .map_err(|_| AppError::field("specialty", "Choose a specialty from the list.")),
    }
}

fn patient_name(text: &str) -> Result<Option<PatientName>, AppError> {
    match text.trim() {
        "" => Ok(None),
        text => Ok(Some(text.parse()?)),
    }
}

fn language(text: &str) -> Option<String> {
    let code = text.trim();
    (!code.is_empty()).then(|| code.to_owned())
}

async fn drain(form: &mut Multipart, language_code: &mut Option<String>) {
    let mut left = MAX_DRAINED;
    while let Ok(Some(mut field)) = form.next_field().await {
        // It may stand behind what was refused.
        if field.name() == Some(LANGUAGE) {
            let Ok(code) = text(&mut field).await else {
                return;
            };
            let Some(rest) = left.checked_sub(code.len()) else {
                return;
            };
            left = rest;
            if let Some(code) = language(&code) {
                *language_code = Some(code);
            }
            continue;
        }
        while let Ok(Some(chunk)) = field.chunk().await {
            match left.checked_sub(chunk.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    }
}

fn broken(error: &MultipartError) -> AppError {
    tracing::info!(
        status = error.status().as_u16(),
        "an upload could not be read"
    );
    if is_idle(error) { idle() } else { not_a_form() }
}

/// Whether nothing came for as long as the router lets a body stand still.
fn is_idle(error: &MultipartError) -> bool {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<TimeoutError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

fn idle() -> AppError {
    AppError::field(
        "audio_file",
        "The upload stood still for too long and was given up. Nothing was stored. Check the \
         connection, then send the recording again.",
    )
}

fn second_recording() -> AppError {
    AppError::field(
        "audio_file",
        "There are two recordings in this form. Nothing was stored. Send one at a time.",
    )
}

fn too_many_fields() -> AppError {
    AppError::new(
        ErrorCode::ValidationFailed,
        format!(
            "There are more than {MAX_FIELDS} fields in this form. Nothing was stored. Send \
             audio_file, specialty, patient_name and language_code only."
        ),
    )
}

pub(super) fn not_a_form() -> AppError {
    AppError::new(
        ErrorCode::ValidationFailed,
        "The upload did not arrive whole. Your recording is still with you. Try again.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io;

    use axum::body::Bytes;

    use super::*;

    async fn pieces(sent: Vec<io::Result<Bytes>>) -> Vec<Result<Bytes, axum::Error>> {
        let request = Request::new(Body::from_stream(stream::iter(sent)));
        let handed_on = piece_by_piece(request).await.into_body();
        handed_on.into_data_stream().collect().await
    }

    #[tokio::test]
    async fn a_body_comes_in_small_pieces_and_as_it_was_sent() {
        let sent: Vec<u8> = (0..5 * PIECE / 2).map(|at| (at % 251) as u8).collect();
        let whole = Bytes::from(sent.clone());
        let (first, second) = (whole.slice(..10), whole.slice(10..));
        let came = pieces(vec![Ok(first), Ok(Bytes::new()), Ok(second)]).await;
        let came: Vec<Bytes> = came.into_iter().map(Result::unwrap).collect();
        assert!(came.iter().all(|piece| (1..=PIECE).contains(&piece.len())));
        assert_eq!(came.concat(), sent);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_as_such_after_what_came() {
        let lost = io::Error::from(io::ErrorKind::ConnectionReset);
        let came = pieces(vec![Ok(Bytes::from_static(b"RIFF")), Err(lost)]).await;
        let [Ok(first), Err(error)] = came.as_slice() else {
            unreachable!("one piece and its end: {came:?}");
        };
        assert_eq!(first, "RIFF".as_bytes());
        assert!(error.source().is_some());
    }
}
