//! What both examples share: where the model is, and how to load it.

use std::path::PathBuf;

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

/// Loads the model, or says how to get one.
pub(crate) fn load() -> Result<Engine, String> {
    let path = model_path();
    Engine::load(&path, EngineOptions { threads: threads() }).map_err(|error| {
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
