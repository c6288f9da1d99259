//! A transcript: each entity is where its offsets say.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/clinical-nlp/tests/soundness/mod.rs"]
mod soundness;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| soundness::check_extraction(text));
