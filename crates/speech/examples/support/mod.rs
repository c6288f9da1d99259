//! What both examples share: where the model is, and how to load it.

use std::path::{Path, PathBuf};

use seva_speech::{Engine, EngineOptions, default_threads};

/// `SEVA_WHISPER_MODEL`, else the place where `cargo xtask` installs the model.
pub(crate) fn model_path() -> PathBuf {
    if let Some(path) = std::env::var_os("SEVA_WHISPER_MODEL") {
        return path.into();
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    cache
        .unwrap_or_else(|| home.join(".cache"))
        .join("seva-arogya/models/ggml-base.bin")
}

/// Threads of one transcription: `SEVA_WHISPER_THREADS`, else the engine's own choice.
pub(crate) fn threads() -> usize {
    let given = std::env::var("SEVA_WHISPER_THREADS")
        .ok()
        .and_then(|text| text.parse().ok());
    given.unwrap_or_else(default_threads)
}

/// The usual settings.
pub(crate) fn options() -> EngineOptions {
    EngineOptions {
        threads: threads(),
        ..EngineOptions::default()
    }
}

/// Loads a model, or says how to get one.
pub(crate) fn load(path: &Path, options: EngineOptions) -> Result<Engine, String> {
    Engine::load(path, options).map_err(|error| {
        format!(
            "{error} ({}; `cargo xtask setup` installs it, SEVA_WHISPER_MODEL names another)",
            path.display()
        )
    })
}

/// Words to expect, from `SEVA_PROMPT_TERMS`, separated by commas.
pub(crate) fn terms() -> Vec<String> {
    let terms = std::env::var("SEVA_PROMPT_TERMS").unwrap_or_default();
    terms
        .split(',')
        .map(|term| term.trim().to_owned())
        .filter(|term| !term.is_empty())
        .collect()
}

/// The largest that this process has been, where the system tells it.
pub(crate) fn peak_megabytes() -> Option<f64> {
    status("VmHWM:")
}

/// How large this process is now.
pub(crate) fn now_megabytes() -> Option<f64> {
    status("VmRSS:")
}

fn status(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Seconds that this process's threads have kept a processor busy; 0 where it isn't told.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name in brackets; the 12th and 13th field there, in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|field| field.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

/// Waits until nothing else runs on the machine, for three seconds at most: threads of the
/// one that was measured last may still wait for work in a loop.
pub(crate) fn wait_for_calm() {
    let mut calm = 0;
    for _ in 0..60 {
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let alone = load
            .split_whitespace()
            .nth(3)
            .is_none_or(|of| of.starts_with("1/"));
        calm = if alone { calm + 1 } else { 0 };
        if calm == 3 {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
