//! Dosage forms.

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
    ("prefilled pen", ("pen", true)),
    ("prefilled pens", ("pen", true)),
    ("pre filled pen", ("pen", true)),
    ("pre filled pens", ("pen", true)),
    ("autoinjector", ("pen", true)),
    ("auto injector", ("pen", true)),
    ("pre filled syringe", ("prefilled syringe", true)),
    ("pre filled syringes", ("prefilled syringe", true)),
    ("vaginal pessary", ("pessary", true)),
    ("vaginal pessaries", ("pessary", true)),
    ("vaginal suppository", ("pessary", true)),
    ("vaginal suppositories", ("pessary", true)),
    ("rectal suppository", ("suppository", true)),
    ("transdermal patch", ("patch", true)),
    ("transdermal patches", ("patch", true)),
    ("oral sachet", ("sachet", true)),
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
    ("throat paint", ("throat paint", false)),
    ("gum paint", ("gum paint", false)),
    ("wart paint", ("wart paint", false)),
    ("cough syrup", ("syrup", false)),
    ("nose spray", ("nasal spray", false)),
    ("nasal ointment", ("nasal ointment", false)),
    ("nasal gel", ("nasal gel", false)),
    ("hair serum", ("serum", false)),
    ("body wash", ("body wash", false)),
    ("vaginal wash", ("vaginal wash", false)),
    ("skin cream", ("cream", false)),
    ("retention enema", ("enema", true)),
    ("mist", ("mist", false)),
    ("depot injection", ("depot injection", false)),
    ("depot injections", ("depot injection", false)),
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

static FORM_PHRASES: LazyLock<Phrases<(&'static str, bool)>> =
    LazyLock::new(|| Phrases::new(FORMS.iter().copied()));
/// The words that forms begin with.
pub(super) fn first_words() -> impl Iterator<Item = &'static str> {
    FORM_PHRASES.first_words()
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
