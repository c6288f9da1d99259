//! Makes sure that what was said in a piece is written, and nothing else.
//!
//! The model may skip a clause, and a prompt makes it likelier. So the words are laid over
//! the sound: speech that no word covers was dropped. Then the piece is heard again without
//! the prompt, and what is still missing is heard by itself. Where two seconds of speech have
//! no word even then, they are heard once more in another manner.

use super::cover::{Gap, uncovered};
use super::decode::{Believed, Decoder, Manner, Sound};
use super::invented::{give_way, is_unsaid};
use super::seconds;
use crate::audio::voice::Span;
use crate::cut::Piece;
use crate::{SAMPLE_RATE, Segment, SpeechError, Word};

/// So many seconds of speech without a word are a dropped clause.
const CLAUSE: f64 = 0.9;
/// So many are never left without being heard in another manner.
const UNHEARD: f64 = 2.0;

/// How a stretch is heard by itself.
struct Alone {
    manner: Manner,
    /// Sound left to either side of it, in seconds.
    margin: f64,
    /// Mean log probability of a token above which what is found is believed.
    believed: f64,
}

const ALONE: Alone = Alone {
    manner: Manner::Plain,
    margin: 0.1,
    believed: -0.6,
};
/// With a little more around it. Somebody has spoken for two seconds, so that a doubtful
/// text, whose words tell how doubtful they are, is nearer to the truth than none.
const AFRESH: Alone = Alone {
    manner: Manner::Afresh,
    margin: 0.4,
    believed: -0.8,
};

/// The shortest silence between two sentences, in seconds.
const SENTENCE_PAUSE: f64 = 0.2;

/// The segments of one piece, in order.
pub(crate) fn piece(
    decoder: &mut Decoder<'_>,
    sound: Sound<'_>,
    piece: Piece,
    heard: &mut dyn FnMut(f64),
) -> Result<Vec<Segment>, SpeechError> {
    if !sound.has_voice(seconds(piece.start), seconds(piece.end)) {
        return Ok(Vec::new());
    }
    let mut best = segments(decoder.attempt(sound, piece, Manner::Expecting, heard)?);
    if decoder.has_prompt() && lost(&best, sound, piece) > 0.0 {
        let plain = segments(decoder.attempt(sound, piece, Manner::Plain, heard)?);
        if lost(&plain, sound, piece) < lost(&best, sound, piece) {
            best = plain;
        }
    }
    // Where the whole piece gave nothing, the same sound in the same manner gives nothing.
    if !best.is_empty() {
        best = fill(decoder, best, sound, piece, CLAUSE, &ALONE)?;
    }
    let least = if best.is_empty() { CLAUSE } else { UNHEARD };
    best = fill(decoder, best, sound, piece, least, &AFRESH)?;
    Ok(if is_stock(&best) {
        Vec::new()
    } else {
        best.iter().flat_map(sentences).collect()
    })
}

/// Hears each stretch that lacks words once by itself, and puts what is found in its place.
fn fill(
    decoder: &mut Decoder<'_>,
    segments: Vec<Segment>,
    sound: Sound<'_>,
    piece: Piece,
    least: f64,
    how: &Alone,
) -> Result<Vec<Segment>, SpeechError> {
    let mut filled = segments;
    for gap in gaps(&filled, sound, piece, least) {
        let found = hear_alone(decoder, sound, gap, piece, how)?;
        if !is_stock(&found) {
            filled = insert(filled, found);
        }
    }
    Ok(filled)
}

/// What the model learned to write under the silence of films. A doctor may say it too,
/// but hardly alone for half a minute.
const STOCK_PHRASES: [&str; 10] = [
    "thank you",
    "thank you very much",
    "thank you for watching",
    "thanks for watching",
    "you",
    "bye",
    "the end",
    "please subscribe",
    // The same thanks in Hindi.
    "धन्यवाद",
    "शुक्रिया",
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
    gaps(segments, sound, piece, CLAUSE)
        .iter()
        .map(|gap| gap.spoken)
        .sum()
}

fn gaps(segments: &[Segment], sound: Sound<'_>, piece: Piece, least: f64) -> Vec<Gap> {
    let within = Span {
        start: seconds(piece.start),
        end: seconds(piece.end),
    };
    let voiced = sound.measured.voice.spans(within, &sound.measured.envelope);
    let words = segments.iter().flat_map(|segment| &segment.words);
    uncovered(within, &voiced, words, least)
}

/// Hears a gap by itself, without a prompt; its words stay inside of it.
fn hear_alone(
    decoder: &mut Decoder<'_>,
    sound: Sound<'_>,
    gap: Gap,
    piece: Piece,
    how: &Alone,
) -> Result<Vec<Segment>, SpeechError> {
    let sample = |seconds: f64| (seconds.max(0.0) * SAMPLE_RATE as f64) as usize;
    let stretch = Piece {
        start: sample(gap.start - how.margin).max(piece.start),
        end: sample(gap.end + how.margin).min(piece.end),
    };
    let mut found = decoder.attempt(sound, stretch, how.manner, &mut |_| {})?;
    found.retain(|believed| believed.mean > how.believed);
    Ok(keep_inside(segments(found), gap))
}

/// Without the words around a gap, which are written already: those of which most lies in
/// it are its own, since two hearings differ in their times by some hundredths of a second.
fn keep_inside(mut found: Vec<Segment>, gap: Gap) -> Vec<Segment> {
    for segment in &mut found {
        let is_inside = |word: &Word| {
            let middle = f64::midpoint(word.start, word.end);
            gap.start < middle && middle < gap.end
        };
        segment.words.retain(is_inside);
        for word in &mut segment.words {
            word.start = word.start.clamp(gap.start, gap.end);
            word.end = word.end.clamp(word.start, gap.end);
        }
        segment.follow_words();
    }
    found.retain(|segment| !segment.words.is_empty() && !is_unsaid(&segment.words));
    found
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
            sentence.follow_words();
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
            give_way(&mut part.words, &found);
            if !part.words.is_empty() {
                part.follow_words();
                side.push(part.clone());
            }
        }
    }
    before.into_iter().chain(found).chain(after).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::audio::measure::Measured;
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
        segment.follow_words();
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
    fn only_words_within_a_gap_are_found_in_it() {
        let gap = Gap {
            start: 1.0,
            end: 3.0,
            spoken: 2.0,
        };
        let around = segment(&[("Take", 0.7, 1.02), ("one", 0.9, 1.2), ("tablet", 2.7, 3.2)]);
        let beside = segment(&[("daily.", 3.1, 3.4)]);
        let found = keep_inside(vec![around, beside], gap);
        assert_eq!(texts(&found), ["one tablet"]);
        assert_eq!((found[0].start, found[0].end), (1.0, 3.0));
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
        assert!(is_stock(&[segment(&[("धन्यवाद।", 0.0, 0.5)])]));
        assert!(
            !is_stock(&[thanks(), dose]),
            "beside a dose, thanks were said"
        );
    }

    #[test]
    fn speech_that_no_word_covers_is_a_gap() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/speech.wav");
        let pcm = decode(std::path::Path::new(path), &CancelFlag::new()).unwrap();
        let measured = Measured::of(pcm.samples());
        let sound = Sound {
            samples: pcm.samples(),
            first: 0,
            measured: &measured,
        };
        let piece = Piece {
            start: 0,
            end: pcm.samples().len(),
        };

        let covered = segment(&[("all", 0.0, 5.2)]);
        assert_eq!(gaps(&[covered], sound, piece, CLAUSE), []);

        let halved = segment(&[("first", 0.0, 1.0), ("last", 3.5, 5.2)]);
        let found = gaps(&[halved], sound, piece, UNHEARD);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].start, found[0].end), (1.0, 3.5));

        assert!(
            lost(&[], sound, piece) > 3.0,
            "nothing written: everything is lost"
        );
    }
}
