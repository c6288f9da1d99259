//! `/api/v1/prescriptions`: written, listed, changed, signed.

mod bodies;
mod lists;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    response::{IntoResponse, Response},
};
use seva_model::{
    AppError, ErrorCode, Prescription, PrescriptionId, PrescriptionStatus, Scope, UserId,
};
use seva_services::{Created, PrescriptionFilter, Services};

use self::{
    bodies::{ContentBody, FinalizeBody, MadeBody, NewBody, WholeBody},
    lists::{ListBody, ListQuery, SearchBody},
};
use super::{
    access::{Grant, PrescriptionReader, PrescriptionWriter, Signer},
    bodies::{DoneBody, done},
    idempotency::{self, KeyedJson},
    openapi::{params, refusals},
    papers::callers_offset,
    versions::{IfMatch, etag, stale},
};
use crate::errors::{ApiError, JsonBody, UrlPath, UrlQuery};

/// Write a prescription.
///
/// With a `transcription_id` alone it is drafted from what was said; with content it says
/// that, for a dictation or for none. A token that names a `transcription_id` needs the scope
/// `read:dictations` as well.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions",
    operation_id = "createPrescription",
    tag = "Prescriptions",
    params(params::IdempotencyKey),
    request_body = NewBody,
    responses(
        (status = 201, description = "A new draft.", body = MadeBody, headers(
            ("Location" = String, description = "Where it is."),
            ("Idempotency-Replayed" = String, description = "`true`: an earlier request with this key was answered so."),
        )),
        (status = 200, description = "The dictation had one already.", body = MadeBody, headers(
            ("Location" = String, description = "Where it is."),
            ("Idempotency-Replayed" = String, description = "`true`: an earlier request with this key was answered so."),
        )),
        refusals::Making,
    ),
    security(
        ("session" = []),
        ("token" = ["write:prescriptions"]),
        ("token" = ["read:dictations", "write:prescriptions"]),
    ),
)]
pub(crate) async fn create(
    State(services): State<Services>,
    grant: Grant,
    KeyedJson { body, once }: KeyedJson<NewBody>,
) -> Result<Response, ApiError> {
    let user = grant.permits(Scope::WritePrescriptions)?;
    if body.transcription_id.is_some() {
        grant.permits(Scope::ReadDictations)?;
    }
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

/// List prescriptions, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions",
    operation_id = "listPrescriptions",
    tag = "Prescriptions",
    params(ListQuery),
    responses((status = 200, description = "A page of the list.", body = ListBody), refusals::Reading),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn list(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
    UrlQuery(query): UrlQuery<ListQuery>,
) -> Result<Json<ListBody>, ApiError> {
    page(&services, user, &query.filter()?).await
}

/// Search prescriptions.
///
/// The list of those whose patient or medicines hold some words. Names are no part of an
/// address, because addresses are kept in logs: the words are in the body.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/search",
    operation_id = "searchPrescriptions",
    tag = "Prescriptions",
    request_body = SearchBody,
    responses((status = 200, description = "A page of the list.", body = ListBody), refusals::Plain),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn search(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
    JsonBody(body): JsonBody<SearchBody>,
) -> Result<Json<ListBody>, ApiError> {
    page(&services, user, &body.filter()?).await
}

async fn page(
    services: &Services,
    user: UserId,
    filter: &PrescriptionFilter,
) -> Result<Json<ListBody>, ApiError> {
    let page = services.list_prescriptions(user, filter).await?;
    Ok(Json(ListBody::new(page)))
}

/// Get a prescription.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions/{id}",
    operation_id = "getPrescription",
    tag = "Prescriptions",
    params(params::Id),
    responses(
        (status = 200, description = "The prescription.", body = WholeBody, headers(("ETag" = String, description = "Its version, for the next change."))),
        refusals::Reading,
    ),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn get(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
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

/// Replace what a draft says.
///
/// With the version that was read, so that nobody's change is lost. 409 when it is signed.
/// Of the content, the answer has what was sent and nothing that was there before.
#[utoipa::path(
    put,
    path = "/api/v1/prescriptions/{id}",
    operation_id = "updatePrescription",
    tag = "Prescriptions",
    params(params::Id, params::IfMatch),
    request_body = ContentBody,
    responses(
        (status = 200, description = "The prescription as it is now.", body = WholeBody, headers(("ETag" = String, description = "Its version, for the next change."))),
        refusals::Saving,
    ),
    security(("session" = []), ("token" = ["write:prescriptions"])),
)]
pub(crate) async fn update(
    State(services): State<Services>,
    PrescriptionWriter(user): PrescriptionWriter,
    UrlPath(id): UrlPath<PrescriptionId>,
    IfMatch(version): IfMatch,
    JsonBody(body): JsonBody<ContentBody>,
) -> Result<Response, ApiError> {
    let content = body.content()?;
    let saved = services.save_prescription(user, id, version, content).await;
    Ok(whole(&services, saved.map_err(stale)?))
}

/// Delete a draft.
///
/// 409 when it is signed.
#[utoipa::path(
    delete,
    path = "/api/v1/prescriptions/{id}",
    operation_id = "deletePrescription",
    tag = "Prescriptions",
    params(params::Id),
    responses((status = 200, description = "It is gone.", body = DoneBody), refusals::Changing),
    security(("session" = []), ("token" = ["write:prescriptions"])),
)]
pub(crate) async fn delete(
    State(services): State<Services>,
    PrescriptionWriter(user): PrescriptionWriter,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Json<DoneBody>, ApiError> {
    services.delete_prescription(user, id).await?;
    Ok(done())
}

/// Sign a prescription.
///
/// The version that was read, and no other. 400 with everything that is missing. The answer
/// has the whole prescription, so a token has to let its holder read it as well.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/{id}/finalize",
    operation_id = "finalizePrescription",
    tag = "Prescriptions",
    params(params::Id, params::IfMatch),
    request_body = Option<FinalizeBody>,
    responses(
        (status = 200, description = "The signed prescription.", body = WholeBody, headers(("ETag" = String, description = "Its version, for the next change."))),
        refusals::Saving,
    ),
    security(("session" = []), ("token" = ["read:prescriptions", "sign:prescriptions"])),
)]
pub(crate) async fn finalize(
    State(services): State<Services>,
    Signer(user): Signer,
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

/// Copy a prescription to a new draft.
#[utoipa::path(
    post,
    path = "/api/v1/prescriptions/{id}/copy",
    operation_id = "copyPrescription",
    tag = "Prescriptions",
    params(params::Id, params::IdempotencyKey),
    responses(
        (status = 201, description = "A new draft with the same content.", body = MadeBody, headers(
            ("Location" = String, description = "Where it is."),
            ("Idempotency-Replayed" = String, description = "`true`: an earlier request with this key was answered so."),
        )),
        refusals::Making,
    ),
    security(("session" = []), ("token" = ["write:prescriptions"])),
)]
pub(crate) async fn copy(
    State(services): State<Services>,
    PrescriptionWriter(user): PrescriptionWriter,
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
