//! `/api/v1/transcriptions`: dictations.

use axum::{
    Json,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::json;
use seva_model::{AppError, Transcription, TranscriptionId, TranscriptionStatus, UserId};
use seva_services::{Services, TranscriptionFilter};
use time::OffsetDateTime;

use super::{Caller, CallerSession, idempotency, upload};
use crate::errors::{ApiError, JsonBody, UrlPath, UrlQuery};

/// `POST /api/v1/transcriptions`
pub(crate) async fn create(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let form = form.map_err(|_| upload::not_a_form())?;
    let key = idempotency::key(&headers);
    let begun = upload::begin(&services, session.require_user(), key, form).await?;
    let body = json!({
        "success": true,
        "transcription_id": begun.id,
        "job_name": job_name(begun.id),
        // The API promises this word for work that was taken on, though the job
        // may still wait for its turn; asked for, the dictation says which.
        "status": TranscriptionStatus::InProgress,
    });
    Ok(idempotency::answer(&begun, &body))
}

/// Name of the job wherever it runs: there is one for each dictation.
fn job_name(id: TranscriptionId) -> String {
    format!("seva-{id}")
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    status: Option<TranscriptionStatus>,
    before: Option<String>,
    limit: Option<u32>,
    /// Refused: addresses land in the logs of proxies, and names with them.
    search: Option<IgnoredAny>,
}

/// `GET /api/v1/transcriptions`
pub(crate) async fn list(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlQuery(query): UrlQuery<ListQuery>,
) -> Result<Response, ApiError> {
    if query.search.is_some() {
        return Err(AppError::field(
            "search",
            "An address is no place for names. Send the words in the body of a POST to \
             /api/v1/transcriptions/search.",
        )
        .into());
    }
    let filter = TranscriptionFilter {
        status: query.status,
        before: query.before,
        limit: query.limit,
        ..TranscriptionFilter::default()
    };
    page(&services, user, &filter).await
}

#[derive(Deserialize)]
pub(crate) struct SearchBody {
    search: Option<String>,
    status: Option<TranscriptionStatus>,
    before: Option<String>,
    limit: Option<u32>,
}

/// `POST /api/v1/transcriptions/search`: the list of those that hold some words.
pub(crate) async fn search(
    State(services): State<Services>,
    Caller(user): Caller,
    JsonBody(body): JsonBody<SearchBody>,
) -> Result<Response, ApiError> {
    let filter = TranscriptionFilter {
        search: body.search,
        status: body.status,
        before: body.before,
        limit: body.limit,
        ..TranscriptionFilter::default()
    };
    page(&services, user, &filter).await
}

async fn page(
    services: &Services,
    user: UserId,
    filter: &TranscriptionFilter,
) -> Result<Response, ApiError> {
    let page = services.list_transcriptions(user, filter).await?;
    let body = json!({ "success": true, "transcriptions": page.items, "next": page.next });
    Ok(Json(body).into_response())
}

#[derive(Serialize)]
struct TranscriptionBody {
    #[serde(flatten)]
    transcription: Transcription,
    #[serde(with = "time::serde::rfc3339::option")]
    completed_at: Option<OffsetDateTime>,
}

/// `GET /api/v1/transcriptions/{id}`
pub(crate) async fn get(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    let transcription = services.get_transcription(user, id).await?;
    Ok(whole(transcription))
}

fn whole(transcription: Transcription) -> Response {
    let body = TranscriptionBody {
        completed_at: transcription.summary.times.completed_at,
        transcription,
    };
    Json(json!({ "success": true, "transcription": body })).into_response()
}

/// `DELETE /api/v1/transcriptions/{id}`
pub(crate) async fn delete(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    services.delete_transcription(user, id).await?;
    Ok(done())
}

/// `POST /api/v1/transcriptions/{id}/cancel`
pub(crate) async fn cancel(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    services.cancel_transcription(user, id).await?;
    Ok(done())
}

/// `POST /api/v1/transcriptions/{id}/retry`
pub(crate) async fn retry(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    services.retry_transcription(user, id).await?;
    Ok(done())
}

/// `POST /api/v1/transcriptions/{id}/extract`: looks for entities once more, in the
/// text as it is now.
pub(crate) async fn extract(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    let transcription = services.retry_extraction(user, id).await?;
    Ok(whole(transcription))
}

fn done() -> Response {
    Json(json!({ "success": true })).into_response()
}
