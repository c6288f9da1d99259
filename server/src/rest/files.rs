//! Signed links of the embedded object store: whoever has one may download the
//! file while the link lives.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use seva_model::AppError;
use seva_services::ports::{ObjectError, ObjectStore as _, attachment};

use super::{
    audio,
    openapi::{Binary, params, refusals},
};
use crate::{
    errors::{ApiError, UrlPath},
    state::AppState,
};

/// Get the file of a signed link.
///
/// Whoever has the link needs no session. It is good for an hour.
#[utoipa::path(
    get,
    path = "/files/{token}",
    operation_id = "getFile",
    tag = "Files and health",
    params(params::LinkToken),
    responses(
        (status = 200, description = "The file.", content_type = "application/pdf", body = inline(Binary),
            headers(("Content-Disposition" = String, description = "What to call it."))),
        refusals::Reading,
    ),
    security(()),
)]
pub(crate) async fn download(
    State(state): State<AppState>,
    UrlPath(token): UrlPath<String>,
) -> Result<Response, ApiError> {
    let gone = || {
        ApiError(AppError::new(
            seva_model::ErrorCode::NotFound,
            "This link is no longer valid. Open the prescription again to get a new one.",
        ))
    };
    let objects = state.downloads.as_ref().ok_or_else(gone)?;
    let file = objects.signed_file(&token).ok_or_else(gone)?;
    let opened = async {
        let mime = objects.mime(&file.key).await?;
        Ok::<_, ObjectError>((mime, objects.open(&file.key, None).await?))
    };
    let (mime, body) = opened.await.map_err(|error| match error {
        ObjectError::Port(error) => {
            tracing::error!(error = %error, source = %error.source, "a file could not be opened");
            ApiError(AppError::unavailable())
        }
        _ => gone(),
    })?;
    let mut response = audio::stream(body);
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(&mime) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    if let Ok(name) = HeaderValue::from_str(&attachment(&file.file_name)) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
