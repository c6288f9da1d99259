//! QR codes as vector pictures.

use std::fmt::Write as _;

use qrcodegen::{DataTooLong, QrCode, QrCodeEcc};

/// White margin that scanners need, in modules.
const QUIET_ZONE: i32 = 4;

/// An SVG of the QR code that says `text`; one unit is one module, all of it one filled path, so
/// that no seams show between modules.
pub(crate) fn svg(text: &str) -> Result<String, DataTooLong> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)?;
    let size = code.size();
    let side = size + 2 * QUIET_ZONE;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path fill="black" d=""#
    );
    for y in 0..size {
        let mut x = 0;
        while x < size {
            let run = (x..size).take_while(|&x| code.get_module(x, y)).count();
            if run > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                // Writing into a String cannot fail.
                let _ = write!(svg, "M{left} {top}h{run}v1h-{run}z");
            }
            x += i32::try_from(run).unwrap_or(0) + 1;
        }
    }
    svg.push_str(r#""/></svg>"#);
    Ok(svg)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn modules_outside_the_path_are_white_and_the_margin_is_kept() {
        let svg = svg("https://example.org/v/1").unwrap();
        assert!(
            svg.contains("M4 4h7v1h-7z"),
            "the finder pattern starts after the margin"
        );
    }

    #[test]
    fn too_long_a_text_is_refused() {
        assert!(svg(&"x".repeat(3000)).is_err());
    }
}
