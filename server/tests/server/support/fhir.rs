use std::{
    env,
    fs::{self, File},
    io::{Seek as _, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

/// What is wrong with bundles in the eyes of a validator of FHIR R4 that SEVA's authors
/// did not write.
pub(crate) fn fhir_faults(bundles: &[Value]) -> Vec<String> {
    let output = Command::new("python3")
        .args(["-c", include_str!("validate_fhir.py")])
        .env("PYTHONPATH", modules())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::from(lines(bundles)))
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "the validator failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut faults: Vec<String> = said.lines().map(str::to_owned).collect();
    let checked = format!("{} checked", bundles.len());
    assert_eq!(faults.pop(), Some(checked));
    faults
}

fn lines(bundles: &[Value]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    for bundle in bundles {
        writeln!(file, "{bundle}").unwrap();
    }
    file.rewind().unwrap();
    file
}

/// Where its modules are: the variable, or where `cargo xtask setup` puts them.
fn modules() -> PathBuf {
    if let Some(given) = env::var_os("SEVA_FHIR_VALIDATOR").filter(|it| !it.is_empty()) {
        return given.into();
    }
    let cache = env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cache")));
    let wheels = cache.unwrap().join("seva-arogya/wheels");
    let entries = fs::read_dir(wheels).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            name.to_str()
                .and_then(|name| name.strip_prefix("fhir-"))
                .is_some_and(|pins| pins.bytes().all(|b| b.is_ascii_hexdigit()))
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found.pop().expect(
        "the FHIR validator is missing: run `cargo xtask setup`, or set SEVA_FHIR_VALIDATOR",
    )
}
