//! A file that claims to be a recording: recognised, walked, and decoded.
#![no_main]

use std::{cell::RefCell, io::Write as _};

use libfuzzer_sys::fuzz_target;
use seva_speech::{CancelFlag, check, probe};
use tempfile::NamedTempFile;

thread_local! {
    static UPLOAD: RefCell<NamedTempFile> = RefCell::new(NamedTempFile::new().expect("a file"));
}

fuzz_target!(|bytes: &[u8]| {
    UPLOAD.with_borrow_mut(|upload| {
        let file = upload.as_file_mut();
        file.set_len(0).expect("an empty file");
        std::io::Seek::rewind(file).expect("its beginning");
        file.write_all(bytes).expect("its bytes");
        if let Ok(info) = probe(upload.path()) {
            assert!(info.duration_seconds.is_finite() && info.duration_seconds >= 0.0);
        }
        if let Ok(info) = check(upload.path(), &CancelFlag::new()) {
            assert!(info.duration_seconds > 0.1);
        }
    });
});
