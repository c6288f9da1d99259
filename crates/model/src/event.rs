use serde::{Deserialize, Serialize};

use crate::{
    Failure, Segment, Stage, TranscriptionId, TranscriptionStatus, transcription::StageTimes,
};

/// One message of the event stream of a dictation. It carries the whole state
/// and the segments the receiver has not seen, so any of them may be lost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DictationEvent {
    /// Which dictation.
    pub transcription_id: TranscriptionId,
    /// Number of the change; the stream's event id. Only grows.
    pub version: i64,
    /// Which try. Segments of an earlier one are to be thrown away.
    pub attempt: i32,
    /// Where it stands.
    pub status: TranscriptionStatus,
    /// What is happening.
    pub stage: Stage,
    /// 0 to 100 within the stage.
    pub progress: u8,
    /// Dictations ahead while it waits.
    pub queue_ahead: Option<u32>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// When the stages were reached.
    pub times: StageTimes,
    /// Decided since the event the receiver named; to be put at their `index`.
    pub segments: Vec<Segment>,
}
