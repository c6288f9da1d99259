//! A recording comes in: checked, stored, queued.

use seva_model::{AppError, ErrorCode, Language, PatientName, Specialty, TranscriptionId, UserId};
use seva_store::{StoreError, jobs, object_intents, transcriptions};
use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use crate::{
    Services, SpooledUpload,
    audited::{Action, TRANSCRIPTION},
    errors,
    idempotency::{ACCEPTED, Created, Made, OnceOnly, remember},
    objects,
};

/// What the doctor says of a new dictation.
#[derive(Clone, Debug)]
pub struct NewDictation {
    /// Medical specialty.
    pub specialty: Specialty,
    /// Whom it is about, when the doctor gave a name.
    pub patient_name: Option<PatientName>,
    /// BCP 47, at most 10 characters.
    pub language_code: String,
}

impl Default for NewDictation {
    fn default() -> Self {
        Self {
            specialty: Specialty::default(),
            patient_name: None,
            language_code: Language::default().as_str().to_owned(),
        }
    }
}

impl Services {
    /// The languages that a new dictation is offered in; English alone is no choice.
    pub async fn languages(&self) -> &'static [Language] {
        self.ports().transcriber.languages().await
    }

    /// Takes a received recording in: checks by content that it can be used,
    /// stores it, and queues it for transcription.
    ///
    /// # Errors
    /// `AUDIO_REJECTED` with the reason; `VALIDATION_FAILED` for a language code
    /// that is none; a failure of a service. In every case nothing stays behind,
    /// save what a failing object store may keep until the worker's sweep.
    pub async fn begin_dictation(
        &self,
        user_id: UserId,
        upload: SpooledUpload,
        new: NewDictation,
    ) -> Result<TranscriptionId, AppError> {
        let begun = self.begin_dictation_once(user_id, upload, new, None);
        begun.await.map(|begun| begun.id)
    }

    /// The same for a request that may be sent again.
    ///
    /// # Errors
    /// As [`Services::begin_dictation`]; `IDEMPOTENCY_KEY_REUSED`.
    pub async fn begin_dictation_once(
        &self,
        user_id: UserId,
        upload: SpooledUpload,
        new: NewDictation,
        once: Option<&OnceOnly>,
    ) -> Result<Created<TranscriptionId>, AppError> {
        if let Some(before) = self.answered(user_id, once).await? {
            return Ok(before);
        }
        check_language(&new.language_code)?;
        let facts = self
            .ports()
            .inspector
            .inspect(upload.path())
            .await
            .map_err(|refused| AppError::new(ErrorCode::AudioRejected, refused.message))?;
        let key = audio_key(user_id, OffsetDateTime::now_utc(), facts.extension);
        self.announce_object(user_id, &key).await?;
        let put = self
            .ports()
            .objects
            .put_file(&key, upload.path(), facts.mime);
        objects::stored(put, "recording").await?;
        let id = TranscriptionId::generate();
        let row = transcriptions::NewTranscription {
            id,
            specialty: new.specialty,
            language_code: &new.language_code,
            patient_name: new.patient_name.as_ref(),
            file_name: upload.file_name(),
            audio_key: &key,
            audio_mime: facts.mime,
            audio_bytes: upload.bytes(),
            audio_sha256: upload.sha256(),
            duration_seconds: facts.duration_seconds,
        };
        let made = match self.store_dictation(user_id, &row, once).await {
            Ok(made) => made.created(),
            Err(error) => {
                let settled = self.settle_failed_store(user_id, id, &key, &error).await;
                return settled.map(|id| Created::now(id, ACCEPTED));
            }
        };
        if made.as_ref().is_ok_and(|made| !made.replayed) {
            tracing::info!(transcription_id = %id, bytes = upload.bytes(), duration_s = facts.duration_seconds, "a dictation was taken in");
        } else if let Err(error) = self.discard_object(user_id, &key).await {
            // Another request with the same key was first. The worker's sweep comes
            // back to the recording.
            errors::report("store", "discard recording", &error);
        }
        made
    }

    async fn store_dictation(
        &self,
        user_id: UserId,
        row: &transcriptions::NewTranscription<'_>,
        once: Option<&OnceOnly>,
    ) -> Result<Made<TranscriptionId>, StoreError> {
        let mut tx = seva_store::begin(self.pool()).await?;
        let answer = (ACCEPTED, row.id.as_uuid());
        if let Some(before) = remember(&mut tx, user_id, once, answer).await? {
            return Ok(before);
        }
        transcriptions::insert(&mut tx, user_id, row).await?;
        jobs::enqueue(&mut tx, user_id, row.id).await?;
        object_intents::settle(&mut tx, row.audio_key).await?;
        Action::of(
            user_id,
            "transcription.create",
            TRANSCRIPTION,
            row.id.as_uuid(),
        )
        .commit(tx)
        .await?;
        Ok(Made::There(Created::now(row.id, ACCEPTED)))
    }

    /// After a transaction that failed: the recording must not stay without a
    /// row, nor a row without its recording. A commit whose answer was lost may
    /// have happened, so the row decides.
    async fn settle_failed_store(
        &self,
        user_id: UserId,
        id: TranscriptionId,
        key: &str,
        error: &StoreError,
    ) -> Result<TranscriptionId, AppError> {
        if let Err(error) = self.discard_object(user_id, key).await {
            // The worker's sweep comes back to it.
            errors::report("store", "discard recording", &error);
        }
        match transcriptions::audio(self.pool(), user_id, id).await {
            Ok(_) => return Ok(id),
            Err(StoreError::NotFound) => {}
            Err(unknown) => errors::report("store", "look for a dictation", &unknown),
        }
        errors::report("store", "store dictation", error);
        Err(if error.may_retry() {
            AppError::unavailable()
        } else {
            AppError::internal()
        })
    }
}

/// Two or three letters, and what a dash parts from them, as in `en-US`.
fn check_language(code: &str) -> Result<(), AppError> {
    let language = code.split('-').next().unwrap_or_default();
    let valid = code.len() <= 10
        && (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if valid {
        Ok(())
    } else {
        Err(AppError::field(
            "language_code",
            "Choose one of the listed languages.",
        ))
    }
}

/// `audio/{user_id}/{timestamp}_{uuid}.{ext}`, never the same twice.
fn audio_key(user_id: UserId, now: OffsetDateTime, extension: &str) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let timestamp = now
        .format(format)
        .unwrap_or_else(|_| now.unix_timestamp().to_string());
    format!("audio/{user_id}/{timestamp}_{}.{extension}", Uuid::now_v7())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_language_codes_pass() {
        assert!(check_language("en-US").is_ok() && check_language("hi").is_ok());
        for bad in ["", "e", "en_US", "en-US-x-long", "en US"] {
            assert!(check_language(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn property_14_an_audio_key_is_unique_and_well_formed(user in any::<u128>(), seconds in 0_i64..4_000_000_000, extension in "wav|mp3|m4a") {
            let user_id = UserId::from_uuid(Uuid::from_u128(user));
            let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let key = audio_key(user_id, now, &extension);
            prop_assert_ne!(&key, &audio_key(user_id, now, &extension));
            let rest = key.strip_prefix(&format!("audio/{user_id}/")).unwrap();
            let (timestamp, rest) = rest.split_once('_').unwrap();
            prop_assert_eq!(timestamp.len(), 16);
            let (uuid, ext) = rest.split_once('.').unwrap();
            prop_assert!(Uuid::parse_str(uuid).is_ok());
            prop_assert_eq!(ext, extension);
        }
    }
}
