//! How loud it is, as a picture and as a warning.

use std::collections::VecDeque;

use leptos::prelude::*;

/// Steps of a bar.
const STEPS: u8 = 8;

/// Bars of the picture.
pub(super) const BARS: usize = 32;

/// Quieter than this, nobody speaks (root mean square; -50 dB of full scale).
const SILENCE: f32 = 0.003;

/// Seconds of silence before it is said.
const PATIENCE: f64 = 5.0;

/// Height of a bar, 0 to 8, in equal steps of decibels between the silence of
/// a room and a loud voice.
pub(super) fn step(loudness: f32) -> u8 {
    const FLOOR_DB: f32 = -52.0;
    const LOUD_DB: f32 = -12.0;
    if loudness <= 0.0 {
        return 0;
    }
    let db = 20.0 * loudness.log10();
    let share = ((db - FLOOR_DB) / (LOUD_DB - FLOOR_DB)).clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 8"
    )]
    let step = (share * f32::from(STEPS)).round() as u8;
    step
}

/// Notices that nothing was heard for a while.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SilenceWatch {
    quiet_since: Option<f64>,
}

impl SilenceWatch {
    /// Takes the loudness at a moment of the recording, in seconds; true while
    /// it has been silent for five seconds.
    pub(super) fn hear(&mut self, loudness: f32, at: f64) -> bool {
        if loudness > SILENCE {
            self.quiet_since = None;
            return false;
        }
        at - *self.quiet_since.get_or_insert(at) >= PATIENCE
    }
}

/// The last seconds as bars, the newest at the right. The sentence that says
/// there is no sound is for everybody; this is for the eye alone.
#[component]
pub(super) fn LevelMeter(levels: RwSignal<VecDeque<u8>>) -> impl IntoView {
    view! {
        <div class="level" aria-hidden="true">
            {(0..BARS).map(|bar| view! {
                <i data-level=move || levels.with(|levels| {
                    let missing = BARS - levels.len().min(BARS);
                    bar.checked_sub(missing).and_then(|index| levels.get(index).copied()).unwrap_or(0)
                })></i>
            }).collect_view()}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_rise_with_the_voice_and_stay_in_their_frame() {
        let steps = [0.0, 0.002, 0.01, 0.05, 0.2, 1.0].map(step);
        assert!(steps.is_sorted(), "{steps:?}");
        assert_eq!((steps[0], steps[5]), (0, STEPS));
        assert_eq!(step(-1.0), 0);
        assert_eq!(step(f32::NAN), 0);
    }

    #[test]
    fn silence_is_said_after_five_seconds_and_taken_back_by_a_sound() {
        let mut watch = SilenceWatch::default();
        assert!(!watch.hear(0.0, 10.0));
        assert!(!watch.hear(0.001, 14.9));
        assert!(watch.hear(0.0, 15.0));
        assert!(!watch.hear(0.1, 15.1));
        assert!(!watch.hear(0.0, 16.0));
        assert!(watch.hear(0.0, 21.0));
    }
}
