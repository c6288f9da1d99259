//! The file that Transcribe Medical leaves in the bucket. Its reader is taken from where
//! it is, without the SDK around it.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/aws/src/transcribe/transcript.rs"]
mod transcript;
#[path = "../../crates/aws/src/transcribe/words.rs"]
mod words;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    match transcript::read(json) {
        Ok(segments) => {
            for segment in segments {
                assert!(segment.start.is_finite() && segment.end.is_finite());
                assert!(!segment.words.is_empty());
            }
        }
        // What is told of it is a place, and no word of what stood there.
        Err(error) => assert!(error.to_string().len() < 120),
    }
});
