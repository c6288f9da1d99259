//! The stages of a dictation, from its claim to its end.

use std::{future::Future, time::Duration};

use seva_model::{Entity, Failure, Segment};
use seva_store::{StoreError, jobs, jobs::ClaimedJob};
use tokio_util::sync::CancellationToken;

use super::{
    Worker,
    lease::{Stop, Stopper, hold},
    news::record,
    writes::Write,
};
use crate::{
    errors,
    ports::{PortError, TranscriberError, TranscriptionRequest},
};

/// How long an engine may take to heed its cancellation before it is left alone.
const GRACE: Duration = Duration::from_secs(5);

/// How a dictation leaves the worker.
enum End {
    /// Transcript and entities are stored.
    Completed,
    Failed(Failure),
    /// Back to the queue, for later.
    Postponed(Duration),
    Stopped(Stop),
}

impl Worker {
    /// Moves a claimed dictation as far as it goes.
    pub(super) async fn run_job(&self, job: ClaimedJob, shutdown: &CancellationToken) {
        let lease = job.lease;
        let id = lease.transcription_id;
        tracing::info!(transcription_id = %id, attempt = lease.attempt, stage = %job.stage, "a worker took a dictation");
        let stopper = Stopper::default();
        let holding = hold(&self.services, lease, &self.config, shutdown, &stopper);
        let end = self.stages(&job, &stopper).await;
        let end = match end {
            Ok(end) => end,
            Err(StoreError::LeaseLost) => End::Stopped(Stop::LeaseLost),
            Err(error) => {
                errors::report("store", "work on a dictation", &error);
                if error.may_retry() {
                    End::Postponed(self.config.backoff)
                } else {
                    End::Failed(broken())
                }
            }
        };
        let written = self.write_end(&lease, &end).await;
        drop(holding);
        match written {
            Ok(()) => {
                tracing::info!(transcription_id = %id, end = end.name(), "a worker left a dictation");
            }
            Err(StoreError::LeaseLost) => {
                tracing::warn!(transcription_id = %id, "another worker took a dictation over");
            }
            // The lease runs out, and the dictation is taken up again.
            Err(error) => errors::report("store", "end a dictation", &error),
        }
    }

    async fn stages(&self, job: &ClaimedJob, stopper: &Stopper) -> Result<End, StoreError> {
        if job.cancel_requested {
            return Ok(End::Stopped(Stop::Cancelled));
        }
        if job.crashes >= self.config.max_crashes {
            return self.give_up(job).await;
        }
        let text = match &job.transcript_text {
            Some(text) => text.clone(),
            None => match self.transcribe(job, stopper).await? {
                Ok(text) => text,
                Err(end) => return Ok(end),
            },
        };
        self.extract(job, &text, stopper).await
    }

    /// A dictation that keeps taking its worker down. What it has is kept.
    async fn give_up(&self, job: &ClaimedJob) -> Result<End, StoreError> {
        tracing::error!(transcription_id = %job.lease.transcription_id, crashes = job.crashes, "a dictation is given up");
        if job.transcript_text.is_some() {
            return self.complete(job, None).await;
        }
        Ok(End::Failed(Failure {
            code: "WORKER_STOPPED".to_owned(),
            message: "SEVA stopped several times while it listened to this recording. The recording is safe. Try again; if it stops again, record it anew.".to_owned(),
            may_retry: true,
        }))
    }

    /// Speech to text. The words are in the database when it returns `Ok`.
    async fn transcribe(
        &self,
        job: &ClaimedJob,
        stopper: &Stopper,
    ) -> Result<Result<String, End>, StoreError> {
        let transcriber = &self.services.ports().transcriber;
        if transcriber.leaves_traces(job.specialty) {
            self.announce_speech(&job.lease).await?;
        }
        let heard = self.listen(job, stopper).await;
        if let Some(why) = stopper.why() {
            return Ok(Err(End::Stopped(why)));
        }
        let segments = match heard {
            Ok(segments) => numbered(segments),
            Err(TranscriberError::Refused(refused)) => {
                return Ok(Err(End::Failed(Failure {
                    code: refused.code.to_owned(),
                    message: refused.message,
                    may_retry: false,
                })));
            }
            Err(TranscriberError::Cancelled) => return Ok(Err(End::Failed(engine_failed()))),
            Err(TranscriberError::Port(error)) => {
                let later = self.postpone(job, &error).await?;
                return Ok(Err(later.unwrap_or_else(|| End::Failed(engine_failed()))));
            }
        };
        let text = joined(&segments);
        if text.is_empty() {
            return Ok(Err(End::Failed(nothing_said())));
        }
        let write = Write::Transcribed(&text, &segments);
        self.write(&job.lease, write).await?;
        Ok(Ok(text))
    }

    /// Lets the engine run, and stores what it tells while it does.
    async fn listen(
        &self,
        job: &ClaimedJob,
        stopper: &Stopper,
    ) -> Result<Vec<Segment>, TranscriberError> {
        let request = TranscriptionRequest {
            id: job.lease.transcription_id,
            audio_key: job.audio_key.clone(),
            specialty: job.specialty,
            language_code: job.language_code.clone(),
            duration_seconds: job.duration_seconds,
        };
        let (news, heard) = tokio::sync::mpsc::channel(64);
        let transcriber = &self.services.ports().transcriber;
        let engine = transcriber.transcribe(&request, news, stopper.token().clone());
        let recorder = record(&self.services, &job.lease, heard, stopper);
        let both = async { tokio::join!(engine, recorder).0 };
        within_grace(both, stopper.token()).await
    }

    /// Text to entities. The transcript is good whatever happens here.
    async fn extract(
        &self,
        job: &ClaimedJob,
        text: &str,
        stopper: &Stopper,
    ) -> Result<End, StoreError> {
        let found = tokio::select! {
            found = self.services.extract(text) => found,
            () = stopper.token().cancelled() => {
                return Ok(End::Stopped(stopper.why().unwrap_or(Stop::Shutdown)));
            }
        };
        match found {
            Ok(entities) => match self.complete(job, Some(&entities)).await {
                // They can't be stored, whatever they are. The transcript is.
                Err(error @ (StoreError::Database(_) | StoreError::Taken))
                    if !error.may_retry() =>
                {
                    errors::report("store", "store entities", &error);
                    self.complete(job, None).await
                }
                done => done,
            },
            Err(error) => match self.postpone(job, &error).await? {
                Some(later) => Ok(later),
                None => self.complete(job, None).await,
            },
        }
    }

    async fn complete(
        &self,
        job: &ClaimedJob,
        entities: Option<&[Entity]>,
    ) -> Result<End, StoreError> {
        self.write(&job.lease, Write::Completed(entities)).await?;
        Ok(End::Completed)
    }

    /// Another try later, while it may help and there are tries left.
    async fn postpone(
        &self,
        job: &ClaimedJob,
        error: &PortError,
    ) -> Result<Option<End>, StoreError> {
        if let Some(again_in) = error.again_in() {
            // Nobody was asked, so no try is used up: the dictation waits in the queue
            // for as long as the service is left alone.
            tracing::info!(transcription_id = %job.lease.transcription_id, service = error.service, "a dictation waits for a service that is left alone");
            return Ok(Some(End::Postponed(again_in.max(self.config.backoff))));
        }
        errors::report_port(error);
        if !error.may_retry() {
            return Ok(None);
        }
        let failures = self.count_failure(&job.lease).await?;
        if failures >= self.config.tries {
            return Ok(None);
        }
        let pauses = 4_u32.saturating_pow(failures.saturating_sub(1));
        Ok(Some(End::Postponed(
            self.config.backoff.saturating_mul(pauses),
        )))
    }

    async fn write_end(&self, lease: &jobs::Lease, end: &End) -> Result<(), StoreError> {
        let write = match end {
            End::Completed | End::Stopped(Stop::LeaseLost) => return Ok(()),
            End::Failed(failure) => Write::Failed(failure),
            End::Postponed(delay) => Write::Released(*delay),
            End::Stopped(Stop::Cancelled) => Write::Cancelled,
            End::Stopped(Stop::Shutdown) => Write::Released(Duration::ZERO),
        };
        self.write(lease, write).await
    }
}

impl End {
    const fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed(_) => "failed",
            Self::Postponed(_) => "postponed",
            Self::Stopped(Stop::Cancelled) => "cancelled",
            Self::Stopped(Stop::LeaseLost) => "lost",
            Self::Stopped(Stop::Shutdown) => "released",
        }
    }
}

/// The work's result; when it is cancelled and does not end in time, that.
async fn within_grace<T>(
    work: impl Future<Output = Result<T, TranscriberError>>,
    cancel: &CancellationToken,
) -> Result<T, TranscriberError> {
    tokio::select! {
        result = work => result,
        () = async { cancel.cancelled().await; tokio::time::sleep(GRACE).await; } => {
            Err(TranscriberError::Cancelled)
        }
    }
}

/// The segments in order, numbered from 0.
fn numbered(mut segments: Vec<Segment>) -> Vec<Segment> {
    segments.sort_by_key(|segment| segment.index);
    for (index, segment) in (0..).zip(&mut segments) {
        segment.index = index;
    }
    segments
}

/// The transcript as heard.
fn joined(segments: &[Segment]) -> String {
    let texts: Vec<_> = segments
        .iter()
        .map(|segment| segment.text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    texts.join(" ")
}

fn nothing_said() -> Failure {
    Failure {
        code: "AUDIO_NO_SPEECH".to_owned(),
        message: "No words were heard in this recording. Listen to it; if it is silent, check the microphone and record it again.".to_owned(),
        may_retry: false,
    }
}

fn engine_failed() -> Failure {
    Failure {
        code: "TRANSCRIPTION_FAILED".to_owned(),
        message: "The recording could not be transcribed just now. It is safe. Try again in a few minutes.".to_owned(),
        may_retry: true,
    }
}

fn broken() -> Failure {
    Failure {
        code: "INTERNAL".to_owned(),
        message: "Something went wrong on our side. The recording is safe. Try again.".to_owned(),
        may_retry: true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_ignores_its_cancellation_is_left_alone() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let deaf = std::future::pending::<Result<(), TranscriberError>>();
        let ended = within_grace(deaf, &cancel).await;
        assert!(matches!(ended, Err(TranscriberError::Cancelled)));
    }

    #[test]
    fn segments_are_numbered_in_order_and_joined() {
        let segment = |index| Segment {
            index,
            start: 0.0,
            end: 1.0,
            text: format!(" {index} "),
            words: Vec::new(),
        };
        let numbered = numbered(vec![segment(7), segment(3)]);
        assert_eq!(joined(&numbered), "3 7");
        assert_eq!([numbered[0].index, numbered[1].index], [0, 1]);
    }
}
