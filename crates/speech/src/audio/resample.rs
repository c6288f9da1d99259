//! Any rate to 16 kHz, piece by piece, so that an hour at 48 kHz is never held whole.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _};

use super::SAMPLE_RATE;
use crate::AudioError;

const CHUNK: usize = 4096;

/// Streams mono samples of one rate into 16 kHz.
pub(crate) struct Resampler {
    /// `None` when the rate is right already.
    fft: Option<Fft<f32>>,
    rate: usize,
    pending: Vec<f32>,
    scratch: Vec<f32>,
    taken: usize,
    given: usize,
    /// Frames of the filter's delay still to be thrown away.
    skip: usize,
}

impl Resampler {
    /// # Errors
    /// `Damaged` for a rate that can't be.
    pub(crate) fn new(rate: u32) -> Result<Self, AudioError> {
        let rate = rate as usize;
        let mut this = Self {
            fft: None,
            rate,
            pending: vec![],
            scratch: vec![],
            taken: 0,
            given: 0,
            skip: 0,
        };
        if rate != SAMPLE_RATE {
            let fft = Fft::new(rate, SAMPLE_RATE, CHUNK, 1, FixedSync::Input)
                .map_err(|_| AudioError::Damaged)?;
            this.skip = fft.output_delay();
            this.scratch = vec![0.0; fft.output_frames_max()];
            this.fft = Some(fft);
        }
        Ok(this)
    }

    /// Takes samples, appends what can be computed already.
    pub(crate) fn push(&mut self, mono: &[f32], out: &mut Vec<f32>) -> Result<(), AudioError> {
        self.taken += mono.len();
        let Some(needed) = self.fft.as_ref().map(rubato::Resampler::input_frames_next) else {
            out.extend_from_slice(mono);
            return Ok(());
        };
        self.pending.extend_from_slice(mono);
        let mut from = 0;
        while self.pending.len() - from >= needed {
            self.run(from, None, out)?;
            from += needed;
        }
        self.pending.drain(..from);
        Ok(())
    }

    /// Flushes the filter, and cuts what it appends to the exact length of the whole.
    pub(crate) fn finish(mut self, out: &mut Vec<f32>) -> Result<(), AudioError> {
        if self.fft.is_none() {
            return Ok(());
        }
        let expected = (self.taken as f64 * SAMPLE_RATE as f64 / self.rate as f64).round() as usize;
        self.run(0, Some(self.pending.len()), out)?;
        // The filter's delay is shorter than two chunks.
        for _ in 0..2 {
            self.run(0, Some(0), out)?;
        }
        let surplus = self.given.saturating_sub(expected);
        out.truncate(out.len().saturating_sub(surplus));
        Ok(())
    }

    fn run(
        &mut self,
        from: usize,
        partial: Option<usize>,
        out: &mut Vec<f32>,
    ) -> Result<(), AudioError> {
        let Some(fft) = self.fft.as_mut() else {
            return Ok(());
        };
        let input = &self.pending[from..];
        let capacity = self.scratch.len();
        let indexing = Indexing {
            partial_len: partial,
            ..Indexing::default()
        };
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(input, 1, input.len()),
            InterleavedSlice::new_mut(&mut self.scratch, 1, capacity),
        ) else {
            return Err(AudioError::Damaged);
        };
        let (_, made) = fft
            .process_into_buffer(&input, &mut output, Some(&indexing))
            .map_err(|_| AudioError::Damaged)?;
        let skipped = self.skip.min(made);
        self.skip -= skipped;
        self.given += made - skipped;
        out.extend_from_slice(&self.scratch[skipped..made]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    fn resampled(rate: u32, samples: &[f32], step: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).unwrap();
        let mut out = Vec::new();
        for chunk in samples.chunks(step) {
            resampler.push(chunk, &mut out).unwrap();
        }
        let mut rest = Vec::new();
        resampler.finish(&mut rest).unwrap();
        [out, rest].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_length_in_seconds_stays(
            rate in prop::sample::select(vec![8000_u32, 11_025, 16_000, 22_050, 44_100, 48_000]),
            len in 100_usize..20_000,
            step in 1_usize..5000,
        ) {
            let out = resampled(rate, &vec![0.1; len], step);
            let expected = len as f64 * 16_000.0 / f64::from(rate);
            prop_assert!((out.len() as f64 - expected).abs() <= 1.0, "{} {expected}", out.len());
        }
    }

    #[test]
    fn a_click_stays_where_it_was_and_a_tone_keeps_its_pitch() {
        let mut click = vec![0.0; 48_000];
        click[24_000] = 1.0;
        let out = resampled(48_000, &click, 960);
        let loudest = (0..out.len())
            .max_by(|&a, &b| out[a].total_cmp(&out[b]))
            .unwrap();
        assert_eq!(loudest, 8000);

        let tone: Vec<f32> = (0..44_100)
            .map(|at| (at as f32 * 440.0 * std::f32::consts::TAU / 44_100.0).sin())
            .collect();
        let out = resampled(44_100, &tone, 1024);
        let rises = out
            .windows(2)
            .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
            .count();
        assert!((438..=441).contains(&rises), "{rises} periods in a second");
    }
}
