//! Leans the decoder towards names it is told to expect, while it writes them.
//!
//! A name that is rare in ordinary talk is made of pieces that hardly ever follow each
//! other: after " par", the model has no mind to write "acetamol". So once the text ends as
//! a name begins, the pieces that go on with a name become likelier. The first piece never
//! does: a name is not suggested where none was begun.

use std::collections::HashMap;

use whisper_rs::{WhisperContext, WhisperTokenId};

/// By how much the logarithm of the odds of a next piece grows.
const LEANING: f32 = 2.0;
/// A name of more pieces than that is told apart by its first ones.
const MOST_PIECES: usize = 10;
/// Stands between names: a token of its own, which is in none.
const BETWEEN: char = '\n';

/// Beginnings of names, and how they go on.
#[derive(Debug, Default)]
pub(crate) struct Names {
    next: HashMap<Vec<WhisperTokenId>, Vec<WhisperTokenId>>,
}

impl Names {
    pub(crate) fn new(context: &WhisperContext, names: &[String]) -> Self {
        let mut all = Self::default();
        // As they stand within a sentence and at the beginning of one.
        let mut texts = Vec::new();
        for name in names.iter().map(|name| name.replace(['\0', BETWEEN], " ")) {
            texts.extend([name.to_lowercase(), capitalised(&name)].map(|name| format!(" {name}")));
        }
        for name in in_pieces(context, &texts) {
            all.insert(&name);
        }
        all
    }

    fn insert(&mut self, pieces: &[WhisperTokenId]) {
        for end in 1..pieces.len().min(MOST_PIECES) {
            let next = self.next.entry(pieces[..end].to_vec()).or_default();
            if !next.contains(&pieces[end]) {
                next.push(pieces[end]);
            }
        }
    }

    /// Changes the odds of what follows `written`; `odds` has one number for each token.
    pub(crate) fn lean(&self, written: &[WhisperTokenId], odds: &mut [f32]) {
        for piece in self.leaned_to(written) {
            let odds = usize::try_from(piece).ok().and_then(|at| odds.get_mut(at));
            if let Some(odds) = odds {
                *odds += LEANING;
            }
        }
    }

    /// What the model thought of `piece` behind `written`, as a natural logarithm, of what it
    /// says after [`Self::lean`]. Exact where one piece was leaned to; where there were more,
    /// or another than this, too little: a doubt that is not there, never a certainty.
    pub(crate) fn unleaned(
        &self,
        written: &[WhisperTokenId],
        piece: WhisperTokenId,
        log_probability: f64,
    ) -> f64 {
        let times = self.leaned_to(written).filter(|to| *to == piece).count();
        let leaning = f64::from(LEANING) * times as f64;
        let leaned = log_probability.exp();
        log_probability - (leaned + (1.0 - leaned) * leaning.exp()).ln()
    }

    /// The pieces that go on with a name, once for each way in which `written` ends as one begins.
    fn leaned_to(&self, written: &[WhisperTokenId]) -> impl Iterator<Item = WhisperTokenId> {
        let longest = match self.next.is_empty() {
            true => 0,
            false => written.len().min(MOST_PIECES),
        };
        (1..=longest)
            .filter_map(|length| self.next.get(&written[written.len() - length..]))
            .flatten()
            .copied()
    }
}

/// The model's tokens of each text. whisper.cpp compiles a regular expression each time it
/// is asked, so it is asked for all at once.
fn in_pieces(context: &WhisperContext, texts: &[String]) -> Vec<Vec<WhisperTokenId>> {
    let separator = BETWEEN.to_string();
    let text = texts.join(&separator);
    // No text has more tokens than bytes.
    let tokens = |text: &str| context.tokenize(text, text.len() + 2).unwrap_or_default();
    let (pieces, between) = (tokens(&text), tokens(&separator));
    match between[..] {
        [between] => pieces
            .split(|id| *id == between)
            .map(<[_]>::to_vec)
            .collect(),
        _ => Vec::new(),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::path::PathBuf;

    use super::*;
    use crate::{Engine, EngineOptions};

    /// The model that `cargo xtask setup` installs.
    fn installed() -> Engine {
        let given = std::env::var_os("SEVA_WHISPER_MODEL").map(PathBuf::from);
        let cache = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cache");
        let model = given.unwrap_or_else(|| cache().join("seva-arogya/models/ggml-base.bin"));
        Engine::load(&model, EngineOptions::default()).unwrap()
    }

    #[test]
    fn names_are_cut_together_as_they_are_one_by_one() {
        let engine = installed();
        let names = [
            "paracetamol",
            "Ecosprin AV 75",
            "co-trimoxazole",
            "B12",
            "D'Cold",
            "\u{915}",
        ];
        let texts = names.map(|name| format!(" {name}")).to_vec();
        let one_by_one = texts
            .iter()
            .flat_map(|text| in_pieces(&engine.context, std::slice::from_ref(text)));
        assert_eq!(
            in_pieces(&engine.context, &texts),
            one_by_one.collect::<Vec<_>>()
        );
        assert!(
            in_pieces(&engine.context, &texts)[0].len() > 1,
            "a rare name is made of pieces"
        );
    }

    fn names() -> Names {
        let mut names = Names::default();
        names.insert(&[1, 2, 3]);
        names.insert(&[1, 4]);
        names
    }

    fn odds_after(written: &[WhisperTokenId]) -> Vec<WhisperTokenId> {
        let mut odds = [0.0; 8];
        names().lean(written, &mut odds);
        (0..8).filter(|at| odds[*at as usize] > 0.0).collect()
    }

    #[test]
    fn a_name_that_was_begun_is_likelier_to_go_on() {
        assert_eq!(odds_after(&[7, 1]), [2, 4]);
        assert_eq!(odds_after(&[7, 1, 2]), [3]);
    }

    #[test]
    fn nothing_leans_before_a_name_is_begun_or_after_its_end() {
        assert_eq!(odds_after(&[]), []);
        assert_eq!(odds_after(&[7]), []);
        assert_eq!(odds_after(&[1, 2, 3]), []);
        assert_eq!(odds_after(&[2]), [], "in the middle of another word");
    }

    #[test]
    fn the_probability_before_the_leaning_is_found_again() {
        let mut odds = [0.5_f32, 0.0, 1.5, 0.3, -0.2];
        let log_probability = |odds: &[f32], piece: usize| {
            let sum: f64 = odds.iter().map(|odds| f64::from(*odds).exp()).sum();
            f64::from(odds[piece]) - sum.ln()
        };
        let before = [2, 3].map(|piece| log_probability(&odds, piece));
        let mut only = Names::default();
        only.insert(&[1, 2]);
        only.lean(&[7, 1], &mut odds);
        let after = [2, 3].map(|piece| log_probability(&odds, piece));
        assert!(after[0] > before[0] + 0.5);
        assert!((only.unleaned(&[7, 1], 2, after[0]) - before[0]).abs() < 1e-6);
        let aside = only.unleaned(&[7, 1], 3, after[1]);
        assert!((aside - after[1]).abs() < 1e-9 && aside < before[1]);
    }

    #[test]
    fn a_piece_beyond_the_odds_changes_nothing() {
        let mut odds = [0.0; 2];
        names().lean(&[1], &mut odds);
        assert_eq!(odds, [0.0; 2]);
    }
}
