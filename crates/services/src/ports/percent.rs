//! Text where only plain letters may stand.

use std::fmt::Write as _;

/// All but the unreserved characters of RFC 3986 as `%XX`.
#[must_use]
pub fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                // Writing to a String can't fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// The header `Content-Disposition` of a download, as RFC 6266 wants it: its name
/// plain for old programs and percent-encoded for all others.
#[must_use]
pub fn attachment(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        })
        .collect();
    let encoded = percent_encoded(name);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_can_leave_the_header_in_no_way() {
        assert_eq!(
            attachment("prescription 1.pdf"),
            "attachment; filename=\"prescription 1.pdf\"; filename*=UTF-8''prescription%201.pdf"
        );
        assert_eq!(
            attachment("क\"\r\n"),
            "attachment; filename=\"____\"; filename*=UTF-8''%E0%A4%95%22%0D%0A"
        );
    }
}
