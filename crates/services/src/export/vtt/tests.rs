#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use seva_model::{Segment, Word, alignment::align};

use super::*;

/// A cue as a player reads it.
#[derive(Debug, PartialEq)]
struct Read {
    start: u64,
    end: u64,
    lines: Vec<String>,
}

fn read(file: &str) -> Vec<Read> {
    let mut blocks = file.split("\n\n");
    assert_eq!(blocks.next().map(str::trim_end), Some("WEBVTT"));
    blocks.map(read_cue).collect()
}

fn read_cue(block: &str) -> Read {
    let mut lines = block.trim_end_matches('\n').split('\n');
    let (start, end) = lines.next().unwrap().split_once(" --> ").unwrap();
    Read {
        start: read_time(start),
        end: read_time(end),
        lines: lines.map(unescaped).collect(),
    }
}

fn read_time(text: &str) -> u64 {
    let (clock, thousandths) = text.split_once('.').unwrap();
    let seconds = clock
        .split(':')
        .fold(0, |sum, part| sum * 60 + part.parse::<u64>().unwrap());
    seconds * 1000 + thousandths.parse::<u64>().unwrap()
}

fn unescaped(line: &str) -> String {
    assert!(!line.contains(['<', '>']), "{line}");
    line.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn segment(words: &[(&str, f64, f64)]) -> Segment {
    let words = words
        .iter()
        .map(|(text, start, end)| Word {
            text: (*text).to_owned(),
            start: *start,
            end: *end,
            confidence: 0.9,
            alternatives: Vec::new(),
        })
        .collect();
    Segment {
        index: 0,
        start: 0.0,
        end: 9.0,
        text: String::new(),
        words,
    }
}

fn captioned(text: &str, words: &[(&str, f64, f64)], duration: f64) -> Vec<Read> {
    let heard = align(text, &[segment(words)]);
    read(&captions(text, &heard, duration))
}

fn cue(start: u64, end: u64, lines: &[&str]) -> Read {
    Read {
        start,
        end,
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
    }
}

#[test]
fn a_pause_and_a_new_line_begin_a_new_cue() {
    let words = [
        ("Start", 0.5, 0.9),
        ("metformin.", 1.0, 1.8),
        ("Review", 4.0, 4.4),
        ("soon.", 4.5, 5.0),
        ("Thanks.", 5.1, 5.2),
    ];
    let found = captioned("Start metformin. Review soon.\nThanks.", &words, 6.0);
    assert_eq!(
        found,
        [
            cue(500, 1800, &["Start metformin."]),
            cue(4000, 5000, &["Review soon."]),
            cue(5100, 6100, &["Thanks."]),
        ]
    );
}

#[test]
fn long_speech_is_cut_into_cues_of_two_lines() {
    let text = "The patient has had a dry cough for two weeks, worse at night, without fever \
                and without any loss of weight, and she sleeps badly.";
    let words: Vec<_> = text
        .split_whitespace()
        .zip(0_u16..)
        .map(|(word, place)| (word, f64::from(place) * 0.3, f64::from(place) * 0.3 + 0.3))
        .collect();
    let found = captioned(text, &words, 20.0);
    assert_eq!(
        found[0].lines,
        [
            "The patient has had a dry cough for two",
            "weeks, worse at night, without fever and"
        ]
    );
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].end, found[1].start);
}

#[test]
fn what_the_doctor_wrote_stands_between_what_was_heard() {
    let words = [("Start", 1.0, 1.5), ("metformin.", 6.0, 6.5)];
    let found = captioned("Start the metformin.", &words, 8.0);
    // "the" is taken to last a moment behind "Start".
    assert_eq!(found[0], cue(1000, 2100, &["Start the"]));
    assert_eq!(found[1], cue(6000, 7000, &["metformin."]));
    let rewritten = captioned("Something else", &words, 8.0);
    assert_eq!(rewritten, [cue(0, 1200, &["Something else"])]);
}

#[test]
fn markup_is_shown_and_not_obeyed() {
    let file = captions("a <b> --> c & d", &[], 4.0);
    assert!(file.contains("a &lt;b&gt; --&gt; c &amp; d"), "{file}");
    assert_eq!(file.matches("-->").count(), 1);
    assert_eq!(captions("", &[], 4.0), "WEBVTT\n");
}

fn a_word() -> impl Strategy<Value = (String, f64, f64)> {
    let time = || {
        prop_oneof![
            8 => -1.0..20.0_f64,
            1 => Just(f64::NAN),
            1 => Just(f64::INFINITY),
        ]
    };
    ("\\PC{1,50}", time(), time())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_text_is_preserved_and_times_are_ordered(
        words in prop::collection::vec(a_word(), 0..40),
        text in prop::option::of("(\\PC|[ \n\t]){0,300}"),
        duration in 0.0..60.0_f64,
    ) {
        let heard: Vec<_> = words.iter().map(|(text, a, b)| (text.as_str(), *a, *b)).collect();
        let spoken = heard.iter().map(|(text, ..)| *text).collect::<Vec<_>>().join(" ");
        let text = text.unwrap_or(spoken);
        let cues = captioned(&text, &heard, duration);

        let shown = cues.iter().flat_map(|cue| &cue.lines).flat_map(|line| line.split(' '));
        prop_assert_eq!(shown.collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
        for cue in &cues {
            prop_assert!(cue.start < cue.end, "{:?}", cue);
            prop_assert!((1..=LINES).contains(&cue.lines.len()));
            let fits = |line: &String| length(line) <= LINE || !line.contains(' ');
            prop_assert!(cue.lines.iter().all(fits), "{:?}", cue);
        }
        prop_assert!(cues.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }
}
