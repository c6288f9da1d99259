//! Signed links of the embedded object store: whoever has one may download the
//! file while the link lives.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use seva_model::AppError;
use seva_services::ports::{ObjectError, ObjectStore as _};

use super::audio;
use crate::{
    errors::{ApiError, UrlPath},
    state::AppState,
};

/// `GET /files/{token}`
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
    headers.insert(header::CONTENT_DISPOSITION, attachment(&file.file_name));
    Ok(response)
}

/// `attachment` with a name: as RFC 6266 wants it, plain for old programs and
/// percent-encoded for all others.
fn attachment(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| match c {
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        })
        .collect();
    let encoded: String = name
        .bytes()
        .map(|b| match b {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                char::from(b).to_string()
            }
            _ => format!("%{b:02X}"),
        })
        .collect();
    let value = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}");
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_a_valid_header() {
        assert_eq!(
            attachment("prescription 1.pdf"),
            "attachment; filename=\"prescription 1.pdf\"; filename*=UTF-8''prescription%201.pdf"
        );
        assert_eq!(
            attachment("\u{915}\"\r\n"),
            "attachment; filename=\"____\"; filename*=UTF-8''%E0%A4%95%22%0D%0A"
        );
    }
}
