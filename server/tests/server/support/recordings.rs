use std::{fs, path::Path};

use reqwest::multipart::{Form, Part};

/// A dictation with medicines, conditions and a denial; most of a minute.
pub(crate) fn sample() -> Vec<u8> {
    read("../public/sample-dictation.m4a")
}

/// A few seconds of speech.
pub(crate) fn short() -> Vec<u8> {
    read("../crates/speech/tests/fixtures/speech.m4a")
}

/// The form of an upload that nothing is wrong with.
pub(crate) fn form() -> Form {
    let recording = Part::bytes(short()).file_name("visit.m4a");
    Form::new().part("audio_file", recording)
}

/// A picture's mp4: whole, and without a track of sound.
pub(crate) fn without_sound() -> Vec<u8> {
    read("../crates/speech/tests/fixtures/no-audio.mp4")
}

/// Two seconds of nothing, in a wav file that is right in every other way.
pub(crate) fn silence() -> Vec<u8> {
    wav(&[0; 2 * 16_000])
}

/// A tone of a tenth of a second.
pub(crate) fn click() -> Vec<u8> {
    let wave: Vec<i16> = (0..1600)
        .map(|at| if at / 20 % 2 == 0 { 9000 } else { -9000 })
        .collect();
    wav(&wave)
}

/// Four hours of an mp3 at 8 kbit/s: 14.4 MB.
pub(crate) fn four_hours() -> Vec<u8> {
    // MPEG 2.5, layer III, 8 kbit/s, 8 kHz, mono: 72 bytes for 72 ms. All that is behind
    // the header is zero, which is silence.
    let mut frame = vec![0xff, 0xe3, 0x18, 0xc0];
    frame.resize(72, 0);
    frame.repeat(4 * 3600 * 1000 / 72)
}

/// A hundred hours of one constant value, in a flac file of about a megabyte.
pub(crate) fn bomb() -> Vec<u8> {
    const BLOCK: u64 = 32_768;
    let blocks = 100 * 3600 * 8000 / BLOCK;
    let mut flac = b"fLaC\x80\x00\x00\x22".to_vec();
    flac.extend([0x80, 0x00, 0x80, 0x00]);
    // The sizes of frames are not told.
    flac.extend([0; 6]);
    // 8 kHz in 20 bits, one channel in 3, 16 bits a sample in 5, samples in 36.
    let facts: u64 = 8000 << 44 | 15 << 36 | (blocks * BLOCK);
    flac.extend(facts.to_be_bytes());
    flac.extend([0; 16]);
    for number in 0..blocks {
        let mut frame = vec![0xff, 0xf8, 0xf4, 0x08];
        frame.extend(as_in_utf8(u32::try_from(number).unwrap()));
        frame.push(crc(&frame, 0x07, 8) as u8);
        // A subframe of one value.
        frame.extend([0x00, 0x10, 0x00]);
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        flac.extend(frame);
    }
    flac
}

/// A number as UTF-8 would write the code point, up to 21 bits.
fn as_in_utf8(number: u32) -> Vec<u8> {
    let rest = |place: u32| (0x80 | (number >> (6 * place) & 0x3f)) as u8;
    match number {
        0..0x80 => vec![number as u8],
        0x80..0x800 => vec![(0xc0 | number >> 6) as u8, rest(0)],
        0x800..0x1_0000 => vec![(0xe0 | number >> 12) as u8, rest(1), rest(0)],
        _ => vec![(0xf0 | number >> 18) as u8, rest(2), rest(1), rest(0)],
    }
}

fn crc(bytes: &[u8], polynomial: u32, bits: u32) -> u32 {
    let top = 1 << (bits - 1);
    let mask = (1 << bits) - 1;
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << (bits - 8), |crc, _| {
            let shifted = crc << 1;
            mask & if crc & top == 0 {
                shifted
            } else {
                shifted ^ polynomial
            }
        })
    })
}

/// 16 kHz, one channel, two bytes a sample.
fn wav(wave: &[i16]) -> Vec<u8> {
    let samples = u32::try_from(wave.len()).unwrap();
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
    wav.extend(wave.iter().flat_map(|sample| sample.to_le_bytes()));
    wav
}

/// Whatever its name says, it is no recording.
pub(crate) fn lie() -> Vec<u8> {
    b"This is a letter to the editor, and not a sound.\n".repeat(200)
}

fn read(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
