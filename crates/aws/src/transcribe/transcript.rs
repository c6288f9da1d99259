//! The file that a finished job leaves in the bucket.
//!
//! Numbers are strings in it, and punctuation has no times. Other readings come
//! a stretch at a time, in `segments`, each as a whole.

use serde::Deserialize;
use seva_model::Segment;

use super::words::{Heard, Item};

/// What a transcript that can't be read is told as: where, and never what stood
/// there.
#[derive(Debug, thiserror::Error)]
#[error("the transcript is no {category:?} of the known form, line {line}, column {column}")]
pub(super) struct BadTranscript {
    category: serde_json::error::Category,
    line: usize,
    column: usize,
}

/// Reads the file.
pub(super) fn read(json: &[u8]) -> Result<Vec<Segment>, BadTranscript> {
    let document: Document = serde_json::from_slice(json).map_err(|error| BadTranscript {
        category: error.classify(),
        line: error.line(),
        column: error.column(),
    })?;
    let Results { items, segments } = document.results;
    let mut heard = Heard::new(items.into_iter().filter_map(best));
    for stretch in segments {
        let (Some(start), Some(end)) = (number(stretch.start_time), number(stretch.end_time))
        else {
            continue;
        };
        let place = heard.between(start, end);
        // The first reading is the transcript itself.
        for reading in stretch.alternatives.into_iter().skip(1) {
            heard.compare(place.clone(), &reading.words());
        }
    }
    Ok(heard.into_segments(0))
}

#[derive(Deserialize)]
struct Document {
    results: Results,
}

#[derive(Deserialize)]
struct Results {
    items: Vec<RawItem>,
    #[serde(default)]
    segments: Vec<Stretch>,
}

#[derive(Deserialize)]
struct RawItem {
    start_time: Option<Number>,
    end_time: Option<Number>,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(default)]
    alternatives: Vec<Reading>,
}

#[derive(Deserialize)]
struct Reading {
    confidence: Option<Number>,
    content: Option<String>,
}

#[derive(Deserialize)]
struct Stretch {
    start_time: Option<Number>,
    end_time: Option<Number>,
    #[serde(default)]
    alternatives: Vec<StretchReading>,
}

#[derive(Deserialize)]
struct StretchReading {
    #[serde(default)]
    items: Vec<ReadingItem>,
}

#[derive(Deserialize)]
struct ReadingItem {
    #[serde(rename = "type")]
    kind: Kind,
    content: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Pronunciation,
    Punctuation,
    /// What a later version may add: not said, so not text.
    #[serde(other)]
    Unknown,
}

/// `"1.25"`, and `1.25` should it ever become one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Number {
    Text(String),
    Number(f64),
}

fn number(raw: Option<Number>) -> Option<f64> {
    let number = match raw? {
        Number::Text(text) => text.trim().parse().ok()?,
        Number::Number(number) => number,
    };
    number.is_finite().then_some(number)
}

impl StretchReading {
    fn words(self) -> Vec<String> {
        self.items
            .into_iter()
            .filter(|item| item.kind == Kind::Pronunciation)
            .filter_map(|item| item.content)
            .collect()
    }
}

fn best(item: RawItem) -> Option<Item> {
    let mut readings = item.alternatives.into_iter();
    let Reading {
        confidence,
        content,
    } = readings.next()?;
    let content = content?;
    match item.kind {
        Kind::Pronunciation => Some(Item::Word {
            content,
            start: number(item.start_time),
            end: number(item.end_time),
            // Nobody vouches for a word without a number: the doctor shall look.
            confidence: number(confidence).unwrap_or_default() as f32,
            others: readings.filter_map(|reading| reading.content).collect(),
        }),
        Kind::Punctuation => Some(Item::Mark(content)),
        Kind::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TWO_SENTENCES: &str = include_str!("../../tests/transcribe/two-sentences.json");

    #[test]
    fn a_transcript_becomes_segments_with_times_and_alternatives() {
        let segments = read(TWO_SENTENCES.as_bytes()).unwrap();
        let texts: Vec<_> = segments.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(
            texts,
            ["Start lisinopril 10 mg, daily.", "Review in two weeks."]
        );
        assert_eq!((segments[0].start, segments[0].end), (0.04, 2.9));
        let words: Vec<_> = segments[0].words.iter().collect();
        assert_eq!(
            (words[1].text.as_str(), words[1].start, words[1].end),
            ("lisinopril", 0.45, 1.21)
        );
        assert!((words[1].confidence - 0.6123).abs() < 1e-6);
        assert_eq!(words[1].alternatives, ["quinapril", "listen April"]);
        assert_eq!((words[3].text.as_str(), words[3].end), ("mg,", 2.2));
        assert_eq!(
            segments[1].words[3].alternatives,
            ["weekes"],
            "of the item itself"
        );
    }

    #[test]
    fn silence_is_an_empty_transcript() {
        let nothing = r#"{"jobName":"seva-1","results":{"transcripts":[{"transcript":""}],"items":[]},"status":"COMPLETED"}"#;
        assert_eq!(read(nothing.as_bytes()).unwrap(), []);
    }

    #[test]
    fn garbage_is_refused_without_a_word_of_it() {
        let form =
            r#"{"results":{"items":[{"type":"pronunciation","alternatives":"Asha Verma"}]}}"#;
        for garbage in [
            "",
            "<html>Asha Verma</html>",
            r#"{"results":{}}"#,
            r#"["Asha Verma"]"#,
            form,
        ] {
            let error = read(garbage.as_bytes()).unwrap_err();
            let told = format!("{error} {error:?}");
            assert!(!told.contains("Asha"), "{told}");
        }
    }

    #[test]
    fn numbers_that_are_none_count_as_missing() {
        let odd = r#"{"results":{"items":[
            {"type":"pronunciation","start_time":"NaN","end_time":"soon","alternatives":[{"confidence":"","content":"Take"}]},
            {"type":"pronunciation","start_time":1.5,"end_time":2,"alternatives":[{"confidence":0.75,"content":"it"}]},
            {"type":"laughter","alternatives":[{"content":"ha"}]},
            {"type":"pronunciation","alternatives":[]}
        ]}}"#;
        let segments = read(odd.as_bytes()).unwrap();
        let words: Vec<_> = segments
            .iter()
            .flat_map(|s| &s.words)
            .map(|w| (w.text.as_str(), w.start, w.confidence))
            .collect();
        assert_eq!(words, [("Take", 0.0, 0.0), ("it", 1.5, 0.75)]);
    }

    /// What the fuzzer was given, and what it found since.
    #[test]
    fn the_fuzzers_inputs_are_read_or_refused() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/transcript");
        let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().collect();
        assert!(!inputs.is_empty());
        for input in inputs {
            let json = std::fs::read(input.unwrap().path()).unwrap();
            let Ok(segments) = read(&json) else {
                continue;
            };
            for segment in segments {
                assert!(segment.start.is_finite() && segment.end.is_finite());
                assert!(!segment.words.is_empty());
            }
        }
    }
}
