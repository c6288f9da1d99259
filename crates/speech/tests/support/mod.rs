//! What the tests share.
#![allow(clippy::unwrap_used, dead_code)]

use std::path::PathBuf;
use std::sync::LazyLock;

use seva_speech::{Engine, EngineOptions};

/// A file of this crate's fixtures.
pub(crate) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// A WAVE file of 16 bit mono samples.
pub(crate) fn wav(rate: u32, samples: &[i16]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 2).unwrap();
    let mut bytes = Vec::new();
    bytes.extend(b"RIFF");
    bytes.extend((36 + length).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(2_u16.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(length.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

/// The installed model, loaded once for all tests of a file.
pub(crate) static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let given = std::env::var_os("SEVA_WHISPER_MODEL").map(PathBuf::from);
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache")
        });
    let path = given.unwrap_or_else(|| cache.join("seva-arogya/models/ggml-base.bin"));
    Engine::load(&path, EngineOptions::default()).unwrap_or_else(|error| {
        panic!(
            "{error} These tests need the speech model at {}: `cargo xtask setup` installs it.",
            path.display()
        )
    })
});
