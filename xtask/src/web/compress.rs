//! Compressed twins beside each file, made once instead of at each request.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;

const WINDOW_BITS: u32 = 22;
const BUFFER_BYTES: usize = 1 << 16;

/// Writes `FILE.gz` and `FILE.br`. `small` takes the time for the best of both.
pub(crate) fn twins(file: &Path, content: &[u8], small: bool) -> Result<()> {
    let level = if small {
        Compression::best()
    } else {
        Compression::fast()
    };
    let mut gzip = GzEncoder::new(Vec::new(), level);
    gzip.write_all(content)?;
    fs::write(file.with_added_extension("gz"), gzip.finish()?)?;

    let quality = if small { 10 } else { 4 };
    let mut brotli = Vec::new();
    {
        let mut writer =
            brotli::CompressorWriter::new(&mut brotli, BUFFER_BYTES, quality, WINDOW_BITS);
        writer.write_all(content)?;
        writer.flush()?;
    }
    fs::write(file.with_added_extension("br"), brotli)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use super::*;

    #[test]
    fn both_twins_hold_the_content() {
        let file = std::env::temp_dir().join(format!("xtask-twins-{}.css", std::process::id()));
        let content = "body { color: black }\n".repeat(500);
        twins(&file, content.as_bytes(), false).unwrap();
        let (gz, br) = (
            file.with_added_extension("gz"),
            file.with_added_extension("br"),
        );
        let (mut unzipped, mut expanded) = (String::new(), String::new());
        flate2::read::GzDecoder::new(fs::File::open(&gz).unwrap())
            .read_to_string(&mut unzipped)
            .unwrap();
        brotli::Decompressor::new(fs::File::open(&br).unwrap(), BUFFER_BYTES)
            .read_to_string(&mut expanded)
            .unwrap();
        assert_eq!(
            (unzipped.as_str(), expanded.as_str()),
            (content.as_str(), content.as_str())
        );
        fs::remove_file(gz).unwrap();
        fs::remove_file(br).unwrap();
    }
}
