//! What is measured on a recording before anything is written: how loud it is over time,
//! and where somebody may speak.
//!
//! It is measured while the sound goes by, so that an hour of it is never held.

use super::level::{Envelope, FRAME, decibels};
use super::tone::{self, Listener, Tone};
use super::voice::{self, Colour, Spectra, Voice};

/// A recording as far as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) envelope: Envelope,
    pub(crate) voice: Voice,
    /// How many samples there are.
    pub(crate) samples: usize,
}

/// Takes the samples of a recording in any portions.
pub(crate) struct Measure {
    spectra: Spectra,
    listener: Listener,
    /// The samples that frames still look at, and how many were before them.
    recent: Vec<f32>,
    gone: usize,
    db: Vec<f32>,
    colours: Vec<Colour>,
    tones: Vec<Tone>,
}

impl Measure {
    pub(crate) fn new() -> Self {
        Self {
            spectra: Spectra::new(),
            listener: Listener::new(),
            recent: Vec::new(),
            gone: 0,
            db: Vec::new(),
            colours: Vec::new(),
            tones: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, samples: &[f32]) {
        self.recent.extend_from_slice(samples);
        while self.gone + self.recent.len() >= tone::window(self.db.len()).end {
            self.measure_frame();
        }
        let needed = tone::window(self.db.len()).start;
        self.recent.drain(..needed.saturating_sub(self.gone));
        self.gone = self.gone.max(needed);
    }

    pub(crate) fn finish(mut self) -> Measured {
        let samples = self.gone + self.recent.len();
        while self.db.len() * FRAME < samples {
            self.measure_frame();
        }
        let envelope = Envelope::from_frames(self.db);
        Measured {
            voice: Voice::judge(&self.colours, &self.tones, &envelope),
            envelope,
            samples,
        }
    }

    /// The next frame. At the end of the recording, its windows are shorter.
    fn measure_frame(&mut self) {
        let at = self.db.len();
        let slice = |window: std::ops::Range<usize>| {
            let end = (window.end - self.gone).min(self.recent.len());
            &self.recent[window.start - self.gone..end]
        };
        self.db.push(decibels(slice(at * FRAME..(at + 1) * FRAME)));
        self.colours
            .push(self.spectra.colour(slice(voice::window(at))));
        self.tones.push(self.listener.tone(slice(tone::window(at))));
    }
}

#[cfg(test)]
impl Measured {
    /// Of samples that are all there.
    pub(crate) fn of(samples: &[f32]) -> Self {
        let mut measure = Measure::new();
        measure.push(samples);
        measure.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_measures_as_nothing() {
        let measured = Measured::of(&[]);
        assert_eq!(measured.samples, 0);
        assert_eq!(measured.envelope.frames(), []);
        assert!(!measured.voice.is_likely(0.0, 1.0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn portions_of_any_length_measure_as_the_whole_does(
            samples in proptest::collection::vec(-1.0_f32..1.0, 0..8000),
            portion in 1_usize..3000,
        ) {
            let mut measure = Measure::new();
            for portion in samples.chunks(portion) {
                measure.push(portion);
            }
            let measured = measure.finish();
            prop_assert_eq!(measured.envelope.frames().len(), samples.len().div_ceil(FRAME));
            prop_assert_eq!(&measured, &Measured::of(&samples));
            prop_assert_eq!(&measured.envelope, &Envelope::of(&samples));
        }

        #[test]
        fn no_more_is_held_than_a_window(
            portions in proptest::collection::vec(1_usize..2000, 1..20),
        ) {
            let mut measure = Measure::new();
            for portion in portions {
                measure.push(&vec![0.1; portion]);
                prop_assert!(measure.recent.len() < 2 * tone::window(10).len());
            }
        }
    }
}
