//! Pieces that belong to several medicines: "A and B, both twice a day for a week".

use super::attach::{Attached, Context};
use super::counting::small;
use super::{Piece, PieceKind};
use crate::text::Gap;

/// Up to which token the last shared piece ran, and with which medicines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shared {
    end: usize,
    owner: usize,
    from: usize,
}

/// Words between "both" and what both are to be taken.
const BETWEEN: &[&str] = &[
    "are",
    "be",
    "continued",
    "drugs",
    "for",
    "given",
    "medicines",
    "must",
    "of",
    "should",
    "taken",
    "tablets",
    "the",
    "them",
    "these",
    "those",
    "to",
];

impl Context<'_> {
    /// Gives the piece last attached to `owner` to the other medicines it is meant for.
    pub(super) fn share(
        &self,
        index: usize,
        owner: usize,
        last: Option<Shared>,
        attached: &mut Vec<Attached>,
    ) -> Option<Shared> {
        let piece = &self.pieces[index];
        let goes_on = last.filter(|shared| shared.owner == owner && self.linked(shared.end, piece));
        let from = goes_on
            .map(|shared| shared.from)
            .or_else(|| self.sharers(piece, owner))
            .or_else(|| self.named_both(piece, owner))
            .or_else(|| self.each_follows(index).then_some(0))?;
        for other in from..owner {
            let has = attached
                .iter()
                .any(|a| a.owner == other && a.piece.kind == piece.kind);
            let alike = self.medications[other].carried == self.medications[owner].carried;
            if alike && (!has || adds(piece)) {
                attached.push(Attached {
                    owner: other,
                    piece: piece.clone(),
                    certainty: 0.8,
                });
            }
        }
        Some(Shared {
            end: piece.end,
            owner,
            from,
        })
    }

    /// "..., the first two after lunch": how many medicines from the first are meant.
    pub(super) fn first_few(&self, piece: &Piece) -> Option<usize> {
        let count = small(self.tokens.lower(piece.first.wrapping_sub(1)))?;
        let first = self.tokens.lower(piece.first.wrapping_sub(2)) == "first";
        let few = count as usize;
        (first && (2..=self.medications.len()).contains(&few)).then_some(few)
    }

    /// "All twice a day for 5 days: A, B and C".
    pub(super) fn leads_all(&self, piece: &Piece) -> bool {
        let opens = matches!(self.tokens.lower(self.from), "all" | "both");
        let own = self.medications.iter().find(|m| !m.carried);
        opens
            && matches!(
                piece.kind,
                PieceKind::Frequency | PieceKind::Duration | PieceKind::Route
            )
            && own.is_some_and(|m| piece.end <= m.first)
            && (piece.end..=own.map_or(0, |m| m.first))
                .any(|at| self.tokens.gap(at).has(Gap::COLON.or(Gap::COMMA)))
    }

    /// A piece right behind a shared one: "both twice a day for a week".
    pub(super) fn linked(&self, end: usize, piece: &Piece) -> bool {
        (end..piece.first).all(|at| {
            matches!(
                self.tokens.lower(at),
                "for" | "and" | "x" | "the" | "continue" | "then"
            )
        }) && piece.first.saturating_sub(end) <= 2
    }

    /// "Give both A and B twice a day": the first of two that are named behind the word.
    fn named_both(&self, piece: &Piece, owner: usize) -> Option<usize> {
        let first = owner.checked_sub(1)?;
        let before = self.medications[first].first.checked_sub(1)?;
        let said = !self.medications[first].carried && self.tokens.lower(before) == "both";
        let told = matches!(
            piece.kind,
            PieceKind::Frequency | PieceKind::Duration | PieceKind::Route
        );
        (said && told).then_some(first)
    }

    /// The first of the medicines that "both", "all", "all three" before the piece mean.
    fn sharers(&self, piece: &Piece, owner: usize) -> Option<usize> {
        let stop = self.medications[owner].end.max(self.from);
        let mut few = None;
        let mut at = piece.first;
        while at > stop && piece.first - at < 5 {
            at -= 1;
            match self.tokens.lower(at) {
                "both" => return Some(owner.saturating_sub(1)),
                "all" | "each" | "everything" => {
                    return Some(few.map_or(0, |few: usize| (owner + 1).saturating_sub(few)));
                }
                "them" if at + 1 == piece.first => return Some(0),
                word if BETWEEN.binary_search(&word).is_ok() => {}
                word => few = Some(small(word)? as usize),
            }
        }
        None
    }

    /// "one tablet each": for all that were named.
    fn each_follows(&self, index: usize) -> bool {
        let end = self.pieces[index].end;
        let run = self.pieces[index..]
            .iter()
            .take_while(|p| p.first == end || p.end == end)
            .last()
            .map_or(end, |p| p.end);
        self.tokens.lower(run) == "each"
    }
}

/// A relation to food or a time of day, which adds to what was said of the medicine.
fn adds(piece: &Piece) -> bool {
    piece.kind == PieceKind::Frequency
        && piece.normalized.as_deref().is_some_and(|said| {
            ["after", "before", "with", "at", "in", "on an"]
                .iter()
                .any(|start| said.starts_with(start))
        })
}
