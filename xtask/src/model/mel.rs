//! The mel filters Whisper was trained with: Slaney's scale and norm, 16 kHz, windows of 400 samples.

const SAMPLE_RATE_HZ: f64 = 16_000.0;
const WINDOW_SAMPLES: usize = 400;
/// Frequencies of a spectrum of [`WINDOW_SAMPLES`].
pub(crate) const BINS: usize = WINDOW_SAMPLES / 2 + 1;

const HZ_PER_MEL: f64 = 200.0 / 3.0;
/// The scale is linear below and logarithmic above.
const BREAK_HZ: f64 = 1000.0;
const HIGHEST_MEL: f64 = 45.245_640_471_924_965;

/// One row of [`BINS`] weights a filter.
pub(crate) fn filters(count: usize) -> Vec<[f32; BINS]> {
    let step = HIGHEST_MEL / as_f64(count + 1);
    let edges: Vec<f64> = (0..count + 2)
        .map(|edge| {
            if edge == count + 1 {
                HIGHEST_MEL
            } else {
                as_f64(edge) * step
            }
        })
        .map(mel_to_hz)
        .collect();
    edges
        .windows(3)
        .map(|edges| triangle(edges[0], edges[1], edges[2]))
        .collect()
}

fn triangle(low: f64, centre: f64, high: f64) -> [f32; BINS] {
    let area = 2.0 / (high - low);
    std::array::from_fn(|bin| {
        let hz = as_f64(bin) * SAMPLE_RATE_HZ / as_f64(WINDOW_SAMPLES);
        let rising = (hz - low) / (centre - low);
        let falling = (high - hz) / (high - centre);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the model file holds single precision"
        )]
        let weight = (rising.min(falling).max(0.0) * area) as f32;
        weight
    })
}

fn mel_to_hz(mel: f64) -> f64 {
    let break_mel = BREAK_HZ / HZ_PER_MEL;
    if mel < break_mel {
        return HZ_PER_MEL * mel;
    }
    let log_step = 6.4_f64.ln() / 27.0;
    BREAK_HZ * (log_step * (mel - break_mel)).exp()
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred at most")]
fn as_f64(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_meets_its_anchors() {
        assert!((mel_to_hz(15.0) - 1000.0).abs() < 1e-9);
        assert!((mel_to_hz(HIGHEST_MEL) - 8000.0).abs() < 1e-9);
    }

    /// Values of the published 80-filter bank.
    #[test]
    fn known_weights_are_met() {
        let bank = filters(80);
        assert_eq!(bank.len(), 80);
        assert!(bank[0][0].abs() < f32::EPSILON);
        assert!((bank[0][1] - 0.024_862_593).abs() < 1e-8, "{}", bank[0][1]);
        assert!((bank[1][1] - 0.001_990_821).abs() < 1e-8, "{}", bank[1][1]);
    }

    #[test]
    fn filters_are_triangles_of_equal_area() {
        for (number, filter) in filters(80).iter().enumerate() {
            assert!(filter.iter().all(|weight| *weight >= 0.0));
            assert!(
                filter.iter().any(|weight| *weight > 0.0),
                "filter {number} hears nothing"
            );
        }
        // Wide filters are sampled often enough for the sum to show the area: 1 over 40 Hz a bin.
        let widest: f32 = filters(80)[79].iter().sum();
        assert!((widest - 1.0 / 40.0).abs() < 1e-3, "{widest}");
    }
}
