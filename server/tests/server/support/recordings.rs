use std::{fs, path::Path};

/// A dictation with medicines, conditions and a denial; most of a minute.
pub(crate) fn sample() -> Vec<u8> {
    read("../public/sample-dictation.m4a")
}

/// A few seconds of speech.
pub(crate) fn short() -> Vec<u8> {
    read("../crates/speech/tests/fixtures/speech.m4a")
}

/// Two seconds of nothing, in a wav file that is right in every other way.
pub(crate) fn silence() -> Vec<u8> {
    let samples = 2 * 16_000_u32;
    let mut wav = Vec::new();
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + 2 * samples).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel, 16 kHz, two bytes a sample.
    for field in [1_u16, 1] {
        wav.extend_from_slice(&field.to_le_bytes());
    }
    for field in [16_000_u32, 32_000] {
        wav.extend_from_slice(&field.to_le_bytes());
    }
    for field in [2_u16, 16] {
        wav.extend_from_slice(&field.to_le_bytes());
    }
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&(2 * samples).to_le_bytes());
    wav.resize(wav.len() + 2 * samples as usize, 0);
    wav
}

/// Whatever its name says, it is no recording.
pub(crate) fn lie() -> Vec<u8> {
    b"This is a letter to the editor, and not a sound.\n".repeat(200)
}

fn read(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
