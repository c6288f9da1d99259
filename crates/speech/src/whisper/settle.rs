//! Makes sure that what was said in a piece is written, and nothing else.
//!
//! The model may skip a clause, and a prompt makes it likelier. So the words are laid over
//! the sound: speech that no word covers was dropped. Then the piece is heard again without
//! the prompt, and what is still missing is heard by itself.

use super::decode::{Believed, Decoder, Sound};
use super::seconds;
use crate::audio::level::frame_at;
use crate::cut::Piece;
use crate::{SAMPLE_RATE, Segment, SpeechError, Word};

/// So many seconds of speech without a word are a dropped clause.
const CLAUSE: f64 = 0.9;
/// Sound left to either side of a stretch that is heard by itself, in seconds.
const MARGIN: f64 = 0.1;
/// Mean log probability of a token from which a clause found later is believed.
const FOUND_LOG_PROBABILITY: f64 = -0.6;

/// The shortest silence between two sentences, in seconds.
const SENTENCE_PAUSE: f64 = 0.2;

/// A stretch of speech between two words, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Gap {
    start: f64,
    end: f64,
    /// Seconds of speech in it.
    spoken: f64,
}

/// The segments of one piece, in order.
pub(crate) fn piece(
    decoder: &mut Decoder<'_>,
    sound: Sound<'_>,
    piece: Piece,
    heard: &mut dyn FnMut(f64),
) -> Result<Vec<Segment>, SpeechError> {
    if !sound
        .voice
        .is_likely(seconds(piece.start), seconds(piece.end))
    {
        return Ok(Vec::new());
    }
    let mut best = segments(decoder.attempt(piece, true, heard)?);
    if decoder.has_prompt() && lost(&best, sound, piece) > 0.0 {
        let plain = segments(decoder.attempt(piece, false, heard)?);
        if lost(&plain, sound, piece) < lost(&best, sound, piece) {
            best = plain;
        }
    }
    for gap in gaps(&best, sound, piece) {
        let found = hear_alone(decoder, sound, gap, piece)?;
        if !is_stock(&found) {
            best = insert(best, found);
        }
    }
    Ok(if is_stock(&best) {
        Vec::new()
    } else {
        best.iter().flat_map(sentences).collect()
    })
}

/// What the model learned to write under the silence of films. A doctor may say it too,
/// but hardly alone for half a minute.
const STOCK_PHRASES: [&str; 8] = [
    "thank you",
    "thank you very much",
    "thank you for watching",
    "thanks for watching",
    "you",
    "bye",
    "the end",
    "please subscribe",
];

/// Whether nothing but stock phrases stands there.
fn is_stock(segments: &[Segment]) -> bool {
    segments.iter().all(|segment| {
        let text = segment.text.to_lowercase();
        STOCK_PHRASES.contains(&text.trim_matches(|c: char| !c.is_alphanumeric()))
    })
}

fn segments(believed: Vec<Believed>) -> Vec<Segment> {
    believed
        .into_iter()
        .map(|believed| believed.segment)
        .collect()
}

/// Seconds of speech in dropped clauses.
fn lost(segments: &[Segment], sound: Sound<'_>, piece: Piece) -> f64 {
    gaps(segments, sound, piece)
        .iter()
        .map(|gap| gap.spoken)
        .sum()
}

fn gaps(segments: &[Segment], sound: Sound<'_>, piece: Piece) -> Vec<Gap> {
    let words = segments.iter().flat_map(|segment| &segment.words);
    let starts = words
        .clone()
        .map(|word| word.start)
        .chain([seconds(piece.end)]);
    let ends = std::iter::once(seconds(piece.start)).chain(words.map(|word| word.end));
    ends.zip(starts)
        .map(|(start, end)| {
            let spoken = sound
                .voice
                .seconds(frame_at(start)..frame_at(end), sound.envelope);
            Gap { start, end, spoken }
        })
        .filter(|gap| gap.spoken >= CLAUSE)
        .collect()
}

/// Hears a gap by itself, without a prompt; its words stay inside of it.
fn hear_alone(
    decoder: &mut Decoder<'_>,
    sound: Sound<'_>,
    gap: Gap,
    piece: Piece,
) -> Result<Vec<Segment>, SpeechError> {
    let sample = |seconds: f64| (seconds.max(0.0) * SAMPLE_RATE as f64) as usize;
    let stretch = Piece {
        start: sample(gap.start - MARGIN).max(piece.start),
        end: sample(gap.end + MARGIN)
            .min(piece.end)
            .min(sound.pcm.samples().len()),
    };
    let mut found = decoder.attempt(stretch, false, &mut |_| {})?;
    found.retain(|believed| believed.mean > FOUND_LOG_PROBABILITY);
    let mut found = segments(found);
    for word in found.iter_mut().flat_map(|segment| &mut segment.words) {
        word.start = word.start.clamp(gap.start, gap.end);
        word.end = word.end.clamp(word.start, gap.end);
    }
    found.iter_mut().for_each(refresh);
    Ok(found)
}

/// A prompt makes the model write a piece without a break: a sentence that ends with a
/// pause ends a segment.
fn sentences(segment: &Segment) -> Vec<Segment> {
    let ends = |word: &Word, next: &Word| {
        word.text.ends_with(['.', '?', '!', '\u{0964}']) && next.start - word.end >= SENTENCE_PAUSE
    };
    segment
        .words
        .chunk_by(|word, next| !ends(word, next))
        .map(|words| {
            let mut sentence = Segment {
                words: words.to_vec(),
                ..segment.clone()
            };
            refresh(&mut sentence);
            sentence
        })
        .collect()
}

/// Puts segments where their time is, and splits the segment that was there in two.
fn insert(segments: Vec<Segment>, found: Vec<Segment>) -> Vec<Segment> {
    let Some(at) = found.first().map(|segment| segment.start) else {
        return segments;
    };
    let mut before = Vec::new();
    let mut after = Vec::new();
    for mut segment in segments {
        let split = segment.words.iter().position(|word| word.start >= at);
        let rest = split.map_or_else(Vec::new, |split| segment.words.split_off(split));
        let mut tail = Segment {
            words: rest,
            ..segment.clone()
        };
        for (part, side) in [(&mut segment, &mut before), (&mut tail, &mut after)] {
            if !part.words.is_empty() {
                refresh(part);
                side.push(part.clone());
            }
        }
    }
    before.into_iter().chain(found).chain(after).collect()
}

/// Makes a segment agree with its words.
fn refresh(segment: &mut Segment) {
    let texts: Vec<&str> = segment
        .words
        .iter()
        .map(|word| word.text.as_str())
        .collect();
    segment.text = texts.join(" ");
    segment.start = segment
        .words
        .first()
        .map_or(segment.start, |word| word.start);
    segment.end = segment.words.last().map_or(segment.end, |word| word.end);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::audio::level::Envelope;
    use crate::audio::voice::Voice;
    use crate::{CancelFlag, decode};

    fn segment(words: &[(&str, f64, f64)]) -> Segment {
        let words = words
            .iter()
            .map(|&(text, start, end)| Word {
                text: text.to_owned(),
                start,
                end,
                confidence: 1.0,
            })
            .collect();
        let mut segment = Segment {
            index: 0,
            start: 0.0,
            end: 0.0,
            text: String::new(),
            words,
        };
        refresh(&mut segment);
        segment
    }

    fn texts(segments: &[Segment]) -> Vec<&str> {
        segments
            .iter()
            .map(|segment| segment.text.as_str())
            .collect()
    }

    #[test]
    fn a_found_clause_splits_the_segment_around_it() {
        let whole = segment(&[("Take", 0.0, 0.5), ("daily.", 4.0, 4.5)]);
        let found = segment(&[("one", 1.0, 1.5), ("tablet", 1.5, 2.0)]);
        let next = segment(&[("Rest.", 6.0, 6.5)]);
        let settled = insert(vec![whole, next], vec![found]);
        assert_eq!(texts(&settled), ["Take", "one tablet", "daily.", "Rest."]);
        assert_eq!((settled[0].end, settled[2].start), (0.5, 4.0));
    }

    #[test]
    fn a_pause_after_a_full_stop_ends_a_segment() {
        let words = [
            ("Is", 0.0, 0.2),
            ("ill.", 0.2, 0.6),
            ("Dr.", 1.0, 1.2),
            ("Rao", 1.2, 1.5),
        ];
        assert_eq!(texts(&sentences(&segment(&words))), ["Is ill.", "Dr. Rao"]);
    }

    #[test]
    fn a_piece_of_stock_phrases_is_nothing() {
        let thanks = || segment(&[("Thank", 0.0, 0.5), ("you.", 0.5, 1.0)]);
        let dose = segment(&[("10", 1.0, 1.5), ("mg.", 1.5, 2.0)]);
        assert!(is_stock(&[thanks(), thanks()]));
        assert!(
            !is_stock(&[thanks(), dose]),
            "beside a dose, thanks were said"
        );
    }

    #[test]
    fn speech_that_no_word_covers_is_a_gap() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/speech.wav");
        let pcm = decode(std::path::Path::new(path), &CancelFlag::new()).unwrap();
        let envelope = Envelope::of(pcm.samples());
        let voice = Voice::of(pcm.samples(), &envelope);
        let sound = Sound {
            pcm: &pcm,
            envelope: &envelope,
            voice: &voice,
        };
        let piece = Piece {
            start: 0,
            end: pcm.samples().len(),
        };

        let covered = segment(&[("all", 0.0, 5.2)]);
        assert_eq!(gaps(&[covered], sound, piece), []);

        let halved = segment(&[("first", 0.0, 1.0), ("last", 3.5, 5.2)]);
        let found = gaps(&[halved], sound, piece);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].end), (1.0, 3.5));

        assert!(
            lost(&[], sound, piece) > 3.0,
            "nothing written: everything is lost"
        );
    }
}
