//! The table and the JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::peer::Answer;
use super::score::Score;

/// Everything that was measured.
pub(crate) struct Report {
    pub(crate) threads: usize,
    pub(crate) systems: Vec<System>,
}

/// An engine, and what came of it.
pub(crate) struct System {
    name: String,
    files: Vec<Measured>,
    /// Words written for each sound that holds none.
    sounds: Vec<(&'static str, usize)>,
}

struct Measured {
    name: String,
    /// Length of the sound, where the engine was here to take time.
    sound: Option<f64>,
    answer: Answer,
    score: Score,
}

impl System {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            files: Vec::new(),
            sounds: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub(crate) fn add(
        &mut self,
        file: &Path,
        answer: Answer,
        sound: Option<f64>,
        reference: Option<&str>,
    ) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let score = reference.map_or_else(Score::default, |text| Score::of(text, &answer.text));
        self.files.push(Measured {
            name: name.into_owned(),
            sound,
            answer,
            score,
        });
    }

    pub(crate) fn add_sound(&mut self, name: &'static str, words: usize) {
        self.sounds.push((name, words));
    }

    fn score(&self) -> Score {
        let mut all = Score::default();
        self.files.iter().for_each(|file| all.add(&file.score));
        all
    }

    /// Seconds of work for each second of sound: by the clock, and of the processor.
    fn real_time_factors(&self) -> Option<(f64, f64)> {
        let sound: f64 = self.files.iter().filter_map(|file| file.sound).sum();
        let sum = |of: fn(&Answer) -> f64| self.files.iter().map(|f| of(&f.answer)).sum::<f64>();
        let (clock, cpu) = (sum(|a| a.seconds), sum(|a| a.cpu_seconds));
        (sound > 0.0).then(|| (clock / sound, cpu / sound))
    }

    fn peak_megabytes(&self) -> f64 {
        self.files
            .iter()
            .map(|file| file.answer.peak_megabytes)
            .fold(0.0, f64::max)
    }

    fn words_for_sounds(&self) -> Option<usize> {
        let words = self.sounds.iter().map(|(_, words)| words).sum();
        (!self.sounds.is_empty()).then_some(words)
    }

    fn json(&self) -> Value {
        let files: Vec<Value> = self.files.iter().map(Measured::json).collect();
        let sounds: serde_json::Map<String, Value> = self
            .sounds
            .iter()
            .map(|(name, words)| ((*name).to_owned(), json!(words)))
            .collect();
        let factors = self.real_time_factors();
        let mut all = score_json(&self.score());
        all["name"] = json!(self.name);
        all["real_time_factor"] = json!(factors.map(|(clock, _)| clock));
        all["processor_factor"] = json!(factors.map(|(_, cpu)| cpu));
        all["peak_memory_megabytes"] = json!(factors.map(|_| self.peak_megabytes()));
        all["words_for_sounds_without_speech"] = json!(self.words_for_sounds());
        all["sounds"] = json!(sounds);
        all["files"] = json!(files);
        all
    }
}

impl Measured {
    fn json(&self) -> Value {
        let mut file = score_json(&self.score);
        file["file"] = json!(self.name);
        file["audio_seconds"] = json!(self.sound);
        file["seconds"] = json!(self.sound.map(|_| self.answer.seconds));
        file["text"] = json!(self.answer.text);
        file
    }
}

fn score_json(score: &Score) -> Value {
    json!({
        "words": score.words,
        "substituted": score.substituted,
        "dropped": score.dropped,
        "invented": score.invented,
        "word_error_rate": score.word_error_rate(),
        "medicines": score.medicines,
        "medicines_right": score.medicines_right,
        "medicines_invented": score.medicines_invented,
    })
}

impl Report {
    pub(crate) fn json(&self) -> Value {
        let systems: Vec<Value> = self.systems.iter().map(System::json).collect();
        json!({ "threads": self.threads, "systems": systems, "targets": self.targets_json() })
    }

    pub(crate) fn table(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "{:<32} {:>7} {:>5} {:>5} {:>5} {:>6} {:>6} {:>6} {:>11} {:>8}",
            "", "WER", "wrong", "lost", "added", "RTF", "CPU", "MB", "medicines", "on noise"
        );
        for system in &self.systems {
            let _ = writeln!(out, "{}", row(system));
        }
        let _ = writeln!(
            out,
            "\n{} threads. RTF and CPU: seconds by the clock and of the processor for a second \
             of sound.\nmedicines: names right of those said, and + those nobody said. on noise: \
             words written for sounds without speech.\n",
            self.threads
        );
        for (target, reached, is_met) in self.targets() {
            let word = if is_met { "met" } else { "NOT MET" };
            let _ = writeln!(out, "{target:<58} {reached:<28} {word}");
        }
        out
    }

    /// Each target, how far it is, and whether it is met.
    fn targets(&self) -> Vec<(&'static str, String, bool)> {
        let find = |name: &str| self.systems.iter().find(|system| system.name == name);
        let mut targets = Vec::new();
        let Some(seva) = find("SEVA") else {
            return targets;
        };
        if let Some(peer) = find("faster-whisper") {
            if let (Some(own), Some(other)) = (
                seva.score().word_error_rate(),
                peer.score().word_error_rate(),
            ) {
                let by = format!("{:.2} % against {:.2} %", 100.0 * own, 100.0 * other);
                targets.push(("WER no worse than faster-whisper's", by, own <= other));
            }
            if let (Some((own, _)), Some((other, _))) =
                (seva.real_time_factors(), peer.real_time_factors())
            {
                let by = format!("{own:.3} against {other:.3}");
                targets.push(("RTF no higher than faster-whisper's", by, own <= other));
            }
        }
        if let Some(words) = seva.words_for_sounds() {
            let by = format!("{words} words");
            targets.push(("nothing written where nobody speaks", by, words == 0));
        }
        if let Some(plain) = find("SEVA, no names expected") {
            let wrong = |system: &System| system.score().medicines - system.score().medicines_right;
            let (with, without) = (wrong(seva), wrong(plain));
            let by = format!("{with} wrong against {without}");
            let is_met = with * 2 <= without;
            targets.push(("expected names halve the errors on medicines", by, is_met));
        }
        targets
    }

    fn targets_json(&self) -> Value {
        let target = |(target, reached, is_met): (&str, String, bool)| json!({ "target": target, "reached": reached, "met": is_met });
        self.targets().into_iter().map(target).collect()
    }
}

fn row(system: &System) -> String {
    let score = system.score();
    let wer = score
        .word_error_rate()
        .map_or("-".to_owned(), |rate| format!("{:.2} %", 100.0 * rate));
    let (clock, cpu, memory) = system.real_time_factors().map_or_else(
        || ("-".to_owned(), "-".to_owned(), "-".to_owned()),
        |(clock, cpu)| {
            let memory = format!("{:.0}", system.peak_megabytes());
            (format!("{clock:.3}"), format!("{cpu:.3}"), memory)
        },
    );
    let medicines = format!(
        "{}/{} +{}",
        score.medicines_right, score.medicines, score.medicines_invented
    );
    let noise = system
        .words_for_sounds()
        .map_or("-".to_owned(), |words| words.to_string());
    format!(
        "{:<32} {wer:>7} {:>5} {:>5} {:>5} {clock:>6} {cpu:>6} {memory:>6} {medicines:>11} {noise:>8}",
        system.name, score.substituted, score.dropped, score.invented
    )
}
