//! Cuts a recording into pieces the model can hear at once.
//!
//! Whisper listens to 30 seconds. Cut blindly, a word at the border is lost or heard
//! twice; so every cut goes through the quietest moment within reach.

use crate::audio::level::{Envelope, FRAME, FRAME_SECONDS};

/// No piece but the last is shorter, in seconds.
const SHORTEST: f64 = 15.0;
/// No piece is longer, in seconds: a second less than the model's window.
const LONGEST: f64 = 29.0;
/// A cut is judged by the loudness of so many frames around it: 0.3 s.
const PAUSE_FRAMES: usize = 15;
/// How many dB of loudness a cut one second later is worth: fewer pieces are faster.
const LATER_IS_BETTER: f32 = 0.4;

/// A stretch of a recording, in samples, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// First sample.
    pub start: usize,
    /// One after the last sample.
    pub end: usize,
}

/// Pieces of 16 kHz mono samples that follow each other without gap or overlap, none
/// longer than 29 s, none but the last shorter than 15 s, cut where it is quiet.
#[must_use]
pub fn cut_in_silence(samples: &[f32]) -> Vec<Piece> {
    cut(&Envelope::of(samples), samples.len())
}

pub(crate) fn cut(envelope: &Envelope, len: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while len - start > samples(LONGEST) {
        let end = start + quietest(envelope, start / FRAME) * FRAME;
        pieces.push(Piece { start, end });
        start = end;
    }
    if len > start {
        pieces.push(Piece { start, end: len });
    }
    pieces
}

fn samples(seconds: f64) -> usize {
    (seconds / FRAME_SECONDS) as usize * FRAME
}

/// How many frames after `start` to cut.
fn quietest(envelope: &Envelope, start: usize) -> usize {
    let frames = envelope.frames();
    let (first, last) = (samples(SHORTEST) / FRAME, samples(LONGEST) / FRAME);
    let mut best = (f32::INFINITY, last);
    for length in first..=last {
        let centre = start + length;
        let from = centre.saturating_sub(PAUSE_FRAMES / 2);
        let window = &frames[from.min(frames.len())..(from + PAUSE_FRAMES).min(frames.len())];
        if window.is_empty() {
            continue;
        }
        // The loudest frame counts as much as the mean, so that a short word between two
        // pauses isn't taken for a pause.
        let mean = window.iter().sum::<f32>() / window.len() as f32;
        let peak = window.iter().copied().fold(f32::MIN, f32::max);
        let later = (length - first) as f32 * FRAME_SECONDS as f32 * LATER_IS_BETTER;
        let cost = (mean + peak) / 2.0 - later;
        if cost < best.0 {
            best = (cost, length);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::SAMPLE_RATE;

    /// Loud and quiet stretches of random lengths, in tenths of a second.
    fn recordings() -> impl Strategy<Value = Vec<f32>> {
        proptest::collection::vec((1_usize..40, any::<bool>()), 0..60).prop_map(|stretches| {
            let mut samples = Vec::new();
            for (tenths, is_loud) in stretches {
                let level = if is_loud { 0.3 } else { 0.0005 };
                let tone = (0..tenths * 1600).map(|at| level * (at as f32 * 0.3).sin());
                samples.extend(tone);
            }
            samples
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn pieces_cover_the_recording_without_gap_or_overlap(samples in recordings()) {
            let pieces = cut_in_silence(&samples);
            prop_assert_eq!(pieces.first().map_or(0, |piece| piece.start), 0);
            prop_assert_eq!(pieces.last().map_or(0, |piece| piece.end), samples.len());
            for pair in pieces.windows(2) {
                prop_assert_eq!(pair[0].end, pair[1].start);
            }
        }

        #[test]
        fn no_piece_is_longer_than_the_model_hears(samples in recordings()) {
            for piece in cut_in_silence(&samples) {
                prop_assert!(piece.start < piece.end);
                prop_assert!(piece.end - piece.start <= 29 * SAMPLE_RATE);
            }
        }

        #[test]
        fn all_pieces_but_the_last_last_fifteen_seconds(samples in recordings()) {
            let pieces = cut_in_silence(&samples);
            for piece in pieces.iter().rev().skip(1) {
                prop_assert!(piece.end - piece.start >= 15 * SAMPLE_RATE);
            }
        }
    }

    #[test]
    fn a_cut_goes_through_the_pause() {
        let second = |level: f32| (0..SAMPLE_RATE).map(move |at| level * (at as f32 * 0.3).sin());
        let samples: Vec<f32> = (0..45)
            .flat_map(|at| second(if at == 21 { 0.0001 } else { 0.3 }))
            .collect();
        let first = cut_in_silence(&samples)[0];
        assert!(
            (21 * SAMPLE_RATE..22 * SAMPLE_RATE).contains(&first.end),
            "{first:?}"
        );
    }
}
