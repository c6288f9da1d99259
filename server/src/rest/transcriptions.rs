//! `/api/v1/transcriptions`: dictations.

use axum::{
    Json,
    extract::{Multipart, State, multipart::MultipartRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use seva_model::{Transcription, TranscriptionId, TranscriptionStatus};
use seva_services::{Services, TranscriptionFilter};
use time::OffsetDateTime;

use super::{Caller, CallerSession, upload};
use crate::errors::{ApiError, UrlPath, UrlQuery};

/// `POST /api/v1/transcriptions`
pub(crate) async fn create(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let form = form.map_err(|_| upload::not_a_form())?;
    let id = upload::begin(&services, session.require_user(), form).await?;
    let body = json!({
        "success": true,
        "transcription_id": id,
        "job_name": job_name(id),
        "status": TranscriptionStatus::Pending,
    });
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}

/// Name of the job wherever it runs: there is one for each dictation.
fn job_name(id: TranscriptionId) -> String {
    format!("seva-{id}")
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    search: Option<String>,
    status: Option<TranscriptionStatus>,
    before: Option<String>,
    limit: Option<u32>,
}

/// `GET /api/v1/transcriptions`
pub(crate) async fn list(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlQuery(query): UrlQuery<ListQuery>,
) -> Result<Response, ApiError> {
    let filter = TranscriptionFilter {
        search: query.search,
        status: query.status,
        before: query.before,
        limit: query.limit,
        ..TranscriptionFilter::default()
    };
    let page = services.list_transcriptions(user, &filter).await?;
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
    let body = TranscriptionBody {
        completed_at: transcription.summary.times.completed_at,
        transcription,
    };
    Ok(Json(json!({ "success": true, "transcription": body })).into_response())
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

fn done() -> Response {
    Json(json!({ "success": true })).into_response()
}
