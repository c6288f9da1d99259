//! What the engine hands out. All times are seconds from the start of the recording.

/// One word as it stands in the text, punctuation attached.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The word with its punctuation, without spaces: `"daily,"`.
    pub text: String,
    /// When it begins, in seconds.
    pub start: f64,
    /// When it ends, in seconds; never before `start`, never after the recording.
    pub end: f64,
    /// How sure the model was, 0 to 1: the product of the probabilities of the word's letters-bearing tokens.
    pub confidence: f64,
}

/// A phrase or sentence, decided: it will not change any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Counts from 0 through the recording.
    pub index: usize,
    /// When its first word begins, in seconds.
    pub start: f64,
    /// When its last word ends, in seconds.
    pub end: f64,
    /// Its words joined with single spaces.
    pub text: String,
    /// Its words in order. Never empty.
    pub words: Vec<Word>,
}

impl Segment {
    /// Makes text and times agree with the words.
    pub(crate) fn follow_words(&mut self) {
        let texts: Vec<&str> = self.words.iter().map(|word| word.text.as_str()).collect();
        self.text = texts.join(" ");
        self.start = self.words.first().map_or(self.start, |word| word.start);
        self.end = self.words.last().map_or(self.end, |word| word.end);
    }
}

/// A whole recording as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transcript {
    /// The segments' texts joined with single spaces; empty when nothing was said.
    pub text: String,
    /// The segments in order.
    pub segments: Vec<Segment>,
    /// Length of the recording in seconds.
    pub duration_seconds: f64,
}

impl Transcript {
    pub(crate) fn from_segments(segments: Vec<Segment>, duration_seconds: f64) -> Self {
        let texts: Vec<&str> = segments.iter().map(|s| s.text.as_str()).collect();
        Self {
            text: texts.join(" "),
            segments,
            duration_seconds,
        }
    }

    /// All words of all segments in order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.segments.iter().flat_map(|segment| &segment.words)
    }
}

/// What happens while a recording is transcribed.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// How far the engine is in the recording. Never falls.
    Progress {
        /// 0 to 100.
        percent: f32,
    },
    /// The next segment is decided.
    Segment(Segment),
}
