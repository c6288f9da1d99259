//! What else tells speech from sound: vocal folds, and that they never hold a note.
//!
//! Breath and rustling have no pitch at all. Music, ringing and alarms have one, and hold
//! it: the fine lines of their spectrum are the same a sixth of a second later, while a
//! speaking voice glides all the time.

use std::ops::Range;
use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex, num_complex::Complex32};

use super::SAMPLE_RATE;
use super::level::FRAME;

/// Samples that one spectrum looks at, and the length it is padded to.
const WINDOW: usize = 1024;
const PADDED: usize = 2 * WINDOW;
/// The pitch of a voice, in samples from one beat to the next: 400 Hz down to 70 Hz.
const BEAT: Range<usize> = SAMPLE_RATE / 400..SAMPLE_RATE / 70;
/// How like itself one beat later a sound is that vocal folds made, 0 to 1.
const LEAST_PERIODIC: f32 = 0.6;
/// Lines of the spectrum that are compared: 100 Hz to 3 kHz.
const LINES: Range<usize> = line(100)..line(3000);
/// What is below carries no pitch that a microphone gives well.
const LOWEST_LINE: usize = line(60);
/// Frames between the spectra that are compared: 0.16 s.
const APART: usize = 8;
const FLOOR: f32 = 1e-7;

const fn line(hertz: usize) -> usize {
    hertz * PADDED / SAMPLE_RATE
}

/// What was found in one frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tone {
    /// Whether there is a pitch.
    pub(crate) is_voiced: bool,
    /// How like the spectrum 0.16 s before this one is, -1 to 1.
    pub(crate) held: f32,
}

/// The samples that the tone of a frame is found in: those around its centre.
pub(crate) fn window(frame: usize) -> Range<usize> {
    let centre = frame * FRAME + FRAME / 2;
    centre.saturating_sub(WINDOW / 2)..centre + WINDOW / 2
}

/// Finds the tone of one frame after the other.
pub(crate) struct Listener {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    taper: Vec<f32>,
    /// The taper's own likeness to itself at each distance.
    fading: Vec<f32>,
    wave: Vec<f32>,
    spectrum: Vec<Complex32>,
    /// The lines of the last frames, each in the place of the one that long before it.
    recent: Vec<Vec<f32>>,
    frames: usize,
}

impl Listener {
    pub(crate) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (
            planner.plan_fft_forward(PADDED),
            planner.plan_fft_inverse(PADDED),
        );
        let step = std::f32::consts::TAU / WINDOW as f32;
        let taper: Vec<f32> = (0..WINDOW)
            .map(|at| 0.5 - 0.5 * (step * at as f32).cos())
            .collect();
        let (wave, spectrum) = (forward.make_input_vec(), forward.make_output_vec());
        let mut listener = Self {
            forward,
            back,
            taper,
            fading: vec![1.0; PADDED],
            wave,
            spectrum,
            recent: vec![Vec::new(); APART],
            frames: 0,
        };
        let even = [1.0; WINDOW];
        listener.look(&even);
        listener.fading = listener.likeness();
        listener
    }

    /// The tone of the next frame; `samples` are those of its [`window`].
    pub(crate) fn tone(&mut self, samples: &[f32]) -> Tone {
        self.look(samples);
        let lines: Vec<f32> = self.spectrum[LINES]
            .iter()
            .map(|line| (line.norm_sqr() + FLOOR).ln())
            .collect();
        let before = &mut self.recent[self.frames % APART];
        let held = match before.is_empty() {
            true => 0.0,
            false => correlation(before, &lines),
        };
        *before = lines;
        self.frames += 1;
        Tone {
            is_voiced: self.is_voiced(),
            held,
        }
    }

    /// The spectrum of a window, tapered.
    fn look(&mut self, window: &[f32]) {
        self.wave.fill(0.0);
        for ((to, from), weight) in self.wave.iter_mut().zip(window).zip(&self.taper) {
            *to = from * weight;
        }
        // Fails for buffers of a wrong length only, and these are the plan's own.
        let _ = self.forward.process(&mut self.wave, &mut self.spectrum);
    }

    /// How like itself the sound of the spectrum is at each distance; 1 at none.
    fn likeness(&mut self) -> Vec<f32> {
        for line in &mut self.spectrum {
            *line = Complex32::new(line.norm_sqr(), 0.0);
        }
        let _ = self.back.process(&mut self.spectrum, &mut self.wave);
        let whole = self.wave[0].max(1e-9);
        self.wave.iter().map(|likeness| likeness / whole).collect()
    }

    fn is_voiced(&mut self) -> bool {
        self.spectrum[..LOWEST_LINE].fill(Complex32::default());
        let likeness = self.likeness();
        BEAT.into_iter()
            .any(|beat| likeness[beat] / self.fading[beat] > LEAST_PERIODIC)
    }
}

/// Pearson's, of two rows of the same length.
fn correlation(one: &[f32], other: &[f32]) -> f32 {
    let count = one.len().max(1) as f32;
    let mean = |row: &[f32]| row.iter().sum::<f32>() / count;
    let (a, b) = (mean(one), mean(other));
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        both += (x - a) * (y - b);
        first += (x - a).powi(2);
        second += (y - b).powi(2);
    }
    both / (first * second).sqrt().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tones(samples: &[f32]) -> Vec<Tone> {
        let mut listener = Listener::new();
        let frames = 0..samples.len().div_ceil(FRAME);
        frames
            .map(|at| {
                let window = window(at);
                listener.tone(&samples[window.start..window.end.min(samples.len())])
            })
            .collect()
    }

    fn wave(hertz: f32) -> Vec<f32> {
        let turn = std::f32::consts::TAU * hertz / SAMPLE_RATE as f32;
        (0..SAMPLE_RATE)
            .map(|at| 0.3 * (turn * at as f32).sin())
            .collect()
    }

    #[test]
    fn a_note_has_a_pitch_and_is_held() {
        let tones = tones(&wave(220.0));
        assert!(tones[10..40].iter().all(|tone| tone.is_voiced));
        assert!(tones[10..40].iter().all(|tone| tone.held > 0.8));
    }

    #[test]
    fn white_noise_has_no_pitch_and_holds_nothing() {
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        };
        let noise: Vec<f32> = (0..SAMPLE_RATE).map(|_| 0.1 * next()).collect();
        let tones = tones(&noise);
        assert!(tones.iter().all(|tone| !tone.is_voiced && tone.held < 0.5));
    }
}
