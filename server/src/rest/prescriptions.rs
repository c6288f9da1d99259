//! `/api/v1/prescriptions`: the papers.

use app::clock::offset_in_cookies;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use seva_model::PrescriptionId;
use seva_services::Services;

use super::Caller;
use crate::{
    errors::{ApiError, UrlPath},
    security::PREVIEW_POLICY,
};

/// `GET /api/v1/prescriptions/{id}/preview.pdf`: the paper as it would be now.
pub(crate) async fn preview(
    State(services): State<Services>,
    Caller(user): Caller,
    UrlPath(id): UrlPath<PrescriptionId>,
    request: HeaderMap,
) -> Result<Response, ApiError> {
    let cookies = request.get(header::COOKIE).and_then(|it| it.to_str().ok());
    let utc_offset = offset_in_cookies(cookies.unwrap_or_default());
    let pdf = services.preview_pdf(user, id, utc_offset).await?;
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
