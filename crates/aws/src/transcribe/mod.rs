//! Speech to text with Amazon Transcribe Medical.
//!
//! Its batch form knows primary care only, so a dictation of another specialty is
//! played to its streaming form. Both give the same words, times and confidence;
//! batch also gives other readings of what it was unsure of.

mod batch;
mod jobs;
mod playing;
mod polling;
mod reasons;
mod sound;
mod streaming;
mod transcript;
mod words;

use std::{path::PathBuf, sync::Arc};

use async_trait::async_trait;
use seva_model::{Language, Segment, Specialty, TranscriptionId};
use seva_services::ports::{
    AudioRefused, Forgotten, ObjectError, ObjectStore, PortError, Transcriber, TranscriberError,
    TranscriberEvent, TranscriptionRequest,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::{batch::Batch, streaming::Streaming};
pub use self::{playing::Playing, polling::Polling};
use crate::{AwsClients, call::Service};

/// Its refusals may quote the address of a recording, which holds the doctor's id.
const SERVICE: Service = Service::private("transcribe");
/// As far as a transcript or a copied recording is concerned.
const BUCKET: Service = Service::private("s3");

/// Where recordings are when a job is started.
#[derive(Clone, Debug)]
pub enum Recordings {
    /// The object store is this bucket, in the service's region, and its keys are
    /// the recordings' keys.
    InBucket(String),
    /// The object store is none that the service can read, or is in another region:
    /// a recording is copied into the output bucket for as long as its job is needed.
    Elsewhere,
}

/// How Transcribe Medical is used.
#[derive(Clone, Debug)]
pub struct TranscribeOptions {
    /// Where recordings are.
    pub recordings: Recordings,
    /// Bucket for transcripts, in the service's region. They stay in it, under
    /// `medical/`, until they are safe in the database.
    pub output_bucket: String,
    /// Key of KMS that encrypts in the bucket, in the service's region too; `None`
    /// leaves it to S3.
    pub kms_key: Option<String>,
    /// Directory for a recording while it is decoded or copied.
    pub spool_dir: PathBuf,
    /// Batch: when a job is asked how it is.
    pub polling: Polling,
    /// Streaming: how a recording is played.
    pub playing: Playing,
}

/// Amazon Transcribe Medical.
pub struct TranscribeMedical {
    batch: Batch,
    streaming: Streaming,
}

impl TranscribeMedical {
    /// Reads recordings from `objects`.
    #[must_use]
    pub fn new(
        clients: &AwsClients,
        objects: Arc<dyn ObjectStore>,
        options: TranscribeOptions,
    ) -> Self {
        let spool = Spool {
            objects,
            directory: options.spool_dir.clone(),
        };
        Self {
            streaming: Streaming::new(
                clients.transcribe_streaming.clone(),
                spool.clone(),
                options.playing,
            ),
            batch: Batch::new(clients, spool, options),
        }
    }

    /// Whether the service and its bucket can be reached and used.
    ///
    /// # Errors
    /// What keeps them from it.
    pub async fn check(&self) -> Result<(), PortError> {
        self.batch.check().await
    }
}

#[async_trait]
impl Transcriber for TranscribeMedical {
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError> {
        if !speaks_english(&request.language_code) {
            return Err(TranscriberError::Refused(AudioRefused {
                code: "LANGUAGE_UNSUPPORTED",
                message: "The speech service understands English only. The recording is kept. Record the dictation in English."
                    .to_owned(),
            }));
        }
        let work = async {
            if in_batch(request.specialty) {
                self.batch.transcribe(request, &news).await
            } else {
                self.streaming.transcribe(request, &news).await
            }
        };
        // Whatever is under way ends by being dropped: a call, a pause, a stream. A
        // job goes on, for the next worker or until it is forgotten.
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(TranscriberError::Cancelled),
            result = work => result,
        }
    }

    /// American English is all that the service has.
    async fn languages(&self) -> &'static [Language] {
        &[Language::English]
    }

    /// A stream leaves nothing behind.
    fn leaves_traces(&self, specialty: Specialty) -> bool {
        in_batch(specialty)
    }

    async fn forget(&self, id: TranscriptionId) -> Result<Forgotten, PortError> {
        self.batch.forget(id).await
    }
}

/// Whether the batch form knows the specialty.
fn in_batch(specialty: Specialty) -> bool {
    specialty == Specialty::PrimaryCare
}

/// The service knows American English alone, which it is told for any English.
fn speaks_english(language_code: &str) -> bool {
    let language = language_code.split('-').next().unwrap_or_default();
    language.eq_ignore_ascii_case("en")
}

/// Tells news. Nobody may listen any more, and that is no failure.
async fn tell(news: &mpsc::Sender<TranscriberEvent>, event: TranscriberEvent) {
    let _ = news.send(event).await;
}

/// Copies recordings out of the object store.
#[derive(Clone)]
struct Spool {
    objects: Arc<dyn ObjectStore>,
    directory: PathBuf,
}

impl Spool {
    /// A copy, gone when the guard is dropped.
    async fn fetch(&self, key: &str) -> Result<Spooled, PortError> {
        let folder = TempDir::with_prefix_in("recording-", &self.directory)
            .map_err(|error| SERVICE.unavailable("fetch the recording", error))?;
        let spooled = Spooled {
            path: folder.path().join("audio"),
            _folder: folder,
        };
        match self.objects.fetch_to(key, &spooled.path).await {
            Ok(()) => Ok(spooled),
            Err(ObjectError::Port(error)) => Err(error),
            Err(gone) => Err(SERVICE.broken("fetch the recording", gone)),
        }
    }
}

/// A recording outside the store, for as long as it is needed.
struct Spooled {
    path: PathBuf,
    _folder: TempDir,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_english_is_english() {
        for (code, english) in [
            ("en-US", true),
            ("en-IN", true),
            ("EN", true),
            ("hi-IN", false),
            ("", false),
        ] {
            assert_eq!(speaks_english(code), english, "{code}");
        }
    }
}
