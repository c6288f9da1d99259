//! What the pieces of one medicine are together: which were taken back, which of
//! them is a dose and which a strength.

use super::frequency::frequency;
use super::timing::Timing;
use super::{Piece, PieceKind};
use crate::text::{Gap, Tokens};
use crate::types::AttributeType;

/// Words of a speaker who corrects himself.
const CORRECTS: &[&str] = &[
    "sorry",
    "correction",
    "mean",
    "meant",
    "scratch",
    "strike",
    "wait",
    "rather",
    "actually",
    "oops",
    "apologies",
    "pardon",
    "erase",
    "disregard",
    "correct",
    "rephrase",
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
        let (before, after) = pieces.split_at_mut(index + 1);
        let piece = &mut before[index].0;
        let mut nearer = false;
        let later = after.iter().map(|(later, _)| later).find(|later| {
            let corrects = same_sort(piece.kind, later.kind)
                && later.first >= piece.end
                && takes_back(tokens, piece.end, later.first);
            nearer |= same_sort(piece.kind, later.kind) && !corrects;
            // "5 mg one tablet, make that half": the count is corrected, not the strength.
            corrects && !(nearer && piece.kind != later.kind)
        });
        kept.push(later.is_none_or(|later| {
            piece.kind == PieceKind::Frequency && cut_frequency(tokens, piece, later)
        }));
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

/// Whether the speaker took back between two tokens what he had said.
pub(crate) fn takes_back(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|at| {
        let word = tokens.lower(at);
        // "and 12, no, 10 units": the lone figure is taken back, and nothing before it.
        if at > from && tokens.is_number(at - 1) {
            return false;
        }
        corrects(word)
            || (matches!(word, "make" | "change") && matches!(tokens.lower(at + 1), "that" | "it" | "this"))
            || (matches!(word, "cancel" | "delete" | "ignore") && tokens.lower(at + 1) == "that")
            // ", no, before food": a lone no, with the new words right behind it.
            || (word == "no" && (at + 1 == to || (at + 7 > to && tokens.gap(at + 1).has(Gap::COMMA))))
    })
}

/// The type of each piece of one medicine: a weight is the strength of the product
/// when the dose is counted or the product comes in pieces, and the dose otherwise.
pub(crate) fn attribute_types(
    tokens: &Tokens<'_>,
    name: usize,
    pieces: &[(Piece, f32)],
) -> Vec<AttributeType> {
    let counted = pieces.iter().any(|(p, _)| is_count(p));
    let steps = pieces
        .iter()
        .filter(|(p, _)| p.kind == PieceKind::Mass)
        .count();
    let patch = pieces
        .iter()
        .any(|(p, _)| p.kind == PieceKind::Form && p.normalized.as_deref() == Some("patch"));
    pieces
        .iter()
        .enumerate()
        .map(|(index, (piece, _))| match piece.kind {
            PieceKind::Concentration | PieceKind::Bare => AttributeType::Strength,
            PieceKind::Portion | PieceKind::Count => AttributeType::Dosage,
            PieceKind::Form => AttributeType::Form,
            PieceKind::Route => AttributeType::RouteOrMode,
            PieceKind::Frequency => AttributeType::Frequency,
            PieceKind::Duration => AttributeType::Duration,
            // "25 mcg/hr" of a patch is what is printed on it.
            PieceKind::Rate if patch => AttributeType::Strength,
            PieceKind::Rate => AttributeType::Rate,
            PieceKind::Mass if counted => AttributeType::Strength,
            PieceKind::Mass if is_new_value(tokens, piece) => AttributeType::Dosage,
            PieceKind::Mass if steps > 1 && !follows_solid(pieces, index) => AttributeType::Dosage,
            PieceKind::Mass => match product(pieces, index, name) {
                Some(true) => AttributeType::Strength,
                _ => AttributeType::Dosage,
            },
        })
        .collect()
}

/// Units are counted: "one tablet", "5 ml", "1-0-1".
fn is_count(piece: &Piece) -> bool {
    match piece.kind {
        PieceKind::Count => true,
        // An amount by weight, or "a thin layer", counts no units.
        PieceKind::Portion => piece
            .normalized
            .as_deref()
            .is_some_and(|said| !said.contains("/kg") && !said.contains("/m2")),
        PieceKind::Frequency => piece.normalized.as_deref().is_some_and(is_pattern),
        _ => false,
    }
}

/// "1-0-1; after food"
fn is_pattern(notation: &str) -> bool {
    let first = notation.split(';').next().unwrap_or("");
    first.contains('-')
        && first
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

/// "increase to 10 mg", "the dose is 5 mg": what is taken, whatever the product.
fn is_new_value(tokens: &Tokens<'_>, piece: &Piece) -> bool {
    match tokens.lower(piece.first.wrapping_sub(1)) {
        "to" | "at" => true,
        "is" | "of" => tokens.lower(piece.first.wrapping_sub(2)) == "dose",
        _ => false,
    }
}

/// A form that comes in pieces stands right before the amount: "tab 4 mg".
fn follows_solid(pieces: &[(Piece, f32)], index: usize) -> bool {
    index > 0 && {
        let (before, _) = &pieces[index - 1];
        before.end == pieces[index].0.first && solid(before) == Some(true)
    }
}

/// Whether the product the amount belongs to comes in pieces: by the form nearest
/// before it, else by the first behind it. `None` when no form is said.
fn product(pieces: &[(Piece, f32)], index: usize, name: usize) -> Option<bool> {
    let at = pieces[index].0.first;
    let forms = || {
        pieces
            .iter()
            .map(|(piece, _)| piece)
            .filter(|p| solid(p).is_some())
    };
    forms()
        .rfind(|form| form.end <= at && (form.end + 3 > name || form.end == at))
        .or_else(|| forms().find(|form| form.first > at))
        .and_then(solid)
}

/// Whether a form comes in pieces or measured puffs; `None` of what is no form and of
/// words for its release.
fn solid(piece: &Piece) -> Option<bool> {
    if piece.kind != PieceKind::Form {
        return None;
    }
    let form = piece.normalized.as_deref()?;
    if form.ends_with("release") {
        return None;
    }
    Some(
        !matches!(
            form,
            "injection"
                | "depot injection"
                | "infusion"
                | "ampoule"
                | "vial"
                | "pen"
                | "suspension"
                | "linctus"
                | "elixir"
                | "oral solution"
                | "solution"
                | "drops"
                | "nebuliser solution"
                | "tonic"
                | "granules"
                | "powder"
                | "cream"
                | "ointment"
                | "gel"
        ) && !form.ends_with("syrup")
            && !form.ends_with("drops")
            && !form.ends_with(" cream")
            && !form.ends_with(" gel"),
    )
}

/// What a frequency speaks of, a bit each: how often, food, time of day, need.
fn aspects(timing: &Timing) -> u8 {
    let often = timing.times.is_some()
        || timing.every.is_some()
        || timing.pattern.is_some()
        || timing.once
        || !timing.days.is_empty();
    let food = timing.when.iter().any(|when| when.is_food());
    let day = timing.hours > 0 || timing.when.iter().any(|when| !when.is_food());
    u8::from(often) | u8::from(food) << 1 | u8::from(day) << 2 | u8::from(timing.as_needed) << 3
}

/// Cuts off the end of a frequency what a later one corrects: of "once a day after
/// food, no, before food" the first two words remain. Whether anything does.
fn cut_frequency(tokens: &Tokens<'_>, piece: &mut Piece, later: &Piece) -> bool {
    let Some((_, new)) = frequency(tokens, later.first, later.end) else {
        return false;
    };
    let Some(at) = (piece.first + 1..piece.end).find(|at| {
        frequency(tokens, *at, piece.end)
            .is_some_and(|(tail, said)| tail.end == piece.end && aspects(&said) == aspects(&new))
    }) else {
        return false;
    };
    let Some((head, said)) = frequency(tokens, piece.first, at) else {
        return false;
    };
    let other = aspects(&said) & aspects(&new) == 0;
    if other {
        *piece = head;
    }
    other
}
