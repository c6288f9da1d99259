//! The upload form of a browser without JavaScript.

use axum::{
    extract::{Multipart, State, multipart::MultipartRejection},
    response::Redirect,
};
use seva_model::ErrorCode;
use seva_services::Services;

use super::{access::CallerSession, upload};
use crate::errors::ApiError;

/// `POST /dictations/upload`: on to the dictation, or back to the form, which
/// finds the sentence that says what is wrong in the session.
pub(crate) async fn upload(
    State(services): State<Services>,
    CallerSession(session): CallerSession,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Redirect, ApiError> {
    let begun = match form {
        Ok(form) => {
            let begun = upload::begin(&services, session.require_user(), Ok(None), form);
            begun.await.map(|begun| begun.id)
        }
        Err(_) => Err(upload::not_a_form()),
    };
    Ok(match begun {
        Ok(id) => Redirect::to(&format!("/dictations/{id}")),
        Err(error) if error.code == ErrorCode::NotSignedIn => Redirect::to("/sign-in"),
        Err(error) => {
            session.set_upload_error(&error).await?;
            Redirect::to("/dictations/new")
        }
    })
}
