//! Batch: a job of the service's, found again by its name.
//!
//! The name comes from the dictation's id alone. Whoever takes the dictation up
//! after a crash starts "the same" job, is told that it exists, and waits for it.
//! A number of the try in the name would start another one instead, and leave the
//! first to nobody. A try that finds a failed job of that name removes it first,
//! so that "try again" means a fresh one.

use seva_model::{Segment, TranscriptionId};
use seva_services::ports::{
    Forgotten, PortError, TranscriberError, TranscriberEvent, TranscriptionRequest,
};
use tokio::sync::mpsc;

use super::{
    Spool, TranscribeOptions,
    jobs::{Job, Jobs},
    tell,
};
use crate::AwsClients;

/// The service's jobs.
pub(super) struct Batch {
    jobs: Jobs,
}

impl Batch {
    pub(super) fn new(clients: &AwsClients, spool: Spool, options: TranscribeOptions) -> Self {
        Self {
            jobs: Jobs::new(clients, spool, options),
        }
    }

    /// Waits for a job of the dictation, and reads what it heard.
    pub(super) async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: &mpsc::Sender<TranscriberEvent>,
    ) -> Result<Vec<Segment>, TranscriberError> {
        let job = Job::of(request.id);
        // The service tells no percentage: none but the first and the last is known.
        tell(news, TranscriberEvent::Progress(0)).await;
        self.jobs.begin(&job, request).await?;
        self.jobs.wait(&job, request).await?;
        let segments = self.jobs.read(&job).await?;
        for segment in &segments {
            tell(news, TranscriberEvent::Segment(segment.clone())).await;
        }
        tell(news, TranscriberEvent::Progress(100)).await;
        Ok(segments)
    }

    /// Removes the job, its transcript and its copy of the recording, if it has ended.
    pub(super) async fn forget(&self, id: TranscriptionId) -> Result<Forgotten, PortError> {
        self.jobs.remove(&Job::of(id)).await
    }

    /// The bucket is there, and jobs may be looked at.
    pub(super) async fn check(&self) -> Result<(), PortError> {
        self.jobs.check().await
    }
}
