//! A prescription line.
#![no_main]
#![allow(dead_code)]

#[path = "../../crates/clinical-nlp/tests/soundness/mod.rs"]
mod soundness;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| soundness::check_sig(line));
