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
    upload::{self, Begun},
};
use crate::errors::ApiError;

/// `POST /dictations/upload`: on to the dictation, or back to the form, which
/// finds the sentence that says what is wrong in the session.
pub(crate) async fn upload(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, ApiError> {
    let begun = match form {
        Ok(form) => upload::begin(&services, session.require_user(), Ok(None), form).await,
        Err(_) => Err(upload::not_a_form()),
    };
    match begun {
        Ok(begun) => {
            let cookie = language_cookie(&services, &begun).await;
            let cookie = AppendHeaders(cookie.map(|line| (SET_COOKIE, line)));
            let page = Redirect::to(&format!("/dictations/{}", begun.dictation.id));
            Ok((cookie, page).into_response())
        }
        Err(error) if error.code == ErrorCode::NotSignedIn => {
            Ok(Redirect::to("/sign-in").into_response())
        }
        Err(error) => {
            session.set_upload_error(&error).await?;
            Ok(Redirect::to("/dictations/new").into_response())
        }
    }
}

/// Remembers the language for the doctor's next dictation, where there is a choice; with
/// script, the page does it.
async fn language_cookie(services: &Services, begun: &Begun) -> Option<String> {
    let language: Language = begun.language_code.parse().ok()?;
    (services.languages().await.len() > 1).then(|| language::cookie(begun.user, language))
}
