//! The version of a row as HTTP knows it: the `ETag` of an answer, and the `If-Match`
//! of a change.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use seva_model::{AppError, ErrorCode};

use crate::errors::ApiError;

/// `"3"`.
pub(crate) fn etag(version: i32) -> HeaderValue {
    // Quotes and figures are a header's value.
    HeaderValue::from_str(&format!("\"{version}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// The version that a change was made on. A change that names none is refused, so that
/// nobody overwrites what was never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IfMatch(pub(crate) i32);

/// No row has it.
const NO_VERSION: i32 = 0;

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(named(&parts.headers)?)
    }
}

/// Of several versions the newest: versions only grow, so no older one can match.
/// What proxies make of an `ETag` when they compress, `W/"3"`, is the same version.
fn named(headers: &HeaderMap) -> Result<IfMatch, AppError> {
    let given = headers.get_all(header::IF_MATCH).iter();
    let tags: Vec<&str> = given
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    if tags.is_empty() || tags.contains(&"*") {
        return Err(AppError::new(
            ErrorCode::PreconditionRequired,
            "Send If-Match with the ETag of the version that you read, so that nobody's change \
             is lost.",
        ));
    }
    let newest = tags.into_iter().filter_map(version).max();
    Ok(IfMatch(newest.unwrap_or(NO_VERSION)))
}

fn version(tag: &str) -> Option<i32> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let number = tag.strip_prefix('"')?.strip_suffix('"')?;
    number.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    number.parse().ok()
}

/// The error of a change that came too late, in words for programs.
pub(crate) fn stale(error: AppError) -> AppError {
    if error.code != ErrorCode::VersionConflict {
        return error;
    }
    AppError::new(
        ErrorCode::VersionConflict,
        "This was changed since you read it, and nothing was saved. Get it again, make your \
         change on the newer version, and send that with its ETag.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(values: &[&'static str]) -> Result<i32, ErrorCode> {
        let pairs = values
            .iter()
            .map(|&value| (header::IF_MATCH, HeaderValue::from_static(value)));
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name, value);
        }
        named(&headers)
            .map(|IfMatch(version)| version)
            .map_err(|error| error.code)
    }

    #[test]
    fn a_change_names_its_version() {
        assert_eq!(etag(12), "\"12\"");
        assert_eq!(read(&["\"12\""]), Ok(12));
        assert_eq!(read(&["W/\"3\""]), Ok(3));
        assert_eq!(read(&["\"3\", \"7\"", "\"5\""]), Ok(7));
        for other in ["\"abc\"", "3", "", "\"-1\"", "\"99999999999\"", "\"\""] {
            assert_eq!(read(&[other]), Ok(NO_VERSION), "{other}");
        }
    }

    #[test]
    fn a_change_of_any_version_is_refused() {
        let required = Err(ErrorCode::PreconditionRequired);
        assert_eq!(read(&[]), required);
        assert_eq!(read(&["*"]), required);
    }
}
