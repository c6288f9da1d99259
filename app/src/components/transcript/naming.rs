//! How categories, traits and attributes are named and marked. Colour never
//! stands alone: each category has an underline (in the style sheet) and a letter.

use seva_model::{Category, Entity, TraitName};

/// What the legend says.
pub(crate) const fn category_label(category: Category) -> &'static str {
    match category {
        Category::Medication => "Medicines",
        Category::MedicalCondition => "Conditions",
        Category::TestTreatmentProcedure => "Tests and procedures",
        Category::Anatomy => "Anatomy",
        Category::TimeExpression => "Time",
        Category::ProtectedHealthInformation => "Private",
        Category::BehavioralEnvironmentalSocial => "Habits and surroundings",
    }
}

/// The letter behind a marked entity.
pub(crate) const fn category_letter(category: Category) -> &'static str {
    match category {
        Category::Medication => "M",
        Category::MedicalCondition => "C",
        Category::TestTreatmentProcedure => "T",
        Category::Anatomy => "A",
        Category::TimeExpression => "t",
        Category::ProtectedHealthInformation => "P",
        Category::BehavioralEnvironmentalSocial => "B",
    }
}

/// The class that gives colour and underline.
pub(crate) const fn category_class(category: Category) -> &'static str {
    match category {
        Category::Medication => "medication",
        Category::MedicalCondition => "condition",
        Category::TestTreatmentProcedure => "procedure",
        Category::Anatomy => "anatomy",
        Category::TimeExpression => "time",
        Category::ProtectedHealthInformation => "private",
        Category::BehavioralEnvironmentalSocial => "social",
    }
}

/// A trait in a word or two.
pub(crate) const fn trait_label(name: TraitName) -> &'static str {
    match name {
        TraitName::Negation => "said to be absent",
        TraitName::PertainsToFamily => "family",
        TraitName::PastHistory => "past",
        TraitName::Hypothetical => "only considered",
        TraitName::LowConfidence => "uncertain",
        TraitName::Future => "planned",
        TraitName::Sign => "sign",
        TraitName::Symptom => "symptom",
        TraitName::Diagnosis => "diagnosis",
    }
}

/// The tag behind a mention that is not of this patient or not of today.
pub(crate) fn tag(entity: &Entity) -> Option<&'static str> {
    if entity.has(TraitName::PertainsToFamily) {
        Some("family")
    } else if entity.has(TraitName::PastHistory) {
        Some("past")
    } else if entity.has(TraitName::Hypothetical) {
        Some("if")
    } else {
        None
    }
}

/// `ROUTE_OR_MODE` as "Route or mode".
pub(crate) fn sentence_case(name: &str) -> String {
    let lower = name.replace('_', " ").to_lowercase();
    let mut chars = lower.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_words() {
        assert_eq!(sentence_case("ROUTE_OR_MODE"), "Route or mode");
        assert_eq!(sentence_case(""), "");
    }

    #[test]
    fn no_two_categories_share_a_letter() {
        let mut letters: Vec<_> = Category::ALL.iter().map(|c| category_letter(*c)).collect();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), Category::ALL.len());
    }
}
