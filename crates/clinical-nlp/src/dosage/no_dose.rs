//! Amounts that are no dose: what the dose was before, by how much it changes, and how
//! much may be taken at most.

use super::PieceKind;
use super::amounts::is_change;
use super::attach::Context;

impl Context<'_> {
    /// "from 500 mg to 1000 mg": the first is what it was; "by 10 mg" is how much it changes.
    pub(super) fn is_left_behind(&self, index: usize) -> bool {
        let piece = &self.pieces[index];
        let before = |back: usize| self.tokens.lower(piece.first.wrapping_sub(back));
        let to = self.tokens.lower(piece.end) == "to";
        let changed = || {
            let next = self.pieces.get(index + 1);
            next.is_some_and(|next| next.first == piece.end + 1 && next.kind == piece.kind)
                && is_change(self.tokens, piece.first)
        };
        match before(1) {
            "by" => before(2) != "followed",
            "from" => to,
            // "20 mg instead of 10 mg"
            "of" => before(2) == "instead",
            "than" => before(2) == "rather",
            // "Step up metformin 500 mg to 1 g."
            _ => to && changed(),
        }
    }

    /// "(increase by 2 units) every 3 days": how fast the dose changes.
    pub(super) fn is_pace(&self, index: usize) -> bool {
        let Some(last) = index.checked_sub(1) else {
            return false;
        };
        let step = &self.pieces[last];
        step.end == self.pieces[index].first
            && matches!(step.kind, PieceKind::Mass | PieceKind::Portion)
            && self.tokens.lower(step.first.wrapping_sub(1)) == "by"
            && self.is_left_behind(last)
    }

    /// "maximum 4 g a day", "not more than two tablets": how much at most, and no dose.
    pub(super) fn is_ceiling(&self, index: usize) -> bool {
        let piece = &self.pieces[index];
        let before = |back: usize| self.tokens.lower(piece.first.wrapping_sub(back));
        let most = |word: &str| matches!(word, "max" | "maximum" | "exceed" | "exceeding");
        let said = match before(1) {
            "than" => matches!(before(2), "more" | "less" | "greater"),
            "of" => most(before(2)),
            word => most(word),
        };
        let follows = |last: usize| {
            matches!(piece.kind, PieceKind::Form | PieceKind::Frequency)
                && self.pieces[last].end == piece.first
                && self.is_ceiling(last)
        };
        let amount = !matches!(piece.kind, PieceKind::Duration | PieceKind::Route);
        (amount && said) || index.checked_sub(1).is_some_and(follows)
    }
}
