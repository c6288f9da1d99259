//! What the pieces of one medicine are together: which were taken back, which of
//! them is a dose and which a strength.

use super::{Piece, PieceKind};
use crate::text::Tokens;
use crate::types::AttributeType;

/// Words of a speaker who corrects himself.
const CORRECTS: &[&str] = &[
    "sorry",
    "correction",
    "mean",
    "meant",
    "scratch",
    "rather",
    "actually",
    "oops",
];

/// Whether a word takes back what was said before it.
pub(super) fn corrects(word: &str) -> bool {
    CORRECTS.contains(&word)
}

/// Takes out what the speaker took back: of two pieces of one sort the earlier,
/// when a word of correction stands between them.
pub(crate) fn drop_corrected(tokens: &Tokens<'_>, pieces: &mut Vec<(Piece, f32)>) {
    let mut kept = Vec::with_capacity(pieces.len());
    for index in 0..pieces.len() {
        let (piece, _) = &pieces[index];
        let corrected = pieces[index + 1..].iter().any(|(later, _)| {
            same_sort(piece.kind, later.kind)
                && later.first >= piece.end
                && takes_back(tokens, piece.end, later.first)
        });
        kept.push(!corrected);
    }
    let mut keep = kept.into_iter();
    pieces.retain(|_| keep.next().unwrap_or(true));
}

fn same_sort(one: PieceKind, other: PieceKind) -> bool {
    let amount = |kind| {
        matches!(
            kind,
            PieceKind::Mass | PieceKind::Bare | PieceKind::Portion | PieceKind::Count
        )
    };
    one == other || (amount(one) && amount(other))
}

fn takes_back(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        corrects(tokens.lower(at))
            || (tokens.lower(at) == "make" && matches!(tokens.lower(at + 1), "that" | "it"))
    })
}

/// The type of each piece of one medicine: a weight is the strength of the product
/// when the dose is counted or the product comes in units, and the dose otherwise.
pub(crate) fn attribute_type(piece: &Piece, all: &[(Piece, f32)]) -> AttributeType {
    match piece.kind {
        PieceKind::Concentration | PieceKind::Bare => AttributeType::Strength,
        PieceKind::Portion | PieceKind::Count => AttributeType::Dosage,
        PieceKind::Form => AttributeType::Form,
        PieceKind::Route => AttributeType::RouteOrMode,
        PieceKind::Frequency => AttributeType::Frequency,
        PieceKind::Duration => AttributeType::Duration,
        PieceKind::Rate => AttributeType::Rate,
        PieceKind::Mass => {
            let counted = all
                .iter()
                .any(|(p, _)| matches!(p.kind, PieceKind::Count | PieceKind::Portion));
            let product = all.iter().any(|(p, _)| {
                p.kind == PieceKind::Form
                    && !matches!(p.normalized.as_deref(), Some("injection" | "infusion"))
            });
            if counted || product {
                AttributeType::Strength
            } else {
                AttributeType::Dosage
            }
        }
    }
}
