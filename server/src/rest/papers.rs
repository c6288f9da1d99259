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

use super::Caller;
use crate::{
    errors::{ApiError, UrlPath},
    security::PREVIEW_POLICY,
};

/// How far from UTC the caller's clock is, as a browser's cookie says.
pub(super) fn callers_offset(headers: &HeaderMap) -> UtcOffset {
    let cookies = headers.get(header::COOKIE).and_then(|it| it.to_str().ok());
    offset_in_cookies(cookies.unwrap_or_default())
}

/// `GET /api/v1/prescriptions/{id}/preview.pdf`: the paper as it would be now.
pub(crate) async fn preview(
    State(services): State<Services>,
    Caller(user): Caller,
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

/// `GET /api/v1/prescriptions/{id}/pdf`: on to a link to the signed paper.
pub(crate) async fn pdf(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
) -> Result<Response, ApiError> {
    let link = services.prescription_pdf_link(user, id).await?;
    Ok(Redirect::temporary(&link).into_response())
}

/// `GET /api/v1/prescriptions/{id}/fhir`: a FHIR R4 bundle, and nothing around it.
pub(crate) async fn fhir(
    State(services): State<Services>,
    Caller(user): Caller,
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
