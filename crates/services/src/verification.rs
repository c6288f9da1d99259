//! The short code by which a pharmacist verifies a prescription on paper.

/// Crockford's base 32: nothing that reads as something else.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Symbols of a code: 50 bits, far too many to guess.
const SYMBOLS: usize = 10;

/// Symbols of a group, for the eye.
const GROUP: usize = 5;

/// A new random code, `7K3QM-9TZ2X`.
pub(crate) fn new_code() -> String {
    let symbols: String = (0..SYMBOLS)
        .map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())]))
        .collect();
    grouped(&symbols)
}

/// The code as it is stored, from whatever somebody typed off the paper.
pub(crate) fn parse_code(typed: &str) -> Option<String> {
    let symbols: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .take(SYMBOLS + 1)
        .collect();
    let valid = symbols.len() == SYMBOLS && symbols.bytes().all(|b| ALPHABET.contains(&b));
    valid.then(|| grouped(&symbols))
}

fn grouped(symbols: &str) -> String {
    format!("{}-{}", &symbols[..GROUP], &symbols[GROUP..])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        assert_eq!(parse_code(" 7k3qm 9tz2x "), Some("7K3QM-9TZ2X".to_owned()));
        assert_eq!(parse_code("oil00-00000"), Some("01100-00000".to_owned()));
        for bad in ["", "7K3QM", "7K3QM-9TZ2XX", "7K3QM-9TZ2U", "7K3QM-9TZ2é"] {
            assert_eq!(parse_code(bad), None, "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_new_code_parses_to_itself(_ in 0..1) {
            let code = new_code();
            prop_assert_eq!(parse_code(&code.to_lowercase()), Some(code));
        }

        #[test]
        fn a_parsed_code_parses_to_itself(typed in "\\PC{0,14}") {
            if let Some(code) = parse_code(&typed) {
                prop_assert_eq!(parse_code(&code), Some(code.clone()));
            }
        }
    }
}
