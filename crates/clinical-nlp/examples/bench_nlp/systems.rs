//! Runs SEVA's extractor and the peers, each in processes of their own, on the same texts.

use std::error::Error;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::child;
use crate::marks::Span;
use crate::sets::{Kind, Question, Set, Text};

/// A system's answers, by set and text.
pub(crate) struct System {
    pub(crate) name: String,
    /// Speed, memory and version.
    pub(crate) summary: Value,
    /// What it can be asked.
    questions: Vec<Question>,
    answers: Vec<Value>,
}

/// The spans whose negation is asked for.
pub(crate) fn given(text: &Text) -> Vec<Span> {
    let asked = text.gold.iter().filter(|gold| gold.kind != Kind::Medicine);
    asked.map(|gold| gold.span).collect()
}

impl System {
    pub(crate) fn answers(&self, question: Question) -> bool {
        self.questions.contains(&question)
    }

    /// Its answer about the text with this number, counted over all sets.
    pub(crate) fn answer(&self, number: usize, question: Question) -> Vec<Span> {
        let row = self.answers.get(number).unwrap_or(&Value::Null);
        let (list, wanted) = match question {
            Question::Medicines => (&row["entities"], Some("MEDICINE")),
            Question::Conditions => (&row["entities"], Some("DISEASE")),
            Question::Negation if row["given"].is_null() => (&row["entities"], None),
            Question::Negation => (&row["given"], None),
        };
        let entities = list.as_array().into_iter().flatten();
        let mut spans: Vec<Span> = entities
            .filter(|entity| {
                wanted.map_or(entity["negated"] == true, |kind| entity["type"] == kind)
            })
            .filter_map(|entity| {
                let offset = |key: &str| usize::try_from(entity[key].as_u64()?).ok();
                Some((offset("begin")?, offset("end")?))
            })
            .collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }
}

/// SEVA's extractor first; the peers if there is a Python that has them.
pub(crate) fn run(sets: &[Set], python: Option<&Path>) -> Result<Vec<System>, Box<dyn Error>> {
    let mut input = String::new();
    for (number, text) in sets.iter().flat_map(|set| &set.texts).enumerate() {
        let row = json!({ "id": number, "text": text.text, "spans": given(text) });
        input.push_str(&row.to_string());
        input.push('\n');
    }
    let all = vec![
        Question::Medicines,
        Question::Conditions,
        Question::Negation,
    ];
    let mut own = Command::new(std::env::current_exe()?);
    let mut systems = vec![system(own.arg(child::ARGUMENT), &input, all)?];
    let Some(python) = python else {
        return Ok(systems);
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/peers/ner.py");
    for (peer, question) in [
        ("drugs", Question::Medicines),
        ("diseases", Question::Conditions),
        ("negation", Question::Negation),
    ] {
        let mut command = Command::new(python);
        command
            .args(["-X", "utf8"])
            .arg(&script)
            .args(["--peers", peer]);
        systems.push(system(&mut command, &input, vec![question])?);
    }
    Ok(systems)
}

fn system(
    command: &mut Command,
    input: &str,
    questions: Vec<Question>,
) -> Result<System, Box<dyn Error>> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{program}: {e}"))?;
    // The other end reads everything before it answers.
    child
        .stdin
        .take()
        .ok_or("no input")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(format!("{program} ended with {}", output.status).into());
    }
    let mut answers = String::from_utf8(output.stdout)?
        .lines()
        .map(serde_json::from_str)
        .collect::<Result<Vec<Value>, _>>()?;
    let summary = answers.pop().filter(|last| last["summary"] == true);
    let summary = summary.ok_or_else(|| format!("{program} stopped half way"))?;
    Ok(System {
        name: summary["peer"].as_str().unwrap_or_default().to_owned(),
        summary,
        questions,
        answers,
    })
}
