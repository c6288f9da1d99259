//! How much of the work is done.

use crate::Event;
use crate::audio::measure::Measured;
use crate::audio::voice::Span;
use crate::cut::Piece;

use super::seconds;

/// Hearing a piece takes the model about as long as writing so many seconds of it.
const HEARING: f64 = 5.0;
/// What passing over a piece takes in which nobody speaks.
const PASSING: f64 = 0.05;

/// Told in shares of the work, and not of the recording: a piece without speech takes
/// hardly any.
pub(crate) struct Progress {
    total: f64,
    done: f64,
    percent: f32,
}

impl Progress {
    /// Tells that nothing is done yet.
    pub(crate) fn begin(
        pieces: &[Piece],
        measured: &Measured,
        on_event: &mut dyn FnMut(Event),
    ) -> Self {
        let percent = 0.0;
        on_event(Event::Progress { percent });
        Self {
            total: pieces.iter().map(|piece| work(*piece, measured)).sum(),
            done: 0.0,
            percent,
        }
    }

    /// So many seconds of a piece are written.
    pub(crate) fn within(
        &mut self,
        piece: Piece,
        written: f64,
        measured: &Measured,
        on_event: &mut dyn FnMut(Event),
    ) {
        if written <= 0.0 {
            return;
        }
        let whole = seconds(piece.end) - seconds(piece.start);
        let work = work(piece, measured);
        let share = (written / whole).clamp(0.0, 1.0);
        let heard = HEARING.min(work);
        self.tell(self.done + heard + share * (work - heard), on_event);
    }

    /// All of a piece is.
    pub(crate) fn piece(
        &mut self,
        piece: Piece,
        measured: &Measured,
        on_event: &mut dyn FnMut(Event),
    ) {
        self.done += work(piece, measured);
        self.tell(self.done, on_event);
    }

    /// Everything is.
    pub(crate) fn end(mut self, on_event: &mut dyn FnMut(Event)) {
        self.total = 1.0;
        self.tell(1.0, on_event);
    }

    fn tell(&mut self, done: f64, on_event: &mut dyn FnMut(Event)) {
        let percent = (100.0 * done / self.total).min(100.0) as f32;
        if percent > self.percent {
            self.percent = percent;
            on_event(Event::Progress { percent });
        }
    }
}

/// In seconds of speech that are written in the same time.
fn work(piece: Piece, measured: &Measured) -> f64 {
    let (start, end) = (seconds(piece.start), seconds(piece.end));
    if !measured.voice.is_likely(start, end) {
        return PASSING;
    }
    let spoken = measured
        .voice
        .spans(Span { start, end }, &measured.envelope);
    HEARING + spoken.iter().map(|span| span.end - span.start).sum::<f64>()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::cut::cut;
    use crate::{CancelFlag, SAMPLE_RATE, decode};

    /// A minute of silence and then speech: the silence is no work.
    #[test]
    fn silence_is_no_work_and_progress_never_falls() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/speech.wav");
        let pcm = decode(std::path::Path::new(path), &CancelFlag::new()).unwrap();
        let mut samples = vec![0.0; 60 * SAMPLE_RATE];
        samples.extend(pcm.samples().repeat(8));
        let measured = Measured::of(&samples);
        let pieces = cut(&measured.envelope, samples.len());

        let mut told = Vec::new();
        let mut on_event = |event| match event {
            Event::Progress { percent } => told.push(percent),
            Event::Segment(_) => unreachable!(),
        };
        let mut progress = Progress::begin(&pieces, &measured, &mut on_event);
        let mut after_silence = None;
        for piece in &pieces {
            if piece.end > 61 * SAMPLE_RATE {
                after_silence.get_or_insert(progress.percent);
                progress.within(*piece, 1.0, &measured, &mut on_event);
                progress.within(*piece, 0.5, &measured, &mut on_event);
            }
            progress.piece(*piece, &measured, &mut on_event);
        }
        progress.end(&mut on_event);
        assert!(after_silence.unwrap() < 1.0, "{after_silence:?}");
        assert!(told.is_sorted() && told.last() == Some(&100.0), "{told:?}");
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        let measured = Measured::of(&[]);
        let mut told = Vec::new();
        let mut on_event = |event| told.push(event);
        Progress::begin(&[], &measured, &mut on_event).end(&mut on_event);
        let percents = [0.0, 100.0].map(|percent| Event::Progress { percent });
        assert_eq!(told, percents);
    }
}
