//! WebVTT: cues of two short lines, each shown while its words are heard.

use std::fmt::Write as _;

use seva_model::alignment::{HeardWord, tokens};

/// Longest line, in characters, unless a single word is longer.
const LINE: usize = 42;
/// Lines of a cue.
const LINES: usize = 2;
/// Longest cue and the pause that ends one, in milliseconds.
const LONGEST: u64 = 7000;
const PAUSE: u64 = 2000;
/// A cue that is shorter stays a little, while nothing follows.
const SHORTEST: u64 = 1000;
/// How long a word that nobody heard is taken to last, in milliseconds.
const UNHEARD: u64 = 600;

/// A word of the text with the time it is shown at, in milliseconds.
struct Timed<'a> {
    text: &'a str,
    start: u64,
    end: u64,
    /// Whether a new line of the text begins with it.
    begins_line: bool,
}

struct Cue {
    start: u64,
    end: u64,
    lines: Vec<String>,
}

/// The text as captions. Words that were heard come at their times, and those that
/// the doctor wrote between their neighbours. `duration` is in seconds.
pub(super) fn captions(text: &str, heard: &[HeardWord], duration: f64) -> String {
    let mut file = "WEBVTT\n".to_owned();
    let mut cues = cues(&timed(text, heard, milliseconds(duration)))
        .into_iter()
        .peekable();
    let mut free = 0;
    while let Some(cue) = cues.next() {
        let next = cues.peek().map_or(u64::MAX, |next| next.start);
        let start = cue.start.max(free);
        let end = cue.end.max(next.min(start + SHORTEST)).max(start + 1);
        free = end;
        // Writing into a text never fails.
        let _ = write!(file, "\n{} --> {}\n", timestamp(start), timestamp(end));
        for line in &cue.lines {
            let _ = writeln!(file, "{}", escaped(line));
        }
    }
    file
}

/// Negative numbers and those that are none become 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn milliseconds(seconds: f64) -> u64 {
    // More than four days is a mistake of an engine.
    ((seconds * 1000.0).round() as u64).min(360_000_000)
}

fn timed<'a>(text: &'a str, heard: &[HeardWord], duration: u64) -> Vec<Timed<'a>> {
    let chars: Vec<char> = text.chars().collect();
    let mut before = 0;
    let mut words: Vec<(Timed<'a>, bool)> = Vec::new();
    let mut heard = heard.iter().peekable();
    let mut reached = 0;
    for (begin, end, token) in tokens(text) {
        while heard.next_if(|word| word.end <= begin).is_some() {}
        let share = heard
            .peek()
            .filter(|word| word.begin <= begin)
            .map(|word| share(word, begin, end));
        // However an engine rounds, no word begins before the one before it ends.
        let start = share.map_or(reached, |(start, _)| start.max(reached));
        let stop = share.map_or(start, |(_, stop)| stop.max(start));
        reached = stop;
        let begins_line = begin > before && chars[before..begin].contains(&'\n');
        before = end;
        let word = Timed {
            text: token,
            start,
            end: stop,
            begins_line,
        };
        words.push((word, share.is_some()));
    }
    spread(&mut words, duration);
    words.into_iter().map(|(word, _)| word).collect()
}

/// The part of a heard word's time that a piece of the text has; a reading of
/// several words shares the time of one.
fn share(word: &HeardWord, begin: usize, end: usize) -> (u64, u64) {
    let (start, stop) = (milliseconds(word.start), milliseconds(word.stop));
    let length = (word.end - word.begin).max(1) as u64;
    let at = |place: usize| {
        let along = (place.clamp(word.begin, word.end) - word.begin) as u64;
        start + stop.saturating_sub(start) * along / length
    };
    (at(begin), at(end))
}

/// Gives the words that nobody heard a time between their neighbours.
fn spread(words: &mut [(Timed<'_>, bool)], duration: u64) {
    let mut at = 0;
    while at < words.len() {
        if words[at].1 {
            at += 1;
            continue;
        }
        let unheard = words[at..].iter().take_while(|(_, heard)| !heard).count();
        let from = at.checked_sub(1).map_or(0, |before| words[before].0.end);
        let to = words
            .get(at + unheard)
            .map_or(duration.max(from), |(next, _)| next.start);
        let each = (to.saturating_sub(from) / unheard as u64).min(UNHEARD);
        for (place, (word, _)) in (0_u64..).zip(&mut words[at..at + unheard]) {
            word.start = from + place * each;
            word.end = word.start + each;
        }
        at += unheard;
    }
}

fn cues(words: &[Timed<'_>]) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    for word in words {
        match cues.last_mut() {
            Some(cue) if cue.has_room(word) => cue.add(word),
            _ => cues.push(Cue {
                start: word.start,
                end: word.end,
                lines: vec![word.text.to_owned()],
            }),
        }
    }
    cues
}

fn length(text: &str) -> usize {
    text.chars().count()
}

impl Cue {
    fn has_room(&self, word: &Timed<'_>) -> bool {
        let last = self.lines.last().map_or("", String::as_str);
        // A sentence that ends low in the cue ends the cue.
        let is_over = self.lines.len() == LINES && last.ends_with(['.', '?', '!', '।']);
        let fits = self.lines.len() < LINES || self.joins(word);
        fits && !is_over
            && !word.begins_line
            && word.start < self.end + PAUSE
            && word.end <= self.start + LONGEST
    }

    fn joins(&self, word: &Timed<'_>) -> bool {
        let last = self.lines.last().map_or("", String::as_str);
        length(last) + 1 + length(word.text) <= LINE
    }

    fn add(&mut self, word: &Timed<'_>) {
        self.end = self.end.max(word.end);
        let joins = self.joins(word);
        match self.lines.last_mut() {
            Some(line) if joins => {
                line.push(' ');
                line.push_str(word.text);
            }
            _ => self.lines.push(word.text.to_owned()),
        }
    }
}

/// "00:01:02.500"; hours may have more than two figures.
fn timestamp(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        milliseconds % 1000
    )
}

/// What would be read as markup, or as the line with a cue's times.
fn escaped(line: &str) -> String {
    line.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests;
