//! The engine that SEVA is compared with: a child process that answers path by path.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bench_speech/peer.py");

/// What it wrote for one recording, and what that took.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) seconds: f64,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_megabytes: f64,
}

pub(crate) struct Peer {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it with a Python that has faster-whisper.
    pub(crate) fn start(python: &Path, threads: usize, language: &str) -> Result<Self, String> {
        let mut child = Command::new(python)
            .arg(PROGRAM)
            .arg(threads.to_string())
            .arg(language)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", python.display()))?;
        let questions = child.stdin.take();
        let answers = child.stdout.take().ok_or("the peer cannot be heard")?;
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    pub(crate) fn ask(&mut self, file: &Path) -> Result<Answer, String> {
        let questions = self.questions.as_mut().ok_or("the peer is gone")?;
        let gone = |error: std::io::Error| format!("the peer ended early: {error}");
        writeln!(questions, "{}", file.display()).map_err(gone)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(gone)?;
        let answer: Value = serde_json::from_str(&line)
            .map_err(|_| "the peer ended early; it says above why".to_owned())?;
        if let Some(error) = answer["error"].as_str() {
            return Err(format!("{}: {error}", file.display()));
        }
        let number = |name: &str| answer[name].as_f64().unwrap_or_default();
        Ok(Answer {
            text: answer["text"].as_str().unwrap_or_default().to_owned(),
            seconds: number("seconds"),
            cpu_seconds: number("cpu_seconds"),
            peak_megabytes: number("peak_kilobytes") / 1024.0,
        })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its questions is its end.
        drop(self.questions.take());
        let _ = self.child.wait();
    }
}
