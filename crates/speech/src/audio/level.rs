//! How loud a recording is over time, and which parts may be speech.

use super::SAMPLE_RATE;

/// Samples in one frame of the envelope: 20 ms.
pub(crate) const FRAME: usize = SAMPLE_RATE / 50;
/// Length of one frame in seconds.
pub(crate) const FRAME_SECONDS: f64 = 0.02;
/// Below this, in dB of full scale, a microphone is off.
pub(crate) const SILENCE_DB: f32 = -62.0;

/// Loudness in dB of full scale of each 20 ms.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Envelope {
    db: Vec<f32>,
    threshold: f32,
}

impl Envelope {
    pub(crate) fn of(samples: &[f32]) -> Self {
        Self::from_frames(samples.chunks(FRAME).map(decibels).collect())
    }

    /// Of the loudness of each frame.
    pub(crate) fn from_frames(db: Vec<f32>) -> Self {
        let threshold = speech_threshold(&db);
        Self { db, threshold }
    }

    /// Loudness of each frame.
    pub(crate) fn frames(&self) -> &[f32] {
        &self.db
    }

    /// Whether a frame is loud enough to be speech.
    pub(crate) fn is_loud(&self, frame: usize) -> bool {
        self.db.get(frame).is_some_and(|&db| db > self.threshold)
    }
}

/// The frame that holds a time in seconds.
pub(crate) fn frame_at(seconds: f64) -> usize {
    (seconds.max(0.0) / FRAME_SECONDS).round() as usize
}

/// Root mean square in dB of full scale; -120 for digital silence.
pub(crate) fn decibels(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
    10.0 * power.max(1e-12).log10()
}

/// Speech stands out of the room's noise by 12 dB, unless that would be within 10 dB of
/// the loudest speech; a voice spans about 35 dB.
fn speech_threshold(db: &[f32]) -> f32 {
    let mut sorted = db.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let at = |share: f64| sorted.get(((sorted.len() as f64 - 1.0).max(0.0) * share) as usize);
    let floor = at(0.05).copied().unwrap_or(SILENCE_DB);
    let loudest = at(0.98).copied().unwrap_or(SILENCE_DB);
    (floor + 12.0)
        .min(loudest - 10.0)
        .max(loudest - 35.0)
        .max(SILENCE_DB)
}
