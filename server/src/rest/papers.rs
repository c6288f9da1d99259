//! A prescription for other eyes: its paper, and its FHIR resources.

use app::clock::offset_in_cookies;
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use seva_model::PrescriptionId;
use seva_services::Services;
use time::UtcOffset;
use utoipa::ToSchema;

use super::{
    access::PrescriptionReader,
    openapi::{Binary, params, refusals},
};
use crate::{
    errors::{ApiError, UrlPath},
    security::PREVIEW_POLICY,
};

/// A bundle of FHIR R4. FHIR itself says what is in it.
#[derive(ToSchema)]
#[schema(as = FhirBundle)]
#[expect(dead_code, reason = "describes what FHIR's own types are written as")]
struct Bundle {
    /// `Bundle`.
    #[schema(rename = "resourceType")]
    resource_type: String,
    /// `collection`.
    r#type: String,
    /// The resources.
    entry: Vec<BundleEntry>,
}

/// A resource of a bundle.
#[derive(ToSchema)]
#[schema(as = FhirBundleEntry)]
#[expect(dead_code, reason = "describes what FHIR's own types are written as")]
struct BundleEntry {
    /// `urn:uuid:` and a UUID, the same one each time.
    #[schema(rename = "fullUrl")]
    full_url: String,
    resource: BundledResource,
}

/// A resource; FHIR says what is in one of its kind.
#[derive(ToSchema)]
#[schema(as = FhirResource)]
#[expect(dead_code, reason = "describes what FHIR's own types are written as")]
struct BundledResource {
    #[schema(rename = "resourceType")]
    resource_type: ResourceType,
    /// The UUID of its `fullUrl`.
    id: String,
}

/// The kinds of resources that a prescription is made of.
#[derive(ToSchema)]
#[schema(as = FhirResourceType)]
#[expect(dead_code, reason = "describes what FHIR's own types are written as")]
enum ResourceType {
    Patient,
    Practitioner,
    Observation,
    Condition,
    MedicationRequest,
    DocumentReference,
}

/// How far from UTC the caller's clock is, as a browser's cookie says.
pub(super) fn callers_offset(headers: &HeaderMap) -> UtcOffset {
    let cookies = headers.get(header::COOKIE).and_then(|it| it.to_str().ok());
    offset_in_cookies(cookies.unwrap_or_default())
}

/// Get the paper of a prescription.
///
/// As it would be now; of a signed one the signed paper.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions/{id}/preview.pdf",
    operation_id = "previewPrescription",
    tag = "Prescriptions",
    params(params::Id),
    responses(
        (status = 200, description = "The paper.", content_type = "application/pdf", body = inline(Binary)),
        refusals::Reading,
    ),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn preview(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
    UrlPath(id): UrlPath<PrescriptionId>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let pdf = services
        .preview_pdf(user, id, callers_offset(&request))
        .await?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (
            header::CONTENT_DISPOSITION,
            "inline; filename=\"prescription.pdf\"",
        ),
        (header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    Ok((headers, pdf).into_response())
}

/// Get a link to the signed paper.
///
/// It is good for an hour. 409 for a draft.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions/{id}/pdf",
    operation_id = "getPrescriptionPdf",
    tag = "Prescriptions",
    params(params::Id),
    responses(
        (status = 307, description = "On to the paper.",
            headers(("Location" = String, description = "Where the paper is."))),
        refusals::Changing,
    ),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn pdf(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Response, ApiError> {
    let link = services.prescription_pdf_link(user, id).await?;
    Ok(Redirect::temporary(&link).into_response())
}

/// Get a prescription as FHIR.
///
/// A bundle of FHIR R4 (4.0.1), and nothing around it.
#[utoipa::path(
    get,
    path = "/api/v1/prescriptions/{id}/fhir",
    operation_id = "getPrescriptionFhir",
    tag = "Prescriptions",
    params(params::Id),
    responses(
        (status = 200, description = "The bundle.", content_type = "application/fhir+json", body = Bundle),
        refusals::Reading,
    ),
    security(("session" = []), ("token" = ["read:prescriptions"])),
)]
pub(crate) async fn fhir(
    State(services): State<Services>,
    PrescriptionReader(user): PrescriptionReader,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Response, ApiError> {
    let bundle = services.prescription_fhir(user, id).await?;
    let mut response = Json(bundle).into_response();
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/fhir+json"),
    );
    Ok(response)
}
