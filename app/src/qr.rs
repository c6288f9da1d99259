//! QR codes, drawn on the server.

use serde::{Deserialize, Serialize};

/// A QR code as one path, a unit a module, so that no seams show between modules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Units of a side, with the white margin that scanners need.
    pub side: i32,
    /// The dark modules, as the `d` of an SVG path.
    pub path: String,
}

#[cfg(feature = "ssr")]
impl QrCode {
    /// The code that says `text`; `None` for more than fits into one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        use std::fmt::Write as _;

        const MARGIN: i32 = 4;
        let ecc = qrcodegen::QrCodeEcc::Medium;
        let code = qrcodegen::QrCode::encode_text(text, ecc).ok()?;
        let size = code.size();
        let mut path = String::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let dark = (x..size).take_while(|&x| code.get_module(x, y)).count();
                let run = i32::try_from(dark).unwrap_or(0);
                if run > 0 {
                    // Writing into a string can't fail.
                    let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
                }
                x += run + 1;
            }
        }
        Some(Self {
            side: size + 2 * MARGIN,
            path,
        })
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_finder_pattern_stands_behind_the_margin() {
        let code = QrCode::of("otpauth://totp/SEVA?secret=GEZDGNBV").unwrap();
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", code.path);
        assert!(code.side > 21 + 8);
    }

    #[test]
    fn too_long_a_text_has_no_code() {
        assert!(QrCode::of(&"x".repeat(3000)).is_none());
    }
}
