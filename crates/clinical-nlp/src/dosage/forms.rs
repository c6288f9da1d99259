//! Dosage forms and routes.

use std::sync::LazyLock;

use super::{Piece, PieceKind};
use crate::text::{Phrases, Tokens};

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
    ("lozenge", ("lozenge", true)),
    ("lozenges", ("lozenge", true)),
    ("ampoule", ("ampoule", true)),
    ("ampoules", ("ampoule", true)),
    ("amp", ("ampoule", true)),
    ("vial", ("vial", true)),
    ("vials", ("vial", true)),
    ("respule", ("respule", true)),
    ("respules", ("respule", true)),
    ("nebule", ("nebule", true)),
    ("nebules", ("nebule", true)),
    ("rotacap", ("rotacap", true)),
    ("rotacaps", ("rotacap", true)),
    ("syrup", ("syrup", false)),
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
    ("intravenous", "intravenous"),
    ("intravenously", "intravenous"),
    ("iv", "intravenous"),
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
    ("in each nostril", "nasal"),
    ("in both nostrils", "nasal"),
    ("each nostril", "nasal"),
    ("both nostrils", "nasal"),
    ("inhaled", "inhalation"),
    ("by inhalation", "inhalation"),
    ("via inhalation", "inhalation"),
    ("via nebulizer", "inhalation"),
    ("by nebulizer", "inhalation"),
    ("via nebuliser", "inhalation"),
    ("by nebulization", "inhalation"),
    ("nebulized", "inhalation"),
    ("via spacer", "inhalation"),
    ("with spacer", "inhalation"),
    ("in both eyes", "ophthalmic"),
    ("both eyes", "ophthalmic"),
    ("in each eye", "ophthalmic"),
    ("each eye", "ophthalmic"),
    ("in the right eye", "ophthalmic, right"),
    ("in right eye", "ophthalmic, right"),
    ("right eye", "ophthalmic, right"),
    ("in the left eye", "ophthalmic, left"),
    ("in left eye", "ophthalmic, left"),
    ("left eye", "ophthalmic, left"),
    ("in the affected eye", "ophthalmic"),
    ("in both ears", "otic"),
    ("both ears", "otic"),
    ("in the right ear", "otic, right"),
    ("right ear", "otic, right"),
    ("in the left ear", "otic, left"),
    ("left ear", "otic, left"),
    ("transdermal", "transdermal"),
    ("transdermally", "transdermal"),
    ("intra articular", "intra-articular"),
    ("intradermal", "intradermal"),
];

static FORM_PHRASES: LazyLock<Phrases<(&'static str, bool)>> =
    LazyLock::new(|| Phrases::new(FORMS.iter().copied()));
static ROUTE_PHRASES: LazyLock<Phrases<&'static str>> =
    LazyLock::new(|| Phrases::new(ROUTES.iter().copied()));

/// A countable form at `index`: one past its end and its name.
pub(super) fn counted(tokens: &Tokens<'_>, index: usize) -> Option<(usize, &'static str)> {
    let (end, (name, countable)) = FORM_PHRASES.longest(tokens, index)?;
    countable.then_some((end, name))
}

pub(super) fn form(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
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

pub(super) fn route(tokens: &Tokens<'_>, first: usize) -> Option<Piece> {
    let (end, name) = ROUTE_PHRASES.longest(tokens, first)?;
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
