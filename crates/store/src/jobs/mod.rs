//! The queue. A job is a row that lives as long as there is work on a dictation.
//!
//! A worker takes it for a while (a lease) and prolongs the lease while it
//! lives. Each of its writes names the lease's token and locks the job's row, so
//! a worker whose lease was taken over can write nothing more, whenever it wakes.
//! Whatever is stored of a stage is stored in the transaction that ends it: a
//! worker may die at any instruction, and the next one starts that stage again.

mod doctor;
mod queue;
mod worker;

use std::time::Duration;

use seva_model::{Specialty, Stage, TranscriptionId, UserId};
use uuid::Uuid;

pub use doctor::{enqueue, request_cancel, retry};
pub use queue::{claim, release};
pub(crate) use queue::{lock_queue, tell_those_behind};
pub(crate) use worker::hold;
pub use worker::{
    cancelled, count_failure, fail, finish_extraction, finish_transcription, heartbeat, progress,
};

/// How long a deletion can be taken back; until then a running job goes on.
pub const UNDO_TIME: Duration = Duration::from_secs(15);

/// A worker's hold on a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The dictation that is worked on.
    pub transcription_id: TranscriptionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Names this hold; the next one gets another.
    pub token: Uuid,
    /// Which try this is, from 1.
    pub attempt: i32,
}

/// A job that was just taken.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// To be named in every write.
    pub lease: Lease,
    /// [`Stage::Transcribing`], or [`Stage::Extracting`] when the transcript is
    /// there already.
    pub stage: Stage,
    /// Where the recording is in the object store.
    pub audio_key: String,
    /// Medical specialty.
    pub specialty: Specialty,
    /// BCP 47.
    pub language_code: String,
    /// Length in seconds.
    pub duration_seconds: f64,
    /// The transcript, if this is about extraction.
    pub transcript_text: Option<String>,
    /// Workers that took this job before and did not come back.
    pub crashes: i16,
    /// The doctor asked to stop while nobody had it.
    pub cancel_requested: bool,
}

/// What became of a wish to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelOutcome {
    /// Nobody had it: it is cancelled.
    Cancelled,
    /// A worker has it and will stop.
    Requested,
}
