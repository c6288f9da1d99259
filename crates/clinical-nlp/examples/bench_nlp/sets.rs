//! Annotated texts, of any source, in one shape.

use std::error::Error;
use std::path::Path;

use crate::marks::{Span, touch};
use crate::{brat, dialogues, pubtator, sentences};

/// What may be asked of a system about a set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    /// Spans of medicines.
    Medicines,
    /// Spans of conditions.
    Conditions,
    /// Which of the spans given are denied.
    Negation,
}

/// What a span of the gold names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Medicine,
    Condition,
    /// Not said: only its statement is annotated.
    Any,
}

/// A span of the gold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gold {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    pub(crate) denied: bool,
}

/// An annotated text.
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) gold: Vec<Gold>,
    /// Spans whose finds count neither for nor against a system.
    pub(crate) open: Vec<Span>,
}

impl Text {
    /// The gold answer to a question.
    pub(crate) fn answer(&self, question: Question) -> Vec<Span> {
        let wanted = |gold: &&Gold| match question {
            Question::Medicines => gold.kind == Kind::Medicine,
            Question::Conditions => gold.kind == Kind::Condition,
            Question::Negation => gold.denied,
        };
        let mut spans: Vec<Span> = self.gold.iter().filter(wanted).map(|g| g.span).collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// Without the finds that touch an open span and nothing that is asked for.
    pub(crate) fn counted(&self, answer: &[Span], found: Vec<Span>) -> Vec<Span> {
        let near = |all: &[Span], find: Span| all.iter().any(|span| touch(*span, find));
        let kept = found.into_iter();
        kept.filter(|find| near(answer, *find) || !near(&self.open, *find))
            .collect()
    }
}

/// Texts of one source, and what is asked about them.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) texts: Vec<Text>,
    pub(crate) questions: Vec<Asked>,
}

/// A question with what is to be reached.
pub(crate) struct Asked {
    pub(crate) question: Question,
    pub(crate) label: &'static str,
    /// F1 of exact spans, percent.
    pub(crate) target: Option<f64>,
    /// Whether finds on open spans count against a system.
    pub(crate) strict: bool,
}

fn asked(question: Question, label: &'static str, target: Option<f64>) -> Asked {
    Asked {
        question,
        label,
        target,
        strict: false,
    }
}

/// The sets of the repository, and those of `folder`.
pub(crate) fn all(folder: Option<&Path>) -> Result<Vec<Set>, Box<dyn Error>> {
    let gold = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gold");
    let [tuned, aside] = halves(dialogues::read(&gold.join("dialogues/medicines.jsonl"))?);
    let [tuned_lines, aside_lines] = halves(sentences::read(&gold.join("context/sentences.txt"))?);
    let mut sets = vec![
        dialogue("dialogues, tuned on", tuned),
        dialogue("dialogues, kept aside", aside),
        statements("sentences, tuned on", tuned_lines),
        statements("sentences, kept aside", aside_lines),
    ];
    if let Some(folder) = folder {
        sets.push(Set {
            name: "BC5CDR",
            texts: pubtator::read(&folder.join("bc5cdr"))?,
            questions: vec![
                asked(Question::Medicines, "chemicals", Some(85.0)),
                asked(Question::Conditions, "diseases", Some(80.0)),
            ],
        });
        sets.push(Set {
            name: "MACCROBAT",
            texts: brat::read(&folder.join("maccrobat"))?,
            questions: vec![
                asked(Question::Medicines, "medicines", None),
                asked(Question::Conditions, "conditions", None),
                asked(Question::Negation, "negation", Some(79.0)),
            ],
        });
    }
    Ok(sets)
}

fn dialogue(name: &'static str, texts: Vec<Text>) -> Set {
    let mut strict = asked(Question::Medicines, "medicines, strict", None);
    strict.strict = true;
    let main = asked(Question::Medicines, "medicines", Some(94.0));
    Set {
        name,
        texts,
        questions: vec![main, strict],
    }
}

fn statements(name: &'static str, texts: Vec<Text>) -> Set {
    Set {
        name,
        texts,
        questions: vec![asked(Question::Negation, "negation", Some(94.0))],
    }
}

/// First, third, fifth ...; second, fourth, sixth ...
fn halves(texts: Vec<Text>) -> [Vec<Text>; 2] {
    let mut halves = [Vec::new(), Vec::new()];
    for (index, text) in texts.into_iter().enumerate() {
        halves[index % 2].push(text);
    }
    halves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::Marks;

    #[test]
    fn the_gold_of_the_repository_scored_against_itself_is_whole() {
        for set in all(None).unwrap() {
            assert!(set.texts.len() > 30, "{}", set.name);
            for asked in &set.questions {
                let mut marks = Marks::default();
                for text in &set.texts {
                    let answer = text.answer(asked.question);
                    let found = text.counted(&answer, answer.clone());
                    marks.add(&answer, &found);
                }
                let report = marks.report();
                assert_eq!(report["exact"]["f1"], 100.0, "{}", set.name);
                assert!(
                    report["exact"]["gold"].as_u64().unwrap() > 50,
                    "{}",
                    set.name
                );
            }
        }
    }

    #[test]
    fn finds_on_open_spans_count_for_nothing() {
        let text = Text {
            text: "an antibiotic such as amoxicillin".to_owned(),
            gold: Vec::new(),
            open: vec![(3, 13)],
        };
        let found = vec![(3, 13), (22, 33)];
        assert_eq!(text.counted(&[], found), [(22, 33)]);
    }
}
