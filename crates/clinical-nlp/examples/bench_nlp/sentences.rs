//! Sentences with statements marked in them: "Denies {fever|N}."

use std::error::Error;
use std::path::Path;

use crate::sets::{Gold, Kind, Text};

pub(crate) fn read(file: &Path) -> Result<Vec<Text>, Box<dyn Error>> {
    let lines = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    lines
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| marked(line).ok_or_else(|| format!("unclosed mark: {line}").into()))
        .collect()
}

/// The sentence without its marks; `None` when one is not closed.
fn marked(line: &str) -> Option<Text> {
    let mut text = String::new();
    let mut gold = Vec::new();
    let mut open = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        let (inside, after) = behind.split_once('}')?;
        let (words, statements) = inside.split_once('|')?;
        let from = text.chars().count();
        text.push_str(words);
        let span = (from, text.chars().count());
        if statements.contains('X') {
            // Not to be given is more than NegEx tells: neither right nor wrong here.
            open.push(span);
        } else {
            gold.push(Gold {
                span,
                kind: Kind::Any,
                denied: statements.contains('N'),
            });
        }
        rest = after;
    }
    text.push_str(rest);
    Some(Text { text, gold, open })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans_in_code_points() {
        let text = marked("Señor denies {fever|N} but has {cough|}; no {aspirin|X}.").unwrap();
        assert_eq!(text.text, "Señor denies fever but has cough; no aspirin.");
        assert_eq!(text.gold[0].span, (13, 18));
        assert!(text.gold[0].denied && !text.gold[1].denied);
        assert_eq!(text.open, [(37, 44)]);
        assert!(marked("{fever|N").is_none());
    }
}
