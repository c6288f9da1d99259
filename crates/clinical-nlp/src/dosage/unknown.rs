//! Names that we do not know among the pieces of a line: their doses must not go
//! to the medicine named before.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::PieceKind;
use super::attach::{Attached, Context};
use super::numbers::single;
use super::sorts::corrects;
use crate::text::Gap;

/// Words that may stand between a medicine and its details. Any other word may be
/// the name of a medicine that we do not know, whose dose must not go to the one before.
static LINKS: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| include_str!("links.txt").split_whitespace().collect());

/// Whether a word is too plain to be the name of a medicine.
pub(crate) fn is_link(word: &str) -> bool {
    LINKS.contains(word) || corrects(word)
}

impl Context<'_> {
    /// Whether a name that we do not know stands before the piece: "Tab Xyz at night",
    /// "..., xyz 200 mg".
    pub(super) fn meets_stranger(&self, index: usize, attached: &[Attached]) -> bool {
        let piece = &self.pieces[index];
        let Some(owner) = self.medications.iter().rposition(|m| m.end <= piece.first) else {
            return false;
        };
        let medication = self.medications[owner];
        if piece.kind == PieceKind::Form && self.is_stranger(piece.end) && !self.is_counted(index) {
            let names = self.tokens.gap(piece.end).only(Gap::SPACE.or(Gap::PERIOD));
            let opens = piece.first == self.from
                || !self.tokens.gap(piece.first).only(Gap::SPACE)
                || matches!(
                    self.tokens.lower(piece.first - 1),
                    "and" | "then" | "plus" | "with"
                );
            return names && opens;
        }
        let last = attached
            .iter()
            .filter(|a| a.owner == owner)
            .map(|a| a.piece.end)
            .max();
        let start = last.unwrap_or(medication.end).max(medication.end);
        let start = if medication.carried {
            start.max(self.from)
        } else {
            start
        };
        let strange = (start..piece.first).any(|at| self.is_stranger(at));
        let amount = matches!(
            piece.kind,
            PieceKind::Mass
                | PieceKind::Bare
                | PieceKind::Concentration
                | PieceKind::Portion
                | PieceKind::Count
        );
        let listed = (start..=piece.first).any(|at| {
            self.tokens.gap(at).has(Gap::COMMA)
                || matches!(self.tokens.lower(at), "and" | "then" | "plus")
        });
        strange
            && (amount
                || (listed && matches!(piece.kind, PieceKind::Frequency | PieceKind::Duration)))
    }

    /// A word that is neither a link nor a finding nor part of a piece.
    fn is_stranger(&self, at: usize) -> bool {
        let word = self.tokens.lower(at);
        word.len() >= 3
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
            && !is_link(word)
            && single(self.tokens, at).is_none()
            && at
                .checked_sub(self.from)
                .is_none_or(|place| self.covered.get(place) != Some(&true))
    }
}
