//! The vocabulary: byte-level BPE writes each byte as a printable character, undone here.

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// The bytes of each ordinary token in order of its number, out of a `tokenizer.json`.
pub(crate) fn read(tokenizer_json: &[u8]) -> Result<Vec<Vec<u8>>> {
    let tokenizer: Value =
        serde_json::from_slice(tokenizer_json).context("tokenizer.json is not JSON")?;
    let end = tokenizer["added_tokens"]
        .as_array()
        .and_then(|added| {
            added
                .iter()
                .find(|token| token["content"] == "<|endoftext|>")
        })
        .and_then(|token| token["id"].as_u64())
        .context("tokenizer.json has no <|endoftext|>")?;
    let vocabulary = tokenizer["model"]["vocab"]
        .as_object()
        .context("tokenizer.json has no vocabulary")?;
    let byte_of = bytes_by_character();
    let mut tokens = vocabulary
        .iter()
        .filter_map(|(text, number)| Some((number.as_u64().filter(|number| *number < end)?, text)))
        .map(|(number, text)| {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| byte_of.get(&c).copied()).collect();
            Ok((
                number,
                bytes.with_context(|| format!("token {number} is not byte-level"))?,
            ))
        })
        .collect::<Result<Vec<_>>>()?;
    tokens.sort_unstable_by_key(|(number, _)| *number);
    let dense = tokens
        .iter()
        .zip(0..)
        .all(|((number, _), expected)| *number == expected);
    ensure!(dense, "the vocabulary has gaps");
    Ok(tokens.into_iter().map(|(_, bytes)| bytes).collect())
}

/// Printable Latin-1 bytes stand for themselves, the others for U+0100 onward in order.
fn bytes_by_character() -> HashMap<char, u8> {
    let mut next = 0x100;
    (0..=u8::MAX)
        .map(|byte| {
            let printable = matches!(byte, 33..=126 | 161..=172 | 174..=255);
            let character = if printable {
                char::from(byte)
            } else {
                next += 1;
                char::from_u32(next - 1).unwrap_or_default()
            };
            (character, byte)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_byte_has_its_own_character() {
        let map = bytes_by_character();
        assert_eq!(map.len(), 256);
        assert_eq!(
            (map[&'A'], map[&'Ġ'], map[&'Ċ'], map[&'Ń']),
            (b'A', b' ', b'\n', 173)
        );
    }

    #[test]
    fn tokens_come_in_order_and_special_ones_are_left_out() {
        let json = r#"{"added_tokens":[{"id":3,"content":"<|endoftext|>"}],
            "model":{"vocab":{"Ġthe":1,"!":0,"à¤ķ":2,"<|endoftext|>":3,"<|en|>":4}}}"#;
        let tokens = read(json.as_bytes()).unwrap();
        assert_eq!(
            tokens,
            [b"!".to_vec(), b" the".to_vec(), "क".as_bytes().to_vec()]
        );
    }

    #[test]
    fn a_gap_is_noticed() {
        let json = r#"{"added_tokens":[{"id":3,"content":"<|endoftext|>"}],"model":{"vocab":{"a":0,"b":2}}}"#;
        assert!(read(json.as_bytes()).is_err());
    }
}
