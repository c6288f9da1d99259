//! Names and stamps made of content.

use sha2::{Digest as _, Sha256};

/// SHA-256 in hexadecimal, 64 digits; its beginning will do for a name.
pub(crate) fn sha256(content: impl AsRef<[u8]>) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_digest() {
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256("abc"), sum);
    }
}
