//! The service's jobs, their transcripts and copies: one call each, or a few that
//! belong together.

use std::{path::Path, time::Duration};

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_transcribe::types::{
    LanguageCode, Media, MediaFormat, MedicalTranscriptionJob, MedicalTranscriptionSetting,
    Specialty, TranscriptionJobStatus, Type,
};
use seva_model::{Segment, TranscriptionId};
use seva_services::ports::{
    Forgotten, PortError, PortFailure, TranscriberError, TranscriptionRequest,
};
use tokio::time::Instant;

use super::{
    BUCKET, Recordings, SERVICE, Spool, TranscribeOptions,
    polling::{Pauses, Polling},
    reasons, transcript,
};
use crate::{AwsClients, call::about, put::put};

/// Readings of a stretch that the service is asked for.
const READINGS: i32 = 3;
/// A transcript of the longest recording has about a tenth of it.
const LARGEST_TRANSCRIPT: i64 = 128 << 20;
/// Names of what belongs to a dictation at the service.
pub(super) struct Job {
    name: String,
    transcript_key: String,
    /// Of a recording that had to be copied.
    copy_key: String,
}

impl Job {
    pub(super) fn of(id: TranscriptionId) -> Self {
        let name = format!("seva-{id}");
        Self {
            transcript_key: format!("medical/{name}.json"),
            copy_key: format!("medical/{name}.audio"),
            name,
        }
    }
}

/// Where a job is.
enum State {
    /// Queued or running.
    Moving,
    Completed,
    Failed(String),
    /// There is none of the name.
    Gone,
}

/// The service reads and writes buckets of its own region alone, which need not be
/// the one that the other objects are in.
fn in_region_of(
    transcribe: &aws_sdk_transcribe::Client,
    s3: &aws_sdk_s3::Client,
) -> aws_sdk_s3::Client {
    let region = transcribe.config().region().cloned();
    aws_sdk_s3::Client::from_conf(s3.config().to_builder().region(region).build())
}

pub(super) struct Jobs {
    transcribe: aws_sdk_transcribe::Client,
    s3: aws_sdk_s3::Client,
    spool: Spool,
    options: TranscribeOptions,
}

impl Jobs {
    pub(super) fn new(clients: &AwsClients, spool: Spool, options: TranscribeOptions) -> Self {
        Self {
            transcribe: clients.transcribe.clone(),
            s3: in_region_of(&clients.transcribe, &clients.s3),
            spool,
            options,
        }
    }

    /// The bucket is there, in the service's region, and jobs may be looked at.
    pub(super) async fn check(&self) -> Result<(), PortError> {
        let bucket = &self.options.output_bucket;
        let asked = self.s3.head_bucket().bucket(bucket).send();
        let answer = BUCKET.call("HeadBucket", asked).await;
        let answer = answer.map_err(|error| about(&format!("the bucket {bucket}"), error))?;
        let ours = self.s3.config().region().map_or("", AsRef::as_ref);
        if let Some(its) = answer.bucket_region()
            && its != ours
        {
            let said = format!("the bucket {bucket} is in {its}, Transcribe Medical in {ours}");
            return Err(BUCKET.broken("HeadBucket", said));
        }
        self.state("seva-check").await.map(drop)
    }

    /// Starts the job, unless an earlier try did.
    pub(super) async fn begin(
        &self,
        job: &Job,
        request: &TranscriptionRequest,
    ) -> Result<(), PortError> {
        // A copy takes long: whether it is needed is asked first.
        let copied = matches!(self.options.recordings, Recordings::Elsewhere);
        if copied && self.is_there(job).await? {
            return Ok(());
        }
        let media = self.recording(job, request).await?;
        if !self.start(job, request, &media).await? && !self.is_there(job).await? {
            self.start(job, request, &media).await?;
        }
        Ok(())
    }

    /// Whether the job runs or is done. One that failed is removed.
    async fn is_there(&self, job: &Job) -> Result<bool, PortError> {
        match self.state(&job.name).await? {
            State::Moving | State::Completed => Ok(true),
            State::Failed(_) => self.delete(&job.name).await.map(|_| false),
            State::Gone => Ok(false),
        }
    }

    /// The recording's address, where the service can read it.
    async fn recording(
        &self,
        job: &Job,
        request: &TranscriptionRequest,
    ) -> Result<String, PortError> {
        match &self.options.recordings {
            Recordings::InBucket(bucket) => {
                let key = &request.audio_key;
                // The service would say only that it "can't be accessed".
                let asked = self.s3.head_object().bucket(bucket).key(key).send();
                BUCKET.call("HeadObject", asked).await?;
                Ok(format!("s3://{bucket}/{key}"))
            }
            Recordings::Elsewhere => {
                let recording = self.spool.fetch(&request.audio_key).await?;
                self.copy(job, &recording.path).await?;
                Ok(format!(
                    "s3://{}/{}",
                    self.options.output_bucket, job.copy_key
                ))
            }
        }
    }

    async fn copy(&self, job: &Job, file: &Path) -> Result<(), PortError> {
        let unreadable = |error: std::io::Error| BUCKET.unavailable("PutObject", error);
        let length = tokio::fs::metadata(file).await.map_err(unreadable)?.len();
        let body = ByteStream::from_path(file)
            .await
            .map_err(|error| BUCKET.unavailable("PutObject", error))?;
        let request = self
            .s3
            .put_object()
            .bucket(&self.options.output_bucket)
            .key(&job.copy_key)
            .body(body);
        let kms_key = self.options.kms_key.as_deref();
        put(BUCKET, &self.s3, request, length, kms_key).await
    }

    /// `false` when a job of the name exists.
    async fn start(
        &self,
        job: &Job,
        request: &TranscriptionRequest,
        media: &str,
    ) -> Result<bool, PortError> {
        let settings = MedicalTranscriptionSetting::builder()
            .show_alternatives(true)
            .max_alternatives(READINGS)
            .build();
        let sent = self
            .transcribe
            .start_medical_transcription_job()
            .medical_transcription_job_name(&job.name)
            .language_code(LanguageCode::EnUs)
            .media(Media::builder().media_file_uri(media).build())
            .set_media_format(media_format(&request.audio_key))
            .output_bucket_name(&self.options.output_bucket)
            .output_key(&job.transcript_key)
            .set_output_encryption_kms_key_id(self.options.kms_key.clone())
            .settings(settings)
            .specialty(Specialty::Primarycare)
            .r#type(Type::Dictation)
            .send();
        match SERVICE.call("StartMedicalTranscriptionJob", sent).await {
            Ok(_) => Ok(true),
            Err(error) if error.code.as_deref() == Some("ConflictException") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns when the job is completed.
    pub(super) async fn wait(
        &self,
        job: &Job,
        request: &TranscriptionRequest,
    ) -> Result<(), TranscriberError> {
        const OPERATION: &str = "GetMedicalTranscriptionJob";
        let Polling { patience, .. } = self.options.polling;
        let length = Duration::try_from_secs_f64(request.duration_seconds).unwrap_or_default();
        let until = Instant::now() + patience + length;
        let mut pauses = Pauses::new(self.options.polling);
        loop {
            tokio::time::sleep(pauses.next(rand::random_range(0.0..1.0))).await;
            match self.state(&job.name).await? {
                State::Completed => return Ok(()),
                State::Failed(reason) => return Err(failed(&reason)),
                State::Gone => {
                    return Err(SERVICE.unavailable(OPERATION, "the job is gone").into());
                }
                State::Moving if Instant::now() >= until => {
                    return Err(PortError {
                        failure: PortFailure::TimedOut,
                        ..SERVICE.unavailable(OPERATION, "the job takes too long")
                    }
                    .into());
                }
                State::Moving => {}
            }
        }
    }

    async fn state(&self, name: &str) -> Result<State, PortError> {
        let asked = self
            .transcribe
            .get_medical_transcription_job()
            .medical_transcription_job_name(name)
            .send();
        match SERVICE.call("GetMedicalTranscriptionJob", asked).await {
            Ok(answer) => Ok(state(answer.medical_transcription_job)),
            Err(error) if is_gone(&error) => Ok(State::Gone),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn read(&self, job: &Job) -> Result<Vec<Segment>, PortError> {
        let bucket = &self.options.output_bucket;
        let asked = self.s3.get_object().bucket(bucket).key(&job.transcript_key);
        let object = match BUCKET.call("GetObject", asked.send()).await {
            Ok(object) => object,
            Err(error) if error.failure == PortFailure::NotFound => {
                // Whoever removed it thought the job was not needed any more. Without
                // it, the next try starts a fresh one.
                self.delete(&job.name).await?;
                return Err(SERVICE.unavailable("GetObject", "the transcript is gone"));
            }
            Err(error) => return Err(error),
        };
        if object.content_length.unwrap_or_default() > LARGEST_TRANSCRIPT {
            return Err(SERVICE.broken("GetObject", "the transcript is too large to be one"));
        }
        let body = object.body.collect().await;
        let body = body.map_err(|error| BUCKET.unavailable("GetObject", error))?;
        transcript::read(&body.into_bytes())
            .map_err(|error| SERVICE.broken("read the transcript", error))
    }

    /// The job first: while it is there it can be found by its name.
    pub(super) async fn remove(&self, job: &Job) -> Result<Forgotten, PortError> {
        if self.delete(&job.name).await? == Forgotten::NotYet {
            return Ok(Forgotten::NotYet);
        }
        let copied = matches!(self.options.recordings, Recordings::Elsewhere);
        let keys = [Some(&job.transcript_key), copied.then_some(&job.copy_key)];
        for key in keys.into_iter().flatten() {
            let bucket = &self.options.output_bucket;
            let sent = self.s3.delete_object().bucket(bucket).key(key).send();
            BUCKET.call("DeleteObject", sent).await?;
        }
        Ok(Forgotten::Gone)
    }

    async fn delete(&self, name: &str) -> Result<Forgotten, PortError> {
        let sent = self
            .transcribe
            .delete_medical_transcription_job()
            .medical_transcription_job_name(name)
            .send();
        let error = match SERVICE.call("DeleteMedicalTranscriptionJob", sent).await {
            Ok(_) => return Ok(Forgotten::Gone),
            Err(error) => error,
        };
        if !is_gone(&error) {
            return Err(error);
        }
        // The service has one answer for a job that is not there and for one that
        // has not ended.
        match self.state(name).await? {
            State::Gone => Ok(Forgotten::Gone),
            State::Moving => Ok(Forgotten::NotYet),
            State::Completed | State::Failed(_) => Err(error),
        }
    }
}

fn state(job: Option<MedicalTranscriptionJob>) -> State {
    let Some(job) = job else {
        return State::Gone;
    };
    match job.transcription_job_status {
        Some(TranscriptionJobStatus::Completed) => State::Completed,
        Some(TranscriptionJobStatus::Failed) => {
            State::Failed(job.failure_reason.unwrap_or_default())
        }
        _ => State::Moving,
    }
}

/// A name that is not known is a bad request to this service.
fn is_gone(error: &PortError) -> bool {
    error.failure == PortFailure::NotFound || error.code.as_deref() == Some("BadRequestException")
}

/// What is not about the recording is told by its class alone.
fn failed(reason: &str) -> TranscriberError {
    if let Some(refused) = reasons::refusal(reason) {
        tracing::warn!(code = refused.code, "the service refused a recording");
        return TranscriberError::Refused(refused);
    }
    let class = reasons::class(reason);
    let error = SERVICE.unavailable("transcribe", "the job failed");
    TranscriberError::Port(PortError {
        failure: class.failure,
        code: Some(class.code.to_owned()),
        ..error
    })
}

/// By the ending of the key, which the upload chose by the recording's content.
fn media_format(key: &str) -> Option<MediaFormat> {
    let (_, ending) = key.rsplit_once('.')?;
    MediaFormat::try_parse(ending).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_accepted_ending_has_its_format() {
        for ending in ["wav", "mp3", "flac", "mp4", "m4a", "webm", "ogg"] {
            let format = media_format(&format!("audio/u.1/recording.{ending}")).unwrap();
            assert_eq!(format.as_str(), ending);
        }
        assert_eq!(media_format("audio/recording"), None);
        assert_eq!(media_format("audio/recording.pdf"), None);
    }

    proptest! {
        #[test]
        fn property_19_a_name_is_made_of_the_id_alone(one in any::<u128>(), other in any::<u128>()) {
            let id = |bits: u128| -> TranscriptionId {
                let hex = format!("{bits:032x}");
                let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
                parts.join("-").parse().unwrap()
            };
            let job = Job::of(id(one));
            prop_assert_eq!(&job.name, &format!("seva-{}", id(one)));
            prop_assert_eq!(&job.transcript_key, &format!("medical/{}.json", job.name));
            prop_assert_eq!(job.name == Job::of(id(other)).name, one == other);
        }
    }
}
