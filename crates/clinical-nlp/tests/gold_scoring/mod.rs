//! Annotated dosage sentences and the score of an extractor against them.
//! The notation and the rules are told in `tests/gold/README.md`.

pub(crate) mod attributes;
mod gold;
pub(crate) mod timings;

pub(crate) use attributes::Score;
pub(crate) use gold::read;
pub(crate) use timings::Timings;

use seva_clinical_nlp::{AttributeType, Category, Entity};

/// The types that are annotated; a rate of infusion is not.
pub(crate) const TYPES: [AttributeType; 6] = [
    AttributeType::Dosage,
    AttributeType::Strength,
    AttributeType::Form,
    AttributeType::RouteOrMode,
    AttributeType::Frequency,
    AttributeType::Duration,
];

/// Code points, end exclusive.
pub(crate) type Span = (usize, usize);

/// The half that the grammar may be refined on.
pub(crate) const TUNE: &str = include_str!("../gold/tune.txt");
/// The half that is only ever counted.
pub(crate) const ASIDE: &str = include_str!("../gold/aside.txt");

/// A medicine with its attributes, as found or as annotated.
#[derive(Clone, Debug)]
pub(crate) struct Medicine {
    pub(crate) name: Span,
    pub(crate) attributes: Vec<(AttributeType, Span)>,
}

/// The medicines among the entities of a text.
pub(crate) fn medicines(entities: &[Entity]) -> Vec<Medicine> {
    entities
        .iter()
        .filter(|entity| entity.category == Category::Medication)
        .map(|entity| Medicine {
            name: (entity.begin_offset, entity.end_offset),
            attributes: entity
                .attributes
                .iter()
                .filter(|attribute| TYPES.contains(&attribute.attribute_type))
                .map(|a| (a.attribute_type, (a.begin_offset, a.end_offset)))
                .collect(),
        })
        .collect()
}

/// Whether two spans share a code point.
pub(crate) fn overlap(a: Span, b: Span) -> bool {
    a.0 < b.1 && b.0 < a.1
}

/// How many code points two spans share.
pub(crate) fn shared(a: Span, b: Span) -> usize {
    a.1.min(b.1).saturating_sub(a.0.max(b.0))
}
