//! Units of amounts: "mg", "millilitres", "puffs", "%".

use std::sync::LazyLock;

use crate::text::{Phrases, Tokens};

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Weight or activity: of the product (strength) or of what is taken.
    Mass,
    /// Of a liquid.
    Volume,
    /// Share of the product.
    Percent,
    /// Drops, puffs, spoons: always what is taken.
    Portion,
}

/// The notation of a unit, and what it measures.
pub(super) type Unit = (&'static str, Measure);

/// Units as they are written and said.
pub(super) static UNITS: LazyLock<Phrases<Unit>> = LazyLock::new(|| {
    use Measure::{Mass, Percent, Portion, Volume};
    Phrases::new([
        ("mg", ("mg", Mass)),
        ("mgs", ("mg", Mass)),
        ("milligram", ("mg", Mass)),
        ("milligrams", ("mg", Mass)),
        ("milligramme", ("mg", Mass)),
        ("mgm", ("mg", Mass)),
        ("miligram", ("mg", Mass)),
        ("miligrams", ("mg", Mass)),
        ("mcg", ("mcg", Mass)),
        ("mcgs", ("mcg", Mass)),
        ("\u{3bc}g", ("mcg", Mass)),
        ("\u{b5}g", ("mcg", Mass)),
        ("ug", ("mcg", Mass)),
        ("microgram", ("mcg", Mass)),
        ("micrograms", ("mcg", Mass)),
        ("g", ("g", Mass)),
        ("gm", ("g", Mass)),
        ("gms", ("g", Mass)),
        ("gram", ("g", Mass)),
        ("grams", ("g", Mass)),
        ("iu", ("IU", Mass)),
        ("international unit", ("IU", Mass)),
        ("international units", ("IU", Mass)),
        ("unit", ("unit", Portion)),
        ("units", ("unit", Portion)),
        ("u", ("unit", Portion)),
        ("meq", ("mEq", Mass)),
        ("milliequivalent", ("mEq", Mass)),
        ("milliequivalents", ("mEq", Mass)),
        ("mmol", ("mmol", Mass)),
        ("ml", ("ml", Volume)),
        ("mls", ("ml", Volume)),
        ("milliliter", ("ml", Volume)),
        ("milliliters", ("ml", Volume)),
        ("millilitre", ("ml", Volume)),
        ("millilitres", ("ml", Volume)),
        ("cc", ("ml", Volume)),
        ("l", ("l", Volume)),
        ("liter", ("l", Volume)),
        ("liters", ("l", Volume)),
        ("litre", ("l", Volume)),
        ("litres", ("l", Volume)),
        ("%", ("%", Percent)),
        ("percent", ("%", Percent)),
        ("per cent", ("%", Percent)),
        ("drop", ("drop", Portion)),
        ("drops", ("drop", Portion)),
        ("nebulisation", ("nebulisation", Portion)),
        ("nebulisations", ("nebulisation", Portion)),
        ("nebulization", ("nebulisation", Portion)),
        ("nebulizations", ("nebulisation", Portion)),
        ("puff", ("puff", Portion)),
        ("puffs", ("puff", Portion)),
        ("inhalation", ("inhalation", Portion)),
        ("inhalations", ("inhalation", Portion)),
        ("spray", ("spray", Portion)),
        ("sprays", ("spray", Portion)),
        ("teaspoon", ("teaspoon", Portion)),
        ("teaspoons", ("teaspoon", Portion)),
        ("teaspoonful", ("teaspoon", Portion)),
        ("teaspoonfuls", ("teaspoon", Portion)),
        ("tsp", ("teaspoon", Portion)),
        ("tsps", ("teaspoon", Portion)),
        ("tsf", ("teaspoon", Portion)),
        ("tsfs", ("teaspoon", Portion)),
        ("capful", ("capful", Portion)),
        ("capfuls", ("capful", Portion)),
        ("gtt", ("drop", Portion)),
        ("gtts", ("drop", Portion)),
        ("ftu", ("fingertip unit", Portion)),
        ("ftus", ("fingertip unit", Portion)),
        ("tablespoon", ("tablespoon", Portion)),
        ("tablespoons", ("tablespoon", Portion)),
        ("tbsp", ("tablespoon", Portion)),
        ("spoon", ("spoon", Portion)),
        ("spoons", ("spoon", Portion)),
        ("scoop", ("scoop", Portion)),
        ("scoops", ("scoop", Portion)),
        ("fingertip unit", ("fingertip unit", Portion)),
        ("fingertip units", ("fingertip unit", Portion)),
        ("applicator", ("applicator", Portion)),
        ("applicators", ("applicator", Portion)),
        ("applicatorful", ("applicator", Portion)),
        ("applicatorfuls", ("applicator", Portion)),
        ("dropper", ("dropper", Portion)),
        ("dropperful", ("dropper", Portion)),
        ("dropperfuls", ("dropper", Portion)),
        ("pump", ("pump", Portion)),
        ("pumps", ("pump", Portion)),
        ("squirt", ("spray", Portion)),
        ("squirts", ("spray", Portion)),
        ("application", ("application", Portion)),
        ("applications", ("application", Portion)),
        ("measure", ("measure", Portion)),
        ("actuation", ("puff", Portion)),
        ("actuations", ("puff", Portion)),
        ("spoonful", ("spoon", Portion)),
        ("spoonfuls", ("spoon", Portion)),
    ])
});

/// Whether a unit of weight, volume or share stands at `index`.
pub(crate) fn unit_at(tokens: &Tokens<'_>, index: usize) -> bool {
    UNITS
        .longest(tokens, index)
        .is_some_and(|(_, (_, measure))| measure != Measure::Portion)
}

/// Whether a unit that is counted stands at `index`: a drop, a puff, a spoon.
pub(super) fn portion_at(tokens: &Tokens<'_>, index: usize) -> bool {
    UNITS
        .longest(tokens, index)
        .is_some_and(|(_, (name, measure))| measure == Measure::Portion && name != "unit")
}
