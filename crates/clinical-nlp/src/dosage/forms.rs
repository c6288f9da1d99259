//! Dosage forms and routes.

use std::sync::LazyLock;

use super::{Piece, PieceKind};
use crate::text::{Gap, Kind, Phrases, Tokens};

/// Spoken form, its name, and whether it comes in countable pieces.
const FORMS: &[(&str, (&str, bool))] = &[
    ("tablet", ("tablet", true)),
    ("tablets", ("tablet", true)),
    ("tab", ("tablet", true)),
    ("tabs", ("tablet", true)),
    ("chewable tablet", ("chewable tablet", true)),
    ("chewable tablets", ("chewable tablet", true)),
    ("dispersible tablet", ("dispersible tablet", true)),
    ("dispersible tablets", ("dispersible tablet", true)),
    ("effervescent tablet", ("effervescent tablet", true)),
    ("effervescent tablets", ("effervescent tablet", true)),
    ("chewable tab", ("chewable tablet", true)),
    ("dispersible tab", ("dispersible tablet", true)),
    ("lozenge", ("lozenge", true)),
    ("troche", ("lozenge", true)),
    ("ovule", ("pessary", true)),
    ("ovules", ("pessary", true)),
    ("ampule", ("ampoule", true)),
    ("ampules", ("ampoule", true)),
    ("amps", ("ampoule", true)),
    ("respicap", ("rotacap", true)),
    ("respicaps", ("rotacap", true)),
    ("prefilled syringe", ("prefilled syringe", true)),
    ("prefilled syringes", ("prefilled syringe", true)),
    ("vaginal tablet", ("vaginal tablet", true)),
    ("capsule", ("capsule", true)),
    ("capsules", ("capsule", true)),
    ("cap", ("capsule", true)),
    ("caps", ("capsule", true)),
    ("pill", ("pill", true)),
    ("pills", ("pill", true)),
    ("sachet", ("sachet", true)),
    ("sachets", ("sachet", true)),
    ("suppository", ("suppository", true)),
    ("suppositories", ("suppository", true)),
    ("pessary", ("pessary", true)),
    ("patch", ("patch", true)),
    ("patches", ("patch", true)),
    ("lozenges", ("lozenge", true)),
    ("ampoule", ("ampoule", true)),
    ("ampoules", ("ampoule", true)),
    ("amp", ("ampoule", true)),
    ("vial", ("vial", true)),
    ("vials", ("vial", true)),
    ("softgel", ("softgel", true)),
    ("softgels", ("softgel", true)),
    ("soft gel capsule", ("softgel", true)),
    ("mouth dissolving tablet", ("dispersible tablet", true)),
    ("enema", ("enema", true)),
    ("enemas", ("enema", true)),
    ("pessaries", ("pessary", true)),
    ("respule", ("respule", true)),
    ("respules", ("respule", true)),
    ("nebule", ("nebule", true)),
    ("nebules", ("nebule", true)),
    ("rotacap", ("rotacap", true)),
    ("rotacaps", ("rotacap", true)),
    ("syrup", ("syrup", false)),
    ("oral drops", ("drops", false)),
    ("paediatric drops", ("drops", false)),
    ("pediatric drops", ("drops", false)),
    ("eye gel", ("eye gel", false)),
    ("oral gel", ("oral gel", false)),
    ("mouth gel", ("oral gel", false)),
    ("vaginal gel", ("vaginal gel", false)),
    ("vaginal cream", ("vaginal cream", false)),
    ("scalp lotion", ("lotion", false)),
    ("face wash", ("face wash", false)),
    ("nail lacquer", ("nail lacquer", false)),
    ("jelly", ("jelly", false)),
    ("emulsion", ("emulsion", false)),
    ("liniment", ("liniment", false)),
    ("scrub", ("scrub", false)),
    ("mouth spray", ("spray", false)),
    ("oral spray", ("spray", false)),
    ("throat spray", ("spray", false)),
    ("gargles", ("gargle", false)),
    ("evohaler", ("inhaler", false)),
    ("respimat", ("inhaler", false)),
    ("diskus", ("dry powder inhaler", false)),
    ("foam", ("foam", false)),
    ("mouth rinse", ("mouthwash", false)),
    ("tonic", ("tonic", false)),
    ("dpi", ("dry powder inhaler", false)),
    ("dry powder inhaler", ("dry powder inhaler", false)),
    ("metered dose inhaler", ("inhaler", false)),
    ("accuhaler", ("dry powder inhaler", false)),
    ("turbuhaler", ("dry powder inhaler", false)),
    ("turbohaler", ("dry powder inhaler", false)),
    ("nebuliser solution", ("nebuliser solution", false)),
    ("syp", ("syrup", false)),
    ("syr", ("syrup", false)),
    ("dry syrup", ("dry syrup", false)),
    ("suspension", ("suspension", false)),
    ("oral suspension", ("suspension", false)),
    ("susp", ("suspension", false)),
    ("linctus", ("linctus", false)),
    ("elixir", ("elixir", false)),
    ("oral solution", ("oral solution", false)),
    ("solution", ("solution", false)),
    ("drops", ("drops", false)),
    ("eye drops", ("eye drops", false)),
    ("eye drop", ("eye drops", false)),
    ("ear drops", ("ear drops", false)),
    ("ear drop", ("ear drops", false)),
    ("nasal drops", ("nasal drops", false)),
    ("nasal spray", ("nasal spray", false)),
    ("nose drops", ("nasal drops", false)),
    ("spray", ("spray", false)),
    ("inhaler", ("inhaler", false)),
    ("mdi", ("inhaler", false)),
    ("rotahaler", ("rotahaler", false)),
    ("nebulizer", ("nebuliser solution", false)),
    ("nebulizer solution", ("nebuliser solution", false)),
    ("cream", ("cream", false)),
    ("ointment", ("ointment", false)),
    ("oint", ("ointment", false)),
    ("eye ointment", ("eye ointment", false)),
    ("gel", ("gel", false)),
    ("lotion", ("lotion", false)),
    ("paste", ("paste", false)),
    ("oral paste", ("oral paste", false)),
    ("mouth paint", ("mouth paint", false)),
    ("powder", ("powder", false)),
    ("dusting powder", ("dusting powder", false)),
    ("shampoo", ("shampoo", false)),
    ("soap", ("soap", false)),
    ("mouthwash", ("mouthwash", false)),
    ("mouth wash", ("mouthwash", false)),
    ("gargle", ("gargle", false)),
    ("injection", ("injection", false)),
    ("injections", ("injection", false)),
    ("inj", ("injection", false)),
    ("infusion", ("infusion", false)),
    ("drip", ("infusion", false)),
    ("granules", ("granules", false)),
    ("pen", ("pen", false)),
    ("flexpen", ("pen", false)),
    ("extended release", ("extended release", false)),
    ("sustained release", ("sustained release", false)),
    ("modified release", ("modified release", false)),
    ("prolonged release", ("prolonged release", false)),
    ("controlled release", ("controlled release", false)),
    ("delayed release", ("delayed release", false)),
    ("immediate release", ("immediate release", false)),
    ("slow release", ("sustained release", false)),
    ("xr", ("extended release", false)),
    ("er", ("extended release", false)),
    ("xl", ("extended release", false)),
    ("sr", ("sustained release", false)),
    ("cr", ("controlled release", false)),
];

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

static FORM_PHRASES: LazyLock<Phrases<(&'static str, bool)>> =
    LazyLock::new(|| Phrases::new(FORMS.iter().copied()));
static ROUTE_PHRASES: LazyLock<Phrases<&'static str>> =
    LazyLock::new(|| Phrases::new(ROUTES.iter().copied()));

/// The words that forms and routes begin with.
pub(super) fn first_words() -> impl Iterator<Item = &'static str> {
    FORM_PHRASES
        .first_words()
        .chain(ROUTE_PHRASES.first_words())
}

/// A countable form at `index`: one past its end and its name.
pub(super) fn counted(tokens: &Tokens<'_>, index: usize) -> Option<(usize, &'static str)> {
    let (end, (name, countable)) = FORM_PHRASES.longest(tokens, index)?;
    countable.then_some((end, name))
}

pub(super) fn form(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    if let Some(piece) = capital_t(tokens, first) {
        return Some(piece);
    }
    let (end, (name, _)) = FORM_PHRASES.longest(tokens, first)?;
    // "er" in small letters is a hesitation.
    if matches!(tokens.lower(first), "er" | "cr") && !tokens.is_upper(first) {
        return None;
    }
    Some(Piece {
        kind: PieceKind::Form,
        first,
        end,
        normalized: Some(name.to_owned()),
    })
}

/// "T. Clonazepam": a tablet, as Indian prescriptions shorten it.
fn capital_t(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    let next = tokens.gap(first + 1);
    let short = tokens.original(first) == "T"
        && (next.only(Gap::PERIOD.or(Gap::SPACE)) && !next.is_empty())
        && tokens
            .get(first + 1)
            .is_some_and(|token| token.kind == Kind::Word)
        && tokens.lower(first + 1).len() > 2;
    short.then(|| Piece {
        kind: PieceKind::Form,
        first,
        end: first + 1,
        normalized: Some("tablet".to_owned()),
    })
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
    Some(Piece {
        kind: PieceKind::Route,
        first,
        end,
        normalized: Some(name.to_owned()),
    })
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
