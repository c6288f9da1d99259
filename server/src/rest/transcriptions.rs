//! `/api/v1/transcriptions`: dictations.

mod bodies;

use axum::{
    Json,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::Response,
};
use seva_model::{TranscriptionId, UserId};
use seva_services::{Services, TranscriptionFilter};

use self::bodies::{BegunBody, ListBody, ListQuery, SearchBody, UploadForm, WholeBody};
use super::{
    access::{DictationEditor, DictationReader, DictationWriter},
    bodies::{DoneBody, done},
    idempotency,
    openapi::{params, refusals},
    upload,
};
use crate::errors::{ApiError, JsonBody, UrlPath, UrlQuery};

/// Begin a dictation.
///
/// A recording of up to 16 MiB is uploaded, and will be transcribed and searched for
/// medicines and conditions. Its content decides what it is, not its name.
#[utoipa::path(
    post,
    path = "/api/v1/transcriptions",
    operation_id = "beginTranscription",
    tag = "Dictations",
    params(params::IdempotencyKey),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 202, description = "The work was taken on.", body = BegunBody,
            headers(("Idempotency-Replayed" = String, description = "`true`: an earlier request with this key was answered so."))),
        refusals::Uploading,
    ),
    security(("session" = []), ("token" = ["write:dictations"])),
)]
pub(crate) async fn create(
    State(services): State<Services>,
    caller: Result<DictationWriter, ApiError>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let form = form.map_err(|_| upload::not_a_form())?;
    let key = idempotency::key(&headers);
    // Refused there: the rest of the body is read first.
    let user = async {
        caller
            .map(|DictationWriter(user)| user)
            .map_err(|ApiError(error)| error)
    };
    let begun = upload::begin(&services, user, key, form).await.dictation?;
    Ok(idempotency::answer(&begun, &BegunBody::new(begun.id)))
}

/// List dictations, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions",
    operation_id = "listTranscriptions",
    tag = "Dictations",
    params(ListQuery),
    responses((status = 200, description = "A page of the list.", body = ListBody), refusals::Reading),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn list(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
    UrlQuery(query): UrlQuery<ListQuery>,
) -> Result<Json<ListBody>, ApiError> {
    page(&services, user, &query.filter()?).await
}

/// Search dictations.
///
/// The list of those whose patient or text holds some words. Names are no part of an
/// address, because addresses are kept in logs: the words are in the body.
#[utoipa::path(
    post,
    path = "/api/v1/transcriptions/search",
    operation_id = "searchTranscriptions",
    tag = "Dictations",
    request_body = SearchBody,
    responses((status = 200, description = "A page of the list.", body = ListBody), refusals::Plain),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn search(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
    JsonBody(body): JsonBody<SearchBody>,
) -> Result<Json<ListBody>, ApiError> {
    page(&services, user, &body.filter()?).await
}

async fn page(
    services: &Services,
    user: UserId,
    filter: &TranscriptionFilter,
) -> Result<Json<ListBody>, ApiError> {
    let page = services.list_transcriptions(user, filter).await?;
    Ok(Json(ListBody::new(page)))
}

/// Get a dictation.
///
/// With its text, its words and their times, and the entities that were found.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions/{id}",
    operation_id = "getTranscription",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "The dictation.", body = WholeBody), refusals::Reading),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn get(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<WholeBody>, ApiError> {
    let transcription = services.get_transcription(user, id).await?;
    Ok(Json(WholeBody::new(transcription)))
}

/// Delete a dictation.
#[utoipa::path(
    delete,
    path = "/api/v1/transcriptions/{id}",
    operation_id = "deleteTranscription",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "It is gone.", body = DoneBody), refusals::Changing),
    security(("session" = []), ("token" = ["write:dictations"])),
)]
pub(crate) async fn delete(
    State(services): State<Services>,
    DictationWriter(user): DictationWriter,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<DoneBody>, ApiError> {
    services.delete_transcription(user, id).await?;
    Ok(done())
}

/// Cancel a dictation.
///
/// The recording stays. 409 when it has ended.
#[utoipa::path(
    post,
    path = "/api/v1/transcriptions/{id}/cancel",
    operation_id = "cancelTranscription",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "It will stop.", body = DoneBody), refusals::Changing),
    security(("session" = []), ("token" = ["write:dictations"])),
)]
pub(crate) async fn cancel(
    State(services): State<Services>,
    DictationWriter(user): DictationWriter,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<DoneBody>, ApiError> {
    services.cancel_transcription(user, id).await?;
    Ok(done())
}

/// Transcribe a dictation once more.
///
/// 409 unless it failed or was cancelled.
#[utoipa::path(
    post,
    path = "/api/v1/transcriptions/{id}/retry",
    operation_id = "retryTranscription",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "It waits for its turn.", body = DoneBody), refusals::Changing),
    security(("session" = []), ("token" = ["write:dictations"])),
)]
pub(crate) async fn retry(
    State(services): State<Services>,
    DictationWriter(user): DictationWriter,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<DoneBody>, ApiError> {
    services.retry_transcription(user, id).await?;
    Ok(done())
}

/// Look for entities once more.
///
/// In the text as it is now. 409 before it is complete. The answer has the whole dictation,
/// so a token has to let its holder read it as well.
#[utoipa::path(
    post,
    path = "/api/v1/transcriptions/{id}/extract",
    operation_id = "extractTranscription",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "The dictation with what was found.", body = WholeBody), refusals::Changing),
    security(("session" = []), ("token" = ["read:dictations", "write:dictations"])),
)]
pub(crate) async fn extract(
    State(services): State<Services>,
    DictationEditor(user): DictationEditor,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<WholeBody>, ApiError> {
    let transcription = services.retry_extraction(user, id).await?;
    Ok(Json(WholeBody::new(transcription)))
}
