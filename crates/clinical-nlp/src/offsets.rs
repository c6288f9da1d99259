//! From bytes to code points.

const STEP: usize = 256;

/// Code points before each multiple of [`STEP`] bytes; empty for ASCII.
pub(crate) struct Offsets<'t> {
    bytes: &'t [u8],
    before: Vec<usize>,
}

impl<'t> Offsets<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut before = Vec::new();
        if !text.is_ascii() {
            let mut sum = 0;
            for chunk in bytes.chunks(STEP) {
                before.push(sum);
                sum += starts(chunk);
            }
            before.push(sum);
        }
        Self { bytes, before }
    }

    /// Code points before byte `at`, which is the start of one or the end of the text.
    pub(crate) fn points(&self, at: usize) -> usize {
        match self.before.get(at / STEP) {
            Some(sum) => sum + starts(&self.bytes[at / STEP * STEP..at]),
            None => at,
        }
    }
}

/// Byte at which code point `point` begins; the length of the text when there are fewer.
pub(crate) fn byte_of(text: &str, point: usize) -> usize {
    if text.is_ascii() {
        return point.min(text.len());
    }
    text.char_indices()
        .nth(point)
        .map_or(text.len(), |(at, _)| at)
}

/// Bytes that begin a code point.
fn starts(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_code_points_agree_both_ways() {
        let text = "बुखार \u{bd} tablet ".repeat(40);
        let offsets = Offsets::new(&text);
        for (point, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.points(byte), point);
            assert_eq!(byte_of(&text, point), byte);
        }
        assert_eq!(offsets.points(text.len()), text.chars().count());
    }
}
