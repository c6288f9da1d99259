//! The speech model: which one, whence, and into the form whisper.cpp reads.

mod ct2;
mod ggml;
mod mel;
mod source;
mod tokens;

use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

pub(crate) use source::provide;

/// Converts a CTranslate2 model into a GGML file, which appears whole or not at all.
fn convert(model: &[u8], tokenizer_json: &[u8], to: &Path) -> Result<()> {
    let weights = ct2::Weights::read(model).context("the downloaded model cannot be read")?;
    let tokens = tokens::read(tokenizer_json)?;
    let folder = to.parent().context("the model needs a folder")?;
    fs::create_dir_all(folder)?;
    let partial = to.with_extension(format!("partial-{}", std::process::id()));
    let mut out = BufWriter::new(File::create(&partial)?);
    let written = ggml::write(&mut out, &weights, &tokens).and_then(|()| Ok(out.flush()?));
    if let Err(error) = written.and_then(|()| Ok(fs::rename(&partial, to)?)) {
        let _ = fs::remove_file(&partial);
        return Err(error.context("the speech model could not be converted"));
    }
    Ok(())
}

/// Fails unless the file has this SHA-256.
fn verify(file: &Path, expected: &str) -> Result<()> {
    let mut hasher = Sha256::new();
    let mut reader = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let found: String = hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    ensure!(
        found == expected,
        "{} has SHA-256 {found}, expected {expected}",
        file.display()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_checksum_is_compared() {
        let file = std::env::temp_dir().join(format!("xtask-sum-{}", std::process::id()));
        fs::write(&file, "abc").unwrap();
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        verify(&file, sum).unwrap();
        fs::write(&file, "abd").unwrap();
        assert!(verify(&file, sum).is_err());
        fs::remove_file(&file).unwrap();
    }

    #[test]
    fn a_model_that_cannot_be_read_leaves_no_file() {
        let folder = std::env::temp_dir().join(format!("xtask-model-{}", std::process::id()));
        let to = folder.join("ggml.bin");
        assert!(convert(b"not a model", b"{}", &to).is_err());
        assert!(!to.exists());
        let _ = fs::remove_dir_all(&folder);
    }
}
