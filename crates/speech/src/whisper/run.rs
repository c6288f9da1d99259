//! One recording through the engine, a piece at a time.

use std::collections::HashSet;

use super::decode::{Decoder, Sound};
use super::progress::Progress;
use super::{Engine, TranscribeOptions, seconds, settle};
use crate::audio::measure::Measured;
use crate::cut::{Piece, cut};
use crate::{CancelFlag, Event, Segment, SpeechError, Transcript, figures};

/// Takes the pieces of a recording in their order. Only the sound of one is needed at a time.
pub(crate) struct Run<'a> {
    decoder: Decoder<'a>,
    measured: &'a Measured,
    options: &'a TranscribeOptions,
    /// Words that a dose follows.
    dosed: HashSet<String>,
    /// Until when an earlier run has handed out segments, in seconds.
    resumed: f64,
    progress: Progress,
    segments: Vec<Segment>,
}

impl<'a> Run<'a> {
    /// Also says into which pieces the recording is cut.
    pub(crate) fn begin(
        engine: &'a Engine,
        measured: &'a Measured,
        options: &'a TranscribeOptions,
        on_event: &mut dyn FnMut(Event),
        cancel: &'a CancelFlag,
    ) -> Result<(Self, Vec<Piece>), SpeechError> {
        let decoder = Decoder::new(engine, options, cancel)?;
        let pieces = cut(&measured.envelope, measured.samples);
        let segments = options.resume_from.clone().unwrap_or_default();
        let run = Self {
            decoder,
            measured,
            options,
            dosed: last_words(&options.prompt_terms),
            resumed: segments.last().map_or(0.0, |segment| segment.end),
            progress: Progress::begin(&pieces, measured, on_event),
            segments,
        };
        Ok((run, pieces))
    }

    /// The next piece; `samples` are its own.
    pub(crate) fn piece(
        &mut self,
        samples: &[f32],
        piece: Piece,
        on_event: &mut dyn FnMut(Event),
    ) -> Result<(), SpeechError> {
        if seconds(piece.end) > self.resumed {
            let sound = Sound {
                samples,
                first: piece.start,
                measured: self.measured,
            };
            let progress = &mut self.progress;
            let mut heard = |written| progress.within(piece, written, sound.measured, on_event);
            let decided = settle::piece(&mut self.decoder, sound, piece, &mut heard)?;
            // An interruption within a piece: what was handed out stays out.
            let new = |segment: &Segment| segment.start >= self.resumed - 0.01;
            for mut segment in decided.into_iter().filter(new) {
                segment.index = self.segments.len();
                if self.decoder.is_english() {
                    let before = self.segments.last().and_then(|last| last.words.last());
                    let (doses, dosed) = (self.options.doses, &self.dosed);
                    segment.words = figures::write(before, segment.words, doses, dosed);
                    segment.follow_words();
                }
                on_event(Event::Segment(segment.clone()));
                self.segments.push(segment);
            }
        }
        self.progress.piece(piece, self.measured, on_event);
        Ok(())
    }

    pub(crate) fn finish(self, on_event: &mut dyn FnMut(Event)) -> Transcript {
        self.progress.end(on_event);
        Transcript::from_segments(self.segments, seconds(self.measured.samples))
    }
}

/// The last word of each name, in lower case: what a dose follows.
fn last_words(names: &[String]) -> HashSet<String> {
    let last = |name: &String| Some(name.split_whitespace().last()?.to_lowercase());
    names.iter().filter_map(last).collect()
}
