//! What a dictation holds, for programs and as files.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use seva_model::TranscriptionId;
use seva_services::{ExportFormat, Services, ports::attachment};

use super::Caller;
use crate::errors::{ApiError, UrlPath, UrlQuery};

/// `GET /api/v1/transcriptions/{id}/entities`: what was found in the current text.
pub(crate) async fn entities(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Response, ApiError> {
    let found = services.list_entities(user, id).await?;
    let body = json!({
        "success": true,
        "transcription_id": id,
        "status": found.status,
        "transcript_version": found.transcript_version,
        "extraction_failed": found.extraction_failed,
        "entities": found.entities,
    });
    Ok(Json(body).into_response())
}

#[derive(Deserialize)]
pub(crate) struct ExportQuery {
    format: Option<String>,
}

/// `GET /api/v1/transcriptions/{id}/transcript?format=txt|vtt|json`: a file to download.
pub(crate) async fn transcript(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<TranscriptionId>,
    UrlQuery(query): UrlQuery<ExportQuery>,
) -> Result<Response, ApiError> {
    let format = match query.format.as_deref() {
        Some(name) => name.parse()?,
        None => ExportFormat::default(),
    };
    let file = services.export_transcript(user, id, format).await?;
    let mut response = file.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.mime));
    if let Ok(name) = HeaderValue::from_str(&attachment(&file.file_name)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
