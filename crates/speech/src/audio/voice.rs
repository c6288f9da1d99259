//! Tells speech from sounds that are only loud.
//!
//! A model asked to write down a tone, a fan or a closed door writes something. Speech
//! changes its colour all the time, from vowel to hiss: within a second, the share of each
//! frequency band in the loud moments swings by 5 to 15 dB. A tone, a hum, noise of any
//! colour and beeps stay below 2 dB, speech in a noisy ward stays above 2.5. Breath and music
//! swing as speech does: what is not voiced at all within some seconds is breath, and what
//! holds its notes is music (see `tone`).

use std::ops::Range;
use std::sync::Arc;

use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex32};

use super::SAMPLE_RATE;
use super::level::{Envelope, FRAME, FRAME_SECONDS, frame_at};
use super::tone::Tone;

/// Samples that one spectrum looks at: 32 ms.
const WINDOW: usize = 512;
/// Borders of the bands in Hz.
const EDGES: [f32; BANDS + 1] = [
    150.0, 300.0, 500.0, 800.0, 1200.0, 1800.0, 2600.0, 3800.0, 6000.0,
];
const BANDS: usize = 8;
/// Power below which a band counts as empty, so that dithering isn't taken for colour.
const FLOOR: f32 = 1e-6;
/// Frames judged together: one second, every half second.
const SPAN: usize = 50;
const HOP: usize = 25;
/// Loud frames that a second needs to be judged at all.
const LEAST_LOUD: usize = 10;
/// Swing in dB from which a second is speech.
const LEAST_SWING: f32 = 2.4;

/// Frames to either side of a second that tell whether somebody has a voice: 1 s.
const AROUND: usize = 50;
/// The share of its loud frames with a pitch that speech has at least; it has 0.2 and more.
const LEAST_VOICED: f32 = 0.06;
/// How like the spectrum 0.16 s before it that of speech is at most: mostly 0.3 to 0.6.
const MOST_HELD: f32 = 0.72;

/// A stretch of a recording, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) start: f64,
    pub(crate) end: f64,
}

/// Which frames of a recording may hold speech.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Voice {
    likely: Vec<bool>,
}

impl Voice {
    /// From the colour and the tone of each frame.
    pub(crate) fn judge(colours: &[Colour], tones: &[Tone], envelope: &Envelope) -> Self {
        let mut likely = vec![false; envelope.frames().len()];
        let mut first = 0;
        while first < likely.len() {
            let last = (first + SPAN).min(likely.len());
            let loud: Vec<&Colour> = (first..last)
                .filter(|&at| envelope.is_loud(at))
                .map(|at| &colours[at])
                .collect();
            let around = first.saturating_sub(AROUND)..(last + AROUND).min(likely.len());
            let is_speech = loud.len() >= LEAST_LOUD
                && swing(&loud) >= LEAST_SWING
                && is_voice(
                    around
                        .filter(|&at| envelope.is_loud(at))
                        .map(|at| tones[at]),
                );
            if is_speech {
                likely[first..last].fill(true);
            }
            first += HOP;
        }
        Self { likely }
    }

    /// Whether anything between two times in seconds may be speech.
    pub(crate) fn is_likely(&self, start: f64, end: f64) -> bool {
        let range = frame_at(start)..frame_at(end).max(frame_at(start) + 1);
        range.into_iter().any(|frame| self.is_likely_at(frame))
    }

    /// Where there is loud and likely speech within a stretch, in order.
    pub(crate) fn spans(&self, within: Span, envelope: &Envelope) -> Vec<Span> {
        let frames = frame_at(within.start)..frame_at(within.end);
        let mut spans: Vec<Span> = Vec::new();
        let mut next = None;
        for at in frames.filter(|&at| envelope.is_loud(at) && self.is_likely_at(at)) {
            let end = (at + 1) as f64 * FRAME_SECONDS;
            match spans.last_mut() {
                Some(last) if next == Some(at) => last.end = end,
                _ => spans.push(Span {
                    start: at as f64 * FRAME_SECONDS,
                    end,
                }),
            }
            next = Some(at + 1);
        }
        spans
    }

    /// Whether a frame may be speech.
    pub(crate) fn is_likely_at(&self, frame: usize) -> bool {
        self.likely.get(frame).copied().unwrap_or(false)
    }
}

/// Whether loud frames are of vocal folds that do not sing.
fn is_voice(loud: impl Iterator<Item = Tone>) -> bool {
    let loud: Vec<Tone> = loud.collect();
    let voiced = loud.iter().filter(|tone| tone.is_voiced).count();
    let mut held: Vec<f32> = loud.iter().map(|tone| tone.held).collect();
    held.sort_unstable_by(f32::total_cmp);
    let median = held.get(held.len() / 2).copied().unwrap_or_default();
    voiced as f32 >= LEAST_VOICED * loud.len() as f32 && median <= MOST_HELD
}

/// The mean over the bands of the spread of their share: the distance between the
/// quartiles, so that the edges of a beep don't count, in units of a standard deviation.
fn swing(colours: &[&Colour]) -> f32 {
    let mut sum = 0.0;
    for band in 0..BANDS {
        let mut shares: Vec<f32> = colours.iter().map(|colour| colour[band]).collect();
        shares.sort_unstable_by(f32::total_cmp);
        sum += (shares[shares.len() * 3 / 4] - shares[shares.len() / 4]) / 1.35;
    }
    sum / BANDS as f32
}

/// By how many dB each band stands above the mean of all bands.
pub(crate) type Colour = [f32; BANDS];

/// The samples that the colour of a frame is found in: its own and some behind them.
pub(crate) fn window(frame: usize) -> Range<usize> {
    frame * FRAME..frame * FRAME + WINDOW
}

/// Power spectra of overlapping windows.
pub(crate) struct Spectra {
    fft: Arc<dyn RealToComplex<f32>>,
    taper: Vec<f32>,
    input: Vec<f32>,
    output: Vec<Complex32>,
}

impl Spectra {
    pub(crate) fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let step = std::f32::consts::TAU / WINDOW as f32;
        let taper = (0..WINDOW)
            .map(|at| 0.5 - 0.5 * (step * at as f32).cos())
            .collect();
        let (input, output) = (fft.make_input_vec(), fft.make_output_vec());
        Self {
            fft,
            taper,
            input,
            output,
        }
    }

    /// The colour of a frame; `window` are the samples of its [`window`].
    pub(crate) fn colour(&mut self, window: &[f32]) -> Colour {
        self.input.fill(0.0);
        for ((to, from), weight) in self.input.iter_mut().zip(window).zip(&self.taper) {
            *to = from * weight;
        }
        let mut colour = [0.0; BANDS];
        // Fails for buffers of a wrong length only, and these are the plan's own.
        if self.fft.process(&mut self.input, &mut self.output).is_err() {
            return colour;
        }
        let bin = |hertz: f32| (hertz * WINDOW as f32 / SAMPLE_RATE as f32).ceil() as usize;
        for (band, level) in colour.iter_mut().enumerate() {
            let bins = &self.output[bin(EDGES[band])..bin(EDGES[band + 1])];
            *level = 10.0 * (bins.iter().map(Complex32::norm_sqr).sum::<f32>() + FLOOR).log10();
        }
        let mean = colour.iter().sum::<f32>() / BANDS as f32;
        colour.map(|level| level - mean)
    }
}

#[cfg(test)]
#[allow(dead_code, reason = "the measurement uses all of it")]
#[path = "../../examples/bench_speech/sounds.rs"]
mod sounds;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::audio::measure::Measured;

    fn has_voice(samples: &[f32]) -> bool {
        let length = samples.len() as f64 / SAMPLE_RATE as f64;
        Measured::of(samples).voice.is_likely(0.0, length)
    }

    fn seconds(count: usize, sound: impl Fn(f32) -> f32) -> Vec<f32> {
        (0..count * SAMPLE_RATE)
            .map(|at| sound(at as f32 / SAMPLE_RATE as f32))
            .collect()
    }

    fn sine(hertz: f32, time: f32) -> f32 {
        (std::f32::consts::TAU * hertz * time).sin()
    }

    /// Reproducible white noise.
    fn noise(count: usize) -> Vec<f32> {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        (0..count * SAMPLE_RATE).map(|_| next() * 0.1).collect()
    }

    #[test]
    fn tones_and_beeps_are_not_speech() {
        assert!(!has_voice(&seconds(5, |t| 0.3 * sine(440.0, t))));
        assert!(!has_voice(&seconds(5, |t| if t % 1.0 < 0.2 {
            0.3 * sine(880.0, t)
        } else {
            0.0
        })));
    }

    #[test]
    fn hum_and_noise_are_not_speech() {
        assert!(!has_voice(
            &seconds(5, |t| 0.1 * sine(50.0, t) + 0.05 * sine(150.0, t))
        ));
        assert!(!has_voice(&noise(5)));
    }

    #[test]
    fn noise_that_swells_like_syllables_is_not_speech() {
        let swelling: Vec<f32> = noise(5)
            .iter()
            .enumerate()
            .map(|(at, s)| s * (0.5 + 0.5 * sine(4.0, at as f32 / SAMPLE_RATE as f32)))
            .collect();
        assert!(!has_voice(&swelling));
    }

    #[test]
    fn none_of_the_sounds_that_are_measured_is_speech() {
        for (name, samples) in super::sounds::all() {
            assert!(!has_voice(&samples), "{name}");
        }
    }

    /// A fan, a hum and a tune that somebody speaks over do not hide the voice.
    #[test]
    fn speech_over_a_sound_is_still_speech() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/speech.wav");
        let pcm = crate::decode(std::path::Path::new(path), &crate::CancelFlag::new()).unwrap();
        let power = |samples: &[f32]| {
            samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32
        };
        for (name, sound) in super::sounds::all() {
            let sound = &sound[..pcm.samples().len()];
            // 12 dB below the voice.
            let gain = (power(pcm.samples()) / power(sound).max(1e-9) / 16.0).sqrt();
            let mixed: Vec<f32> = pcm
                .samples()
                .iter()
                .zip(sound)
                .map(|(voice, other)| voice + gain.min(100.0) * other)
                .collect();
            let voice = Measured::of(&mixed).voice;
            let missed: Vec<u32> = (0..10)
                .filter(|half| {
                    let start = f64::from(*half) * 0.5;
                    !voice.is_likely(start, start + 0.5)
                })
                .collect();
            assert!(missed.is_empty(), "{name}: half seconds {missed:?}");
        }
    }

    #[test]
    fn a_spoken_sentence_is_speech_from_its_first_to_its_last_word() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/speech.wav");
        let pcm = crate::decode(std::path::Path::new(path), &crate::CancelFlag::new()).unwrap();
        let voice = Measured::of(pcm.samples()).voice;
        assert!(
            (0..10).all(|half| voice.is_likely(f64::from(half) * 0.5, f64::from(half) * 0.5 + 0.5))
        );
    }
}
