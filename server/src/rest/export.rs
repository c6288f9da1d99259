//! What a dictation holds, for programs and as files.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use seva_model::{Entity, TranscriptDocument, TranscriptionId, TranscriptionStatus};
use seva_services::{ExportFormat, Services, ports::attachment};
use utoipa::{IntoParams, ToSchema};

use super::{
    access::DictationReader,
    bodies::Success,
    openapi::{params, refusals},
};
use crate::errors::{ApiError, UrlPath, UrlQuery};

/// What was found in the current text.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntitiesBody {
    #[schema(inline)]
    success: Success,
    transcription_id: TranscriptionId,
    /// Where the dictation stands; there are no entities before it is complete.
    status: TranscriptionStatus,
    /// Number of the text they were found in; 0 is what was heard.
    transcript_version: i32,
    /// Whether finding them failed while the transcript is good.
    extraction_failed: bool,
    /// Ordered by offset, without what identifies the patient.
    entities: Vec<Entity>,
}

/// List the entities of a dictation.
///
/// What was found in the current text, without what identifies the patient.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions/{id}/entities",
    operation_id = "listTranscriptionEntities",
    tag = "Dictations",
    params(params::Id),
    responses((status = 200, description = "What was found.", body = EntitiesBody), refusals::Reading),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn entities(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
    UrlPath(id): UrlPath<TranscriptionId>,
) -> Result<Json<EntitiesBody>, ApiError> {
    let found = services.list_entities(user, id).await?;
    Ok(Json(EntitiesBody {
        success: Success,
        transcription_id: id,
        status: found.status,
        transcript_version: found.transcript_version,
        extraction_failed: found.extraction_failed,
        entities: found.entities,
    }))
}

/// As what to take a transcript out.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// `txt` unless told, `vtt` or `json`.
    format: Option<String>,
}

/// Download a transcript.
///
/// A file of plain text, WebVTT, or JSON with the times of the words. 409 before it is
/// complete.
#[utoipa::path(
    get,
    path = "/api/v1/transcriptions/{id}/transcript",
    operation_id = "exportTranscript",
    tag = "Dictations",
    params(params::Id, ExportQuery),
    responses(
        (status = 200, description = "The file.",
            content(
                (String = "text/plain"),
                (String = "text/vtt"),
                (TranscriptDocument = "application/json"),
            ),
            headers(("Content-Disposition" = String, description = "What to call it."))),
        refusals::Changing,
    ),
    security(("session" = []), ("token" = ["read:dictations"])),
)]
pub(crate) async fn transcript(
    State(services): State<Services>,
    DictationReader(user): DictationReader,
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
