//! Sends a recording with progress. `fetch` can't report what was sent, so this
//! is an `XMLHttpRequest`.

use std::{cell::Cell, rc::Rc};

use serde::Deserialize;
use seva_model::{AppError, ErrorCode, Specialty, TranscriptionId};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, FormData, ProgressEvent, XmlHttpRequest};

/// What is sent.
pub(crate) struct UploadForm {
    /// The audio.
    pub(crate) audio: Blob,
    /// Its name, with the ending.
    pub(crate) file_name: String,
    /// Medical specialty.
    pub(crate) specialty: Specialty,
    /// May be empty.
    pub(crate) patient_name: String,
    /// BCP 47; empty where nobody was asked.
    pub(crate) language_code: String,
}

/// How an upload goes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum UploadEvent {
    /// Bytes that left, and all there are.
    Progress { sent: u64, total: u64 },
    /// The server took it in.
    Done(TranscriptionId),
    /// The server refused it; sending the same again would not help.
    Refused(AppError),
    /// The connection broke after so many bytes.
    Broken { sent: u64 },
}

/// A running upload; dropping it cancels it.
pub(crate) struct Upload {
    request: XmlHttpRequest,
    _on_progress: Closure<dyn FnMut(ProgressEvent)>,
    _on_end: Closure<dyn FnMut(ProgressEvent)>,
}

impl Upload {
    /// Starts sending. `None` if this browser can't.
    pub(crate) fn start(
        form: &UploadForm,
        on_event: impl Fn(UploadEvent) + 'static,
    ) -> Option<Self> {
        let body = FormData::new().ok()?;
        body.append_with_str("specialty", form.specialty.as_str())
            .ok()?;
        body.append_with_str("patient_name", &form.patient_name)
            .ok()?;
        body.append_with_str("language_code", &form.language_code)
            .ok()?;
        body.append_with_blob_and_filename("audio_file", &form.audio, &form.file_name)
            .ok()?;

        let request = XmlHttpRequest::new().ok()?;
        request.open("POST", "/api/v1/transcriptions").ok()?;
        request
            .set_request_header("accept", "application/json")
            .ok()?;

        let on_event = Rc::new(on_event);
        let sent = Rc::new(Cell::new(0));
        let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new({
            let (sent, on_event) = (Rc::clone(&sent), Rc::clone(&on_event));
            move |event: ProgressEvent| {
                sent.set(whole(event.loaded()));
                on_event(UploadEvent::Progress {
                    sent: sent.get(),
                    total: whole(event.total()),
                });
            }
        });
        let on_end = Closure::<dyn FnMut(ProgressEvent)>::new({
            let request = request.clone();
            move |_| on_event(outcome(&request, sent.get()))
        });
        request
            .upload()
            .ok()?
            .set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
        request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
        request.send_with_opt_form_data(Some(&body)).ok()?;
        Some(Self {
            request,
            _on_progress: on_progress,
            _on_end: on_end,
        })
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.request.set_onloadend(None);
        if let Ok(upload) = self.request.upload() {
            upload.set_onprogress(None);
        }
        // Aborting a finished request does nothing.
        let _ = self.request.abort();
    }
}

#[derive(Deserialize)]
struct Accepted {
    transcription_id: TranscriptionId,
}

#[derive(Deserialize)]
struct Refused {
    error: AppError,
}

fn outcome(request: &XmlHttpRequest, sent: u64) -> UploadEvent {
    let status = request.status().unwrap_or(0);
    if status == 0 {
        return UploadEvent::Broken { sent };
    }
    let body = request.response_text().ok().flatten().unwrap_or_default();
    read_answer(status, &body)
}

/// What an answer of the server means.
fn read_answer(status: u16, body: &str) -> UploadEvent {
    if (200..300).contains(&status)
        && let Ok(accepted) = serde_json::from_str::<Accepted>(body)
    {
        return UploadEvent::Done(accepted.transcription_id);
    }
    let error = serde_json::from_str::<Refused>(body).map_or_else(
        |_| match status {
            413 => AppError::new(
                ErrorCode::AudioTooLarge,
                "The recording is over the limit of 16 MB. Record in shorter parts, or save it as m4a or mp3.",
            ),
            401 => AppError::not_signed_in(),
            502..=504 => AppError::unavailable(),
            _ => AppError::internal(),
        },
        |refused| refused.error,
    );
    UploadEvent::Refused(error)
}

fn whole(bytes: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a size"
    )]
    let bytes = bytes.max(0.0) as u64;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_upload_names_its_dictation() {
        let body = r#"{"success":true,"transcription_id":"0192d3f0-0000-7000-8000-000000000001","job_name":"x","status":"PENDING"}"#;
        assert!(
            matches!(read_answer(202, body), UploadEvent::Done(id) if id.to_string().ends_with("01"))
        );
    }

    #[test]
    fn a_refusal_keeps_the_servers_sentence() {
        let body = r#"{"success":false,"error":{"code":"AUDIO_REJECTED","message":"No speech was heard.","timestamp":"2026-11-22T00:00:00Z"}}"#;
        let UploadEvent::Refused(error) = read_answer(422, body) else {
            panic!("not refused")
        };
        assert_eq!(error.code, ErrorCode::AudioRejected);
        assert_eq!(error.message, "No speech was heard.");
    }

    #[test]
    fn an_answer_of_something_in_between_becomes_a_sentence() {
        let code = |status| match read_answer(status, "<html>") {
            UploadEvent::Refused(error) => error.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(413), ErrorCode::AudioTooLarge);
        assert_eq!(code(503), ErrorCode::ServiceUnavailable);
        assert_eq!(code(200), ErrorCode::Internal);
    }
}
