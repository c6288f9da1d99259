//! `/api/v1/prescriptions`: written, listed, changed, signed.

mod bodies;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;
use seva_model::{AppError, ErrorCode, Prescription, PrescriptionId, PrescriptionStatus, UserId};
use seva_services::{Created, PrescriptionFilter, Services};

use self::bodies::{ContentBody, FinalizeBody, MadeBody, NewBody, SearchBody, WholeBody};
use super::{
    Caller,
    idempotency::{self, KeyedJson},
    papers::callers_offset,
    versions::{IfMatch, etag, stale},
};
use crate::errors::{ApiError, JsonBody, UrlPath, UrlQuery};

/// `POST /api/v1/prescriptions`: from a dictation, from what is written in the body, or
/// what is written for a dictation.
pub(crate) async fn create(
    State(services): State<Services>,
    Caller(user): Caller,
    KeyedJson { body, once }: KeyedJson<NewBody>,
) -> Result<Response, ApiError> {
    let once = once.as_ref();
    let created = match (body.transcription_id, body.content.is_absent()) {
        (None, true) => return Err(nothing_said().into()),
        (Some(dictation), true) => {
            services
                .draft_prescription_once(user, dictation, once)
                .await?
        }
        (dictation, false) => {
            let content = body.content.content()?;
            services
                .create_prescription_once(user, dictation, content, once)
                .await?
        }
    };
    Ok(made(&services, created))
}

fn nothing_said() -> AppError {
    AppError::new(
        ErrorCode::ValidationFailed,
        "Send the transcription_id of a dictation, or what the prescription says.",
    )
}

/// The answer that names a new prescription and where it is.
fn made(services: &Services, created: Created<PrescriptionId>) -> Response {
    let body = MadeBody::new(created.id, &services.config().base_url);
    let mut response = idempotency::answer(&created, &body);
    let place = format!("/api/v1/prescriptions/{}", created.id);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

#[derive(Deserialize)]
pub(crate) struct ListQuery {
    status: Option<PrescriptionStatus>,
    before: Option<String>,
    limit: Option<u32>,
    /// Refused: addresses land in the logs of proxies, and names with them.
    search: Option<IgnoredAny>,
}

/// `GET /api/v1/prescriptions`
pub(crate) async fn list(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlQuery(query): UrlQuery<ListQuery>,
) -> Result<Response, ApiError> {
    if query.search.is_some() {
        return Err(AppError::field(
            "search",
            "An address is no place for names. Send the words in the body of a POST to \
             /api/v1/prescriptions/search.",
        )
        .into());
    }
    let filter = PrescriptionFilter {
        status: query.status,
        before: query.before,
        limit: query.limit,
        ..PrescriptionFilter::default()
    };
    page(&services, user, &filter).await
}

/// `POST /api/v1/prescriptions/search`: the list of those whose patient or medicines
/// hold some words.
pub(crate) async fn search(
    State(services): State<Services>,
    Caller(user): Caller,
    JsonBody(body): JsonBody<SearchBody>,
) -> Result<Response, ApiError> {
    let filter = PrescriptionFilter {
        search: body.search,
        status: body.status,
        before: body.before,
        limit: body.limit,
    };
    page(&services, user, &filter).await
}

async fn page(
    services: &Services,
    user: UserId,
    filter: &PrescriptionFilter,
) -> Result<Response, ApiError> {
    let page = services.list_prescriptions(user, filter).await?;
    let body = json!({ "success": true, "prescriptions": page.items, "next": page.next });
    Ok(Json(body).into_response())
}

/// `GET /api/v1/prescriptions/{id}`
pub(crate) async fn get(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Response, ApiError> {
    let prescription = services.get_prescription(user, id).await?;
    Ok(whole(&services, prescription))
}

/// A prescription with its version, which the next change has to name.
fn whole(services: &Services, prescription: Prescription) -> Response {
    let version = etag(prescription.version);
    let warnings = match prescription.status {
        PrescriptionStatus::Draft => services.prescription_warnings(&prescription.content),
        PrescriptionStatus::Finalized => Vec::new(),
    };
    let body = WholeBody::new(prescription, warnings, &services.config().base_url);
    ([(header::ETAG, version)], Json(body)).into_response()
}

/// `PUT /api/v1/prescriptions/{id}`: replaces what a draft says.
pub(crate) async fn update(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<ContentBody>,
) -> Result<Response, ApiError> {
    let content = body.content()?;
    let saved = services.save_prescription(user, id, version, content).await;
    Ok(whole(&services, saved.map_err(stale)?))
}

/// `DELETE /api/v1/prescriptions/{id}`: a draft.
pub(crate) async fn delete(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Response, ApiError> {
    services.delete_prescription(user, id).await?;
    Ok(Json(json!({ "success": true })).into_response())
}

/// `POST /api/v1/prescriptions/{id}/finalize`: signs the version that was read, and no
/// other.
pub(crate) async fn finalize(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
    IfMatch(version): IfMatch,
    headers: HeaderMap,
    body: Option<JsonBody<FinalizeBody>>,
) -> Result<Response, ApiError> {
    let JsonBody(body) = body.unwrap_or_else(|| JsonBody(FinalizeBody::default()));
    let offset = body.offset()?.unwrap_or_else(|| callers_offset(&headers));
    let signed = services
        .finalize_prescription(user, id, version, offset)
        .await;
    Ok(whole(&services, signed.map_err(stale)?))
}

/// `POST /api/v1/prescriptions/{id}/copy`: a new draft with the same content.
pub(crate) async fn copy(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
    method: Method,
    address: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let once =
        idempotency::key(&headers)?.map(|key| key.request(method.as_str(), address.path(), &[]));
    let created = services
        .copy_prescription_once(user, id, once.as_ref())
        .await?;
    Ok(made(&services, created))
}
