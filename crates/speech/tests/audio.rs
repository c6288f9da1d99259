//! Every accepted format, whole, cut short and empty of speech.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use seva_speech::{
    AudioError, AudioFormat, CancelFlag, SAMPLE_RATE, check, decode, decode_in_pieces, probe,
};
use support::{fixture, wav};

const FIXTURES: [(&str, AudioFormat); 10] = [
    ("speech.wav", AudioFormat::Wav),
    ("speech.mp3", AudioFormat::Mp3),
    ("speech-no-header.mp3", AudioFormat::Mp3),
    ("speech.flac", AudioFormat::Flac),
    ("speech.m4a", AudioFormat::M4a),
    ("speech.mp4", AudioFormat::Mp4),
    ("speech-fragmented.mp4", AudioFormat::Mp4),
    ("speech.webm", AudioFormat::WebmOpus),
    ("speech-live.webm", AudioFormat::WebmOpus),
    ("speech.ogg", AudioFormat::OggOpus),
];

/// What recordings begin with, and other files.
const HEADS: [&[u8]; 9] = [
    b"",
    b"RIFF\x24\x00\x00\x00WAVEfmt ",
    b"fLaC\x00\x00\x00\x22",
    b"OggS\x00\x02",
    b"\x1a\x45\xdf\xa3",
    b"\x00\x00\x00\x18ftypM4A ",
    b"ID3\x04\x00\x00",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
];

/// What was recorded, in seconds.
const LENGTH: f64 = 5.2;

fn written(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    // A name that lies: the content decides.
    let path = folder.path().join("upload.wav");
    std::fs::write(&path, bytes).unwrap();
    path
}

fn code<T: std::fmt::Debug>(result: Result<T, AudioError>) -> &'static str {
    result.unwrap_err().code()
}

#[test]
fn every_format_is_recognised_by_content_and_keeps_its_length() {
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in FIXTURES {
        let path = written(&folder, &std::fs::read(fixture(name)).unwrap());
        let info = probe(&path).unwrap();
        assert_eq!(info.format, format, "{name}");
        assert!(
            (info.duration_seconds - LENGTH).abs() < 0.12,
            "{name}: {info:?}"
        );
        let counted = check(&path, &CancelFlag::new()).unwrap().duration_seconds;
        assert!((counted - LENGTH).abs() < 0.1, "{name}: counted {counted}");
        let pcm = decode(&path, &CancelFlag::new()).unwrap();
        assert!(
            (pcm.seconds() - counted).abs() < 0.001,
            "{name}: decoded {}",
            pcm.seconds()
        );
    }
}

/// All formats hold the same recording, so the shape of its loudness over time agrees.
#[test]
fn every_format_sounds_the_same() {
    let loudness = |name: &str| {
        let pcm = decode(&fixture(name), &CancelFlag::new()).unwrap();
        let power = |block: &[f32]| block.iter().map(|s| s * s).sum::<f32>().sqrt();
        let blocks: Vec<f32> = pcm.samples().chunks(3200).take(25).map(power).collect();
        let whole: f32 = blocks.iter().sum();
        blocks
            .iter()
            .map(|block| block / whole)
            .collect::<Vec<f32>>()
    };
    let original = loudness("speech.wav");
    for (name, _) in FIXTURES {
        let shape = loudness(name);
        let difference: f32 = shape
            .iter()
            .zip(&original)
            .map(|(a, b)| (a - b).abs())
            .sum();
        // Without a header, nobody knows the 70 ms that the MP3 encoder put before the sound.
        assert!(difference < 0.35, "{name} differs by {difference}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (name, _) in FIXTURES {
        let whole = std::fs::read(fixture(name)).unwrap();
        for share in [35, 60, 85] {
            let path = written(&folder, &whole[..whole.len() * share / 100]);
            let result = check(&path, &CancelFlag::new());
            assert_eq!(code(result), "AUDIO_TRUNCATED", "{name} at {share} %");
            assert_eq!(
                code(decode(&path, &CancelFlag::new())),
                "AUDIO_TRUNCATED",
                "{name}"
            );
        }
    }
}

#[test]
fn a_header_that_promises_more_is_noticed_by_probe_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "speech.wav",
        "speech.mp3",
        "speech.m4a",
        "speech.webm",
        "speech.ogg",
    ] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let path = written(&folder, &whole[..whole.len() / 2]);
        assert_eq!(code(probe(&path)), "AUDIO_TRUNCATED", "{name}");
    }
}

#[test]
fn what_is_no_recording_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(code(probe(&written(&folder, b""))), "AUDIO_EMPTY");
    assert_eq!(code(probe(&written(&folder, b"RIFF"))), "AUDIO_UNSUPPORTED");
    let text = "Take one tablet twice daily. ".repeat(500);
    assert_eq!(
        code(probe(&written(&folder, text.as_bytes()))),
        "AUDIO_UNSUPPORTED"
    );
    let mut state = 7_u32;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(100_000)
    .collect();
    assert_eq!(code(probe(&written(&folder, &random))), "AUDIO_UNSUPPORTED");
    assert_eq!(code(probe(&fixture("no-audio.mp4"))), "AUDIO_NO_TRACK");
    assert_eq!(
        code(probe(Path::new("/nonexistent/recording.wav"))),
        "AUDIO_IO"
    );
}

proptest! {
    #[test]
    fn property_13_the_content_decides_and_never_the_name(
        which in any::<prop::sample::Index>(),
        ending in "[a-zA-Z0-9]{0,8}",
    ) {
        let (name, format) = FIXTURES[which.index(FIXTURES.len())];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("upload.{ending}"));
        std::fs::copy(fixture(name), &path).unwrap();
        prop_assert_eq!(probe(&path).unwrap().format, format);
    }

    #[test]
    fn property_13_what_is_none_of_the_formats_is_refused(
        head in prop::sample::select(HEADS.as_slice()),
        body in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = written(&folder, &[head, body.as_slice()].concat());
        prop_assert!(check(&path, &CancelFlag::new()).is_err());
    }
}

#[test]
fn silence_is_refused_even_with_an_offset_and_dither() {
    let folder = tempfile::tempdir().unwrap();
    let silent = written(&folder, &wav(16_000, &vec![0; 80_000]));
    assert_eq!(code(check(&silent, &CancelFlag::new())), "AUDIO_SILENT");
    let offset: Vec<i16> = [900, 901, 902, 901].repeat(20_000);
    let offset = written(&folder, &wav(16_000, &offset));
    assert_eq!(code(decode(&offset, &CancelFlag::new())), "AUDIO_SILENT");
}

#[test]
fn a_click_of_the_button_is_too_short() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, &wav(8000, &[9000; 400]));
    assert_eq!(code(check(&path, &CancelFlag::new())), "AUDIO_TOO_SHORT");
}

#[test]
fn a_wav_written_to_a_pipe_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(fixture("speech.wav")).unwrap();
    let data = bytes.windows(4).position(|four| four == b"data").unwrap();
    bytes[data + 4..data + 8].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    let path = written(&folder, &bytes);
    let pcm = decode(&path, &CancelFlag::new()).unwrap();
    assert!((pcm.seconds() - LENGTH).abs() < 0.01, "{}", pcm.seconds());
}

#[test]
fn pieces_are_the_whole() {
    for (name, _) in FIXTURES {
        let whole = decode(&fixture(name), &CancelFlag::new()).unwrap();
        let (mut pieces, mut longest) = (Vec::new(), 0);
        decode_in_pieces(&fixture(name), &CancelFlag::new(), &mut |piece| {
            longest = longest.max(piece.len());
            pieces.extend_from_slice(piece);
            Ok(())
        })
        .unwrap();
        assert!(pieces == whole.samples(), "{name}");
        assert!(longest <= SAMPLE_RATE, "{name}: {longest} at once");
    }
}

#[test]
fn whoever_takes_the_pieces_may_end_it() {
    let mut taken = 0;
    let ended = decode_in_pieces(&fixture("speech.m4a"), &CancelFlag::new(), &mut |_| {
        taken += 1;
        Err(AudioError::Cancelled)
    });
    assert_eq!((code(ended), taken), ("AUDIO_CANCELLED", 1));
}

#[test]
fn a_cancelled_decoding_stops() {
    let cancel = CancelFlag::new();
    cancel.cancel();
    assert_eq!(
        code(decode(&fixture("speech.m4a"), &cancel)),
        "AUDIO_CANCELLED"
    );
}

#[test]
fn no_sentence_names_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(&folder, b"not a recording");
    let sentence = probe(&path).unwrap_err().to_string();
    assert!(
        !sentence.contains("upload") && !sentence.contains('/'),
        "{sentence}"
    );
}

/// What the fuzzer was given, and what it found since.
#[test]
fn the_fuzzers_inputs_are_judged() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/audio");
    let inputs: Vec<_> = std::fs::read_dir(corpus).unwrap().collect();
    assert!(!inputs.is_empty());
    for input in inputs {
        let path = input.unwrap().path();
        if let Ok(info) = probe(&path) {
            assert!(info.duration_seconds.is_finite() && info.duration_seconds >= 0.0);
        }
        if let Ok(info) = check(&path, &CancelFlag::new()) {
            assert!(info.duration_seconds > 0.1, "{info:?}");
        }
    }
}
