//! Reads the annotated sentences.

use seva_clinical_nlp::AttributeType;

use super::Span;

/// An annotated sentence.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentence {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) medicines: Vec<Annotated>,
    /// What is neither right nor wrong to find.
    pub(crate) ignored: Vec<Span>,
    /// The course of each medicine as structure; empty when it was not judged.
    pub(crate) steps: Vec<Step>,
}

/// An annotated medicine.
#[derive(Clone, Debug)]
pub(crate) struct Annotated {
    pub(crate) name: Span,
    pub(crate) attributes: Vec<Attribute>,
}

/// An annotated attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) kind: AttributeType,
    pub(crate) at: Span,
    /// Neither right nor wrong to find.
    pub(crate) optional: bool,
}

/// One step of the course of a medicine, by the words of the notation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Step {
    /// Index of the medicine.
    pub(crate) medicine: usize,
    /// Key and value: ("freq", "2/1d"), ("total", "10") ...
    pub(crate) facts: Vec<(String, String)>,
}

impl Step {
    /// What is said under a key.
    pub(crate) fn fact(&self, key: &str) -> Option<&str> {
        let found = self.facts.iter().find(|(k, _)| k == key);
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads a file of annotated sentences; panics where it is malformed, naming the line.
pub(crate) fn read(file: &str) -> Vec<Sentence> {
    let mut sentences: Vec<Sentence> = Vec::new();
    for line in file.lines().filter(|line| !line.is_empty()) {
        if let Some(head) = line.strip_prefix("# ") {
            sentences.push(Sentence {
                id: head.split(' ').next().unwrap_or("").to_owned(),
                ..Sentence::default()
            });
            continue;
        }
        let Some(sentence) = sentences.last_mut() else {
            continue; // what stands before the first sentence describes the file
        };
        if let Some(facts) = line.strip_prefix("> ") {
            sentence.steps.push(step(facts));
        } else {
            annotate(sentence, &line.replace("\\n", "\n"));
        }
    }
    sentences
}

fn step(line: &str) -> Step {
    let mut words = line.split(' ');
    let medicine: usize = words
        .next()
        .and_then(|n| n.parse().ok())
        .unwrap_or_else(|| panic!("{line}"));
    let facts = words
        .map(|word| word.split_once('=').unwrap_or((word, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    Step {
        medicine: medicine - 1,
        facts,
    }
}

/// Takes "[text|K1,2?]" out of a line and notes what it says.
fn annotate(sentence: &mut Sentence, line: &str) {
    let mut found: Vec<(char, usize, bool, Span)> = Vec::new();
    let mut rest = line;
    let mut length = 0;
    while let Some((before, after)) = rest.split_once('[') {
        let (inside, after) = after.split_once(']').unwrap_or_else(|| panic!("{line}"));
        let (text, mark) = inside.rsplit_once('|').unwrap_or_else(|| panic!("{line}"));
        sentence.text.push_str(before);
        sentence.text.push_str(text);
        let from = length + before.chars().count();
        length = from + text.chars().count();
        let kind = mark.chars().next().unwrap_or_else(|| panic!("{line}"));
        for number in mark[1..].split(',') {
            let owner = number
                .trim_end_matches('?')
                .parse()
                .unwrap_or_else(|_| panic!("{line}"));
            found.push((kind, owner, number.ends_with('?'), (from, length)));
        }
        rest = after;
    }
    sentence.text.push_str(rest);
    for (kind, _, _, at) in &found {
        match kind {
            'M' => sentence.medicines.push(Annotated {
                name: *at,
                attributes: Vec::new(),
            }),
            'X' => sentence.ignored.push(*at),
            _ => {}
        }
    }
    for (kind, owner, optional, at) in found {
        if let Some(kind) = attribute_type(kind) {
            sentence.medicines[owner - 1]
                .attributes
                .push(Attribute { kind, at, optional });
        }
    }
}

fn attribute_type(letter: char) -> Option<AttributeType> {
    Some(match letter {
        'D' => AttributeType::Dosage,
        'S' => AttributeType::Strength,
        'O' => AttributeType::Form,
        'R' => AttributeType::RouteOrMode,
        'F' => AttributeType::Frequency,
        'T' => AttributeType::Duration,
        'M' | 'X' => return None,
        other => panic!("no such mark: {other}"),
    })
}
