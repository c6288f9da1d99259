//! The upload form of a browser without JavaScript.

use app::language;
use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    http::header::SET_COOKIE,
    response::{AppendHeaders, IntoResponse as _, Redirect, Response},
};
use seva_model::{ErrorCode, Language};
use seva_services::Services;

use super::{
    access::CallerSession,
    upload::{self, Received},
};
use crate::errors::ApiError;

/// `POST /dictations/upload`: on to the dictation, or back to the form, which
/// finds the sentence that says what is wrong in the session.
pub(crate) async fn upload(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let (dictation, cookie) = match form {
        Ok(form) => {
            let user = session.require_user();
            let received = upload::begin(&services, user, Ok(None), form).await;
            let cookie = language_cookie(&services, &received).await;
            (received.dictation, cookie)
        }
        Err(_) => (Err(upload::not_a_form()), None),
    };
    let page = match dictation {
        Ok(begun) => format!("/dictations/{}", begun.id),
        Err(error) if error.code == ErrorCode::NotSignedIn => "/sign-in".to_owned(),
        Err(error) => {
            session.set_upload_error(&error).await?;
            "/dictations/new".to_owned()
        }
    };
    let cookie = AppendHeaders(cookie.map(|line| (SET_COOKIE, line)));
    Ok((cookie, Redirect::to(&page)).into_response())
}

/// Remembers the language for the doctor's next dictation, where there is a choice, and for
/// the form that is shown again after a refusal; with script, the page does it.
async fn language_cookie(services: &Services, received: &Received) -> Option<String> {
    let language: Language = received.language_code.as_deref()?.parse().ok()?;
    let user = received.user?;
    (services.languages().await.len() > 1).then(|| language::cookie(user, language))
}
