//! Dictations as their doctor sees and moves them.

use seva_model::{
    AppError, ErrorCode, Transcription, TranscriptionId, TranscriptionStatus, TranscriptionSummary,
    UserId,
};
use seva_store::{StoreError, edits, entities, jobs, transcriptions};
use time::OffsetDateTime;

use crate::{
    Page, Services,
    audited::{Action, TRANSCRIPTION},
    errors::{Reported, object_error, port_failed},
    paging::{cursor, search},
    ports::{ByteRange, ObjectBody, ObjectError},
};

/// What the sentences call it.
const DICTATION: &str = "dictation";

/// Longest transcript that can be saved, in characters: about ten hours.
const MAX_TRANSCRIPT: usize = 500_000;

/// Which dictations to list.
#[derive(Clone, Debug, Default)]
pub struct TranscriptionFilter {
    /// Part of the patient's name or of the transcript.
    pub search: Option<String>,
    /// In this state only.
    pub status: Option<TranscriptionStatus>,
    /// Uploaded at this time or later.
    pub since: Option<OffsetDateTime>,
    /// The `next` of the page before.
    pub before: Option<String>,
    /// Rows of a page, 25 unless told, at most 100.
    pub limit: Option<u32>,
}

/// A recording, or a part of it, on its way to the browser.
pub struct AudioStream {
    /// MIME type of the content.
    pub mime: String,
    /// The bytes.
    pub body: ObjectBody,
}

/// Why a recording can't be heard.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The range starts behind the end.
    #[error("the range lies outside the recording of {length} bytes")]
    RangeNotSatisfiable {
        /// Bytes of the whole recording.
        length: u64,
    },
    /// Everything else.
    #[error(transparent)]
    App(#[from] AppError),
}

impl Services {
    /// A whole dictation.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn get_transcription(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<Transcription, AppError> {
        let found = transcriptions::get(self.pool(), user_id, id).await;
        found.reported_for("read dictation", DICTATION)
    }

    /// The doctor's dictations, newest first.
    ///
    /// # Errors
    /// `VALIDATION_FAILED` for a `before` that is no page's `next`.
    pub async fn list_transcriptions(
        &self,
        user_id: UserId,
        filter: &TranscriptionFilter,
    ) -> Result<Page<TranscriptionSummary>, AppError> {
        let filter = transcriptions::TranscriptionFilter {
            search: search(filter.search.as_deref()),
            status: filter.status,
            created_from: filter.since,
            after: cursor(filter.before.as_deref())?,
            limit: filter.limit.unwrap_or_default(),
        };
        let page = transcriptions::list(self.pool(), user_id, &filter).await;
        page.map(Page::from).reported("list dictations")
    }

    /// Saves the doctor's text as a new version and finds the entities of it.
    /// The text is kept even when they can't be found; the answer says so.
    ///
    /// # Errors
    /// `VERSION_CONFLICT` when a newer version exists, `CONFLICT` while the
    /// dictation is not complete, `VALIDATION_FAILED` for a text that is empty
    /// or too long, `NOT_FOUND`.
    pub async fn edit_transcript(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        expected_version: i32,
        text: &str,
    ) -> Result<Transcription, AppError> {
        let text = checked_text(text)?;
        // Whose it is comes before any work on it.
        let current = self.get_transcription(user_id, id).await?;
        must_be_complete(&current)?;
        if current.transcript_version != expected_version {
            return Err(StoreError::StaleVersion).reported_for("edit transcript", DICTATION);
        }
        let found = self.extract_now(&text).await;
        if let Err(error) = &found {
            port_failed(error);
        }
        let mut tx = self.begin().await?;
        let version = edits::insert(&mut tx, user_id, id, expected_version, &text)
            .await
            .reported_for("edit transcript", DICTATION)?;
        entities::replace(&mut tx, user_id, id, version, found.as_deref().ok())
            .await
            .reported_for("edit transcript", DICTATION)?;
        Action::of(user_id, "transcription.edit", TRANSCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("edit transcript", DICTATION)?;
        self.get_transcription(user_id, id).await
    }

    /// Finds the entities of the current text once more; what was found before is
    /// replaced, and the recording is not heard again.
    ///
    /// # Errors
    /// `CONFLICT` while the dictation is not complete, `VERSION_CONFLICT` when
    /// the text was edited meanwhile, `NOT_FOUND`, a failure of a service.
    pub async fn retry_extraction(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<Transcription, AppError> {
        let current = self.get_transcription(user_id, id).await?;
        must_be_complete(&current)?;
        let found = self
            .extract_now(&current.transcript)
            .await
            .map_err(|error| port_failed(&error))?;
        let mut tx = self.begin().await?;
        entities::replace(
            &mut tx,
            user_id,
            id,
            current.transcript_version,
            Some(&found),
        )
        .await
        .reported_for("store entities", DICTATION)?;
        Action::of(
            user_id,
            "transcription.extract",
            TRANSCRIPTION,
            id.as_uuid(),
        )
        .commit(tx)
        .await
        .reported_for("store entities", DICTATION)?;
        self.get_transcription(user_id, id).await
    }

    /// Stops a dictation. One that waits is cancelled at once, a running one
    /// within about two seconds.
    ///
    /// # Errors
    /// `CONFLICT` when it has ended, `NOT_FOUND`.
    pub async fn cancel_transcription(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        match jobs::request_cancel(&mut tx, user_id, id).await {
            Err(StoreError::WrongState) => return Err(has_ended()),
            other => other.reported_for("cancel", DICTATION)?,
        };
        Action::of(user_id, "transcription.cancel", TRANSCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("cancel", DICTATION)
    }

    /// Queues a failed or cancelled dictation again.
    ///
    /// # Errors
    /// `CONFLICT` when it neither failed nor was cancelled, `NOT_FOUND`.
    pub async fn retry_transcription(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        match jobs::retry(&mut tx, user_id, id).await {
            Err(StoreError::WrongState) => return Err(nothing_to_retry()),
            other => other.reported_for("retry", DICTATION)?,
        }
        Action::of(user_id, "transcription.retry", TRANSCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("retry", DICTATION)
    }

    /// Deletes a dictation; [`Services::undelete_transcription`] takes it back for
    /// 15 seconds. Some minutes later it is removed for good.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn delete_transcription(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        transcriptions::soft_delete(&mut tx, user_id, id)
            .await
            .reported_for("delete", DICTATION)?;
        Action::of(user_id, "transcription.delete", TRANSCRIPTION, id.as_uuid())
            .commit(tx)
            .await
            .reported_for("delete", DICTATION)
    }

    /// Takes a deletion back.
    ///
    /// # Errors
    /// `NOT_FOUND` when it is not deleted, or was so too long ago.
    pub async fn undelete_transcription(
        &self,
        user_id: UserId,
        id: TranscriptionId,
    ) -> Result<(), AppError> {
        let mut tx = self.begin().await?;
        transcriptions::undelete(&mut tx, user_id, id)
            .await
            .reported_for("undelete", DICTATION)?;
        Action::of(
            user_id,
            "transcription.undelete",
            TRANSCRIPTION,
            id.as_uuid(),
        )
        .commit(tx)
        .await
        .reported_for("undelete", DICTATION)
    }

    /// Opens the recording, or a part of it.
    ///
    /// # Errors
    /// A range behind the end, `NOT_FOUND`, a failure of a service.
    pub async fn open_audio(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        range: Option<ByteRange>,
    ) -> Result<AudioStream, AudioError> {
        let audio = transcriptions::audio(self.pool(), user_id, id)
            .await
            .reported_for("read dictation", DICTATION)?;
        match self.ports().objects.open(&audio.key, range).await {
            Ok(body) => Ok(AudioStream {
                mime: audio.mime,
                body,
            }),
            Err(ObjectError::RangeNotSatisfiable { length }) => {
                Err(AudioError::RangeNotSatisfiable { length })
            }
            Err(error) => Err(AudioError::App(object_error(&error, "recording"))),
        }
    }
}

fn checked_text(text: &str) -> Result<String, AppError> {
    let text = text.replace("\r\n", "\n").trim().to_owned();
    if text.is_empty() {
        return Err(AppError::field(
            "transcript",
            "The text is empty. Write what was said, or delete the dictation.",
        ));
    }
    if text.chars().count() > MAX_TRANSCRIPT {
        return Err(AppError::field(
            "transcript",
            format!("Shorten the text to {MAX_TRANSCRIPT} characters."),
        ));
    }
    if text
        .chars()
        .any(|c| c.is_control() && c != '\n' && c != '\t')
    {
        return Err(AppError::field(
            "transcript",
            "Remove the invisible control characters from the text.",
        ));
    }
    Ok(text)
}

pub(crate) fn must_be_complete(dictation: &Transcription) -> Result<(), AppError> {
    if dictation.summary.status == TranscriptionStatus::Completed {
        Ok(())
    } else {
        Err(AppError::new(
            ErrorCode::Conflict,
            "The dictation is not ready yet. Wait until it is complete.",
        ))
    }
}

fn has_ended() -> AppError {
    AppError::new(
        ErrorCode::Conflict,
        "There is nothing to cancel: the dictation has ended already.",
    )
}

fn nothing_to_retry() -> AppError {
    AppError::new(
        ErrorCode::Conflict,
        "Only a dictation that failed or was cancelled can be tried again.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_is_trimmed_and_checked() {
        assert_eq!(checked_text(" One.\r\n\r\nTwo. ").unwrap(), "One.\n\nTwo.");
        assert!(checked_text(" \n ").is_err());
        assert!(checked_text("a\u{0}b").is_err());
        assert!(checked_text(&"x".repeat(MAX_TRANSCRIPT + 1)).is_err());
    }
}
