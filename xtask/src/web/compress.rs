//! The compressed twins of a file, as small as they get: made once instead of at each request.

use std::io::Write as _;

use anyhow::Result;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// For clients without Brotli.
pub(crate) fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// A fifth smaller than what a server could afford at each request.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality: 11,
        size_hint: content.len(),
        ..BrotliEncoderParams::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut compressed, &params)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use super::*;

    #[test]
    fn both_twins_hold_the_content_in_less() {
        let content = "body { color: black }\n".repeat(500);
        let zipped = gzip(content.as_bytes()).unwrap();
        let squeezed = brotli(content.as_bytes()).unwrap();
        assert!(squeezed.len() < zipped.len() && zipped.len() < content.len());
        let (mut unzipped, mut expanded) = (String::new(), String::new());
        flate2::read::GzDecoder::new(&*zipped)
            .read_to_string(&mut unzipped)
            .unwrap();
        brotli::Decompressor::new(&*squeezed, 4096)
            .read_to_string(&mut expanded)
            .unwrap();
        assert_eq!(
            (unzipped.as_str(), expanded.as_str()),
            (content.as_str(), content.as_str())
        );
    }
}
