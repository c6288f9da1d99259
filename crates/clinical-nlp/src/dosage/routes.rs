//! Routes: "by mouth", "IV", "in both eyes", "to the affected area".

use std::sync::LazyLock;

use super::{Piece, PieceKind};
use crate::text::{Gap, Phrases, Tokens};

const ROUTES: &[(&str, &str)] = &[
    ("by mouth", "oral"),
    ("per mouth", "oral"),
    ("through mouth", "oral"),
    ("orally", "oral"),
    ("oral", "oral"),
    ("per oral", "oral"),
    ("per os", "oral"),
    ("po", "oral"),
    ("p o", "oral"),
    ("for oral use", "oral"),
    ("i v", "intravenous"),
    ("i m", "intramuscular"),
    ("iv infusion", "intravenous"),
    ("iv drip", "intravenous"),
    ("iv slow", "intravenous"),
    ("slow iv push", "intravenous"),
    ("slow intravenous", "intravenous"),
    ("intravenous infusion", "intravenous"),
    ("intravenous bolus", "intravenous"),
    ("subq", "subcutaneous"),
    ("sub q", "subcutaneous"),
    ("sl", "sublingual"),
    ("p r", "rectal"),
    ("p v", "vaginal"),
    ("l a", "topical"),
    ("b e", "ophthalmic"),
    ("r e", "ophthalmic, right"),
    ("l e", "ophthalmic, left"),
    ("per rectal", "rectal"),
    ("via iv", "intravenous"),
    ("through iv", "intravenous"),
    ("intra venous", "intravenous"),
    ("intra muscular", "intramuscular"),
    ("sub cutaneous", "subcutaneous"),
    ("via ng tube", "nasogastric"),
    ("through ng tube", "nasogastric"),
    ("via ryles tube", "nasogastric"),
    ("through ryles tube", "nasogastric"),
    ("for external application", "topical"),
    ("external application", "topical"),
    ("for topical use", "topical"),
    ("for topical application", "topical"),
    ("for local use", "topical"),
    ("to the affected areas", "topical"),
    ("on the affected areas", "topical"),
    ("over the affected areas", "topical"),
    ("on affected areas", "topical"),
    ("over affected areas", "topical"),
    ("through spacer", "inhalation"),
    ("through a spacer", "inhalation"),
    ("via a spacer", "inhalation"),
    ("with a spacer", "inhalation"),
    ("using a spacer", "inhalation"),
    ("using spacer", "inhalation"),
    ("with nebuliser", "inhalation"),
    ("with nebulizer", "inhalation"),
    ("through a nebuliser", "inhalation"),
    ("through a nebulizer", "inhalation"),
    ("via a nebuliser", "inhalation"),
    ("via a nebulizer", "inhalation"),
    ("by a nebuliser", "inhalation"),
    ("by a nebulizer", "inhalation"),
    ("intravenous", "intravenous"),
    ("intravenously", "intravenous"),
    ("iv", "intravenous"),
    ("slow iv", "intravenous"),
    ("iv push", "intravenous"),
    ("iv bolus", "intravenous"),
    ("into a vein", "intravenous"),
    ("into the vein", "intravenous"),
    ("deep im", "intramuscular"),
    ("deep intramuscular", "intramuscular"),
    ("into the muscle", "intramuscular"),
    ("intramuscular", "intramuscular"),
    ("intramuscularly", "intramuscular"),
    ("im", "intramuscular"),
    ("subcutaneous", "subcutaneous"),
    ("subcutaneously", "subcutaneous"),
    ("subcut", "subcutaneous"),
    ("under the skin", "subcutaneous"),
    ("sc", "subcutaneous"),
    ("s c", "subcutaneous"),
    ("sq", "subcutaneous"),
    ("sublingual", "sublingual"),
    ("sublingually", "sublingual"),
    ("under the tongue", "sublingual"),
    ("topical", "topical"),
    ("topically", "topical"),
    ("locally", "topical"),
    ("local application", "topical"),
    ("for local application", "topical"),
    ("to the affected area", "topical"),
    ("on the affected area", "topical"),
    ("over the affected area", "topical"),
    ("to affected area", "topical"),
    ("over affected area", "topical"),
    ("on affected area", "topical"),
    ("over the lesions", "topical"),
    ("on the lesions", "topical"),
    ("to affected areas", "topical"),
    ("per rectally", "rectal"),
    ("per vaginally", "vaginal"),
    ("pr", "rectal"),
    ("pv", "vaginal"),
    ("ou", "ophthalmic"),
    ("per rectum", "rectal"),
    ("rectally", "rectal"),
    ("per vaginum", "vaginal"),
    ("vaginally", "vaginal"),
    ("intravaginally", "vaginal"),
    ("intranasal", "nasal"),
    ("intranasally", "nasal"),
    ("inhaled", "inhalation"),
    ("nebulised", "inhalation"),
    ("by nebulisation", "inhalation"),
    ("by nebuliser", "inhalation"),
    ("through nebuliser", "inhalation"),
    ("through nebulizer", "inhalation"),
    ("via nebulisation", "inhalation"),
    ("via nebulization", "inhalation"),
    ("through inhalation", "inhalation"),
    ("by the mouth", "oral"),
    ("by oral route", "oral"),
    ("buccal", "buccal"),
    ("buccally", "buccal"),
    ("beneath the tongue", "sublingual"),
    ("below the tongue", "sublingual"),
    ("s l", "sublingual"),
    ("per vagina", "vaginal"),
    ("intravaginal", "vaginal"),
    ("into the vagina", "vaginal"),
    ("into the rectum", "rectal"),
    ("through the rectum", "rectal"),
    ("intrathecal", "intrathecal"),
    ("intravitreal", "intravitreal"),
    ("externally", "topical"),
    ("for external use", "topical"),
    ("by inhalation", "inhalation"),
    ("via inhalation", "inhalation"),
    ("via nebulizer", "inhalation"),
    ("by nebulizer", "inhalation"),
    ("via nebuliser", "inhalation"),
    ("by nebulization", "inhalation"),
    ("nebulized", "inhalation"),
    ("via spacer", "inhalation"),
    ("with spacer", "inhalation"),
    ("transdermal", "transdermal"),
    ("transdermally", "transdermal"),
    ("intra articular", "intra-articular"),
    ("intradermal", "intradermal"),
];

static ROUTE_PHRASES: LazyLock<Phrases<&'static str>> =
    LazyLock::new(|| Phrases::new(ROUTES.iter().copied()));

/// The words that routes begin with.
pub(super) fn first_words() -> impl Iterator<Item = &'static str> {
    ROUTE_PHRASES.first_words()
}

pub(super) fn route(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    let Some((end, name)) = ROUTE_PHRASES.longest(tokens, first) else {
        return site(tokens, first);
    };
    // "s/c" may be written apart; "I m", "p r" and "l e" are no routes.
    let short = end == first + 2 && tokens.lower(first).len() + tokens.lower(first + 1).len() == 2;
    if short && tokens.lower(first) != "s" && !tokens.gap(first + 1).has(Gap::SLASH) {
        return None;
    }
    // "im" is "I'm" written carelessly unless in capitals or with dots.
    if tokens.lower(first) == "im" && !(tokens.is_upper(first) || tokens.at(first).dotted) {
        return None;
    }
    // "PR 80" is the pulse rate; in small letters these are public relations and French.
    if matches!(tokens.lower(first), "pr" | "pv" | "ou")
        && (!tokens.is_upper(first) || tokens.is_number(end))
    {
        return None;
    }
    Some(Piece {
        kind: PieceKind::Route,
        first,
        end,
        normalized: Some(name.to_owned()),
    })
}

/// "one drop OD QID", "2 drops OS": the right eye and the left. Elsewhere OD is once a day.
pub(super) fn eye(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    if !matches!(tokens.lower(first.wrapping_sub(1)), "drop" | "drops") {
        return None;
    }
    let normalized = match tokens.original(first) {
        "OS" => "ophthalmic, left",
        "OD" if often(tokens.lower(first + 1)) => "ophthalmic, right",
        _ => return None,
    };
    Some(Piece {
        kind: PieceKind::Route,
        first,
        end: first + 1,
        normalized: Some(normalized.to_owned()),
    })
}

/// A word that says how often by itself.
fn often(word: &str) -> bool {
    matches!(
        word,
        "bd" | "bid"
            | "tds"
            | "tid"
            | "qid"
            | "qds"
            | "daily"
            | "every"
            | "once"
            | "twice"
            | "qhs"
            | "hourly"
    )
}

/// "in both eyes", "into each nostril", "right ear": an organ with a side or a lead.
fn site(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    let led = matches!(tokens.lower(first), "in" | "into" | "to" | "per");
    let mut at = first + usize::from(led);
    let mut side = None;
    let mut said = led;
    while let word @ ("the" | "each" | "both" | "either" | "every" | "your" | "affected" | "right"
    | "left") = tokens.lower(at)
    {
        if matches!(word, "right" | "left") {
            side = Some(word);
        }
        said |= !matches!(word, "the" | "your");
        at += 1;
    }
    let organ = match tokens.lower(at) {
        "eye" | "eyes" => "ophthalmic",
        "ear" | "ears" => "otic",
        "nostril" | "nostrils" => "nasal",
        "nose" if led => "nasal",
        _ => return None,
    };
    // "eye drops" are a form.
    let form = matches!(
        tokens.lower(at + 1),
        "drop" | "drops" | "ointment" | "gel" | "wax"
    );
    let normalized = side.map_or_else(|| organ.to_owned(), |side| format!("{organ}, {side}"));
    (said && !form && (at == first || tokens.joined(at))).then_some(Piece {
        kind: PieceKind::Route,
        first,
        end: at + 1,
        normalized: Some(normalized),
    })
}
