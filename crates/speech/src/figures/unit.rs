//! What is dosed: units of measure and forms of medicines.

/// What a word says about the number before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A half of it is 0.5: milligrams, units, per cent.
    Measure,
    /// A half of it is a half: tablets, puffs.
    Form,
}

/// Names and how they are abbreviated: never with a Greek letter, which is taken for an m.
const ABBREVIATED: [(&str, &[&str]); 5] = [
    ("mg", &["milligram", "milligramme"]),
    ("mcg", &["microgram", "microgramme"]),
    ("g", &["gram", "gramme"]),
    ("ml", &["milliliter", "millilitre"]),
    ("kg", &["kilogram", "kilogramme"]),
];
/// As they stand. "Units" are never abbreviated: a U is taken for a zero.
const MEASURES: [&str; 17] = [
    "mg",
    "mcg",
    "g",
    "gm",
    "kg",
    "ml",
    "cc",
    "iu",
    "unit",
    "units",
    "percent",
    "mmhg",
    "mmol",
    "meq",
    "liter",
    "litre",
    "milliequivalent",
];
const FORMS: [&str; 12] = [
    "tablet",
    "tab",
    "capsule",
    "puff",
    "sachet",
    "teaspoon",
    "teaspoonful",
    "tablespoon",
    "ampoule",
    "vial",
    "lozenge",
    "suppository",
];
/// Singly they are found in ordinary talk as well: a drop in pressure, a spray.
const FORMS_IN_PLURAL: [&str; 3] = ["drops", "sprays", "suppositories"];
/// Units of several words, by their first and what follows it.
const IN_WORDS: [(&str, &[&str]); 5] = [
    ("per", &["cent"]),
    ("international", &["units"]),
    ("mm", &["of", "mercury"]),
    ("millimeters", &["of", "mercury"]),
    ("millimetres", &["of", "mercury"]),
];

/// The unit that a word, in lower case, begins; `after` are the words behind it.
pub(super) fn unit<'a>(word: &str, mut after: impl Iterator<Item = &'a str>) -> Option<Unit> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    if MEASURES.contains(&word) || MEASURES.contains(&singular) || abbreviation(word).is_some() {
        return Some(Unit::Measure);
    }
    if FORMS.contains(&singular) || FORMS_IN_PLURAL.contains(&word) {
        return Some(Unit::Form);
    }
    let (_, rest) = IN_WORDS.iter().find(|(first, _)| *first == word)?;
    rest.iter()
        .all(|next| after.next() == Some(*next))
        .then_some(Unit::Measure)
}

/// "mg" for "milligrams"; "mcg" for any microgram.
pub(super) fn abbreviation(word: &str) -> Option<&'static str> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let named = ABBREVIATED
        .iter()
        .find(|(_, names)| names.contains(&singular));
    named
        .map(|(short, _)| *short)
        .or_else(|| without_greek(word))
}

/// "mcg" for "µg", in either of the two letters that look like it.
pub(super) fn without_greek(word: &str) -> Option<&'static str> {
    matches!(word, "\u{b5}g" | "\u{3bc}g").then_some("mcg")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Unit> {
        let mut words = text.split(' ');
        unit(words.next().unwrap_or_default(), words)
    }

    #[test]
    fn units_and_forms_are_told_from_other_words() {
        for measure in [
            "mg",
            "milligrams",
            "mcg",
            "units",
            "percent",
            "per cent",
            "mm of mercury",
        ] {
            assert_eq!(read(measure), Some(Unit::Measure), "{measure}");
        }
        for form in ["tablet", "tablets", "puffs", "drops"] {
            assert_eq!(read(form), Some(Unit::Form), "{form}");
        }
        for other in [
            "of",
            "days",
            "per day",
            "mm",
            "drop",
            "s",
            "",
            "international",
            "times",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn abbreviations_are_those_that_nobody_misreads() {
        assert_eq!(abbreviation("milligrams"), Some("mg"));
        assert_eq!(abbreviation("micrograms"), Some("mcg"));
        assert_eq!(abbreviation("\u{b5}g"), Some("mcg"));
        assert_eq!(abbreviation("millilitres"), Some("ml"));
        for kept in ["units", "mg", "percent", "tablets"] {
            assert_eq!(abbreviation(kept), None, "{kept}");
        }
    }
}
