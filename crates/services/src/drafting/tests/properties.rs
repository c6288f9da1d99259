use proptest::prelude::*;
use seva_model::{Attribute, Category, Entity, EntityId, MedicationLine, Trait, TraitName};

use super::{Dictation, attribute};

prop_compose! {
    fn any_attribute()(
        kind in prop::sample::select(vec!["STRENGTH", "DOSAGE", "FORM", "ROUTE_OR_MODE", "FREQUENCY", "DURATION", "RATE"]),
        text in "[a-c]{1,2}( food)?",
        normalized in prop::option::of("[d-f]{1,2}"),
        begin in 0_u32..50,
    ) -> Attribute {
        attribute(kind, &text, normalized.as_deref(), begin, begin + 2)
    }
}

prop_compose! {
    fn any_medicine()(
        name in prop::sample::select(vec!["Dolo", "metformin", "xyz", "XYZ"]),
        category in prop::sample::select(vec![Category::Medication, Category::MedicalCondition]),
        traits in prop::collection::vec(prop::sample::select(TraitName::ALL), 0..2),
        attributes in prop::collection::vec(any_attribute(), 0..6),
        begin in 0_u32..50,
    ) -> Entity {
        Entity {
            id: EntityId::generate(),
            text: name.to_owned(),
            category,
            entity_type: "GENERIC_NAME".to_owned(),
            score: 0.9,
            begin_offset: begin,
            end_offset: begin + 3,
            traits: traits.into_iter().map(|name| Trait { name, score: 0.9 }).collect(),
            attributes,
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        }
    }
}

/// The fields of a line, each with the attribute type it may come from.
fn fields(line: &MedicationLine) -> [(&str, &str); 7] {
    [
        ("STRENGTH", &line.strength),
        ("DOSAGE", &line.dosage),
        ("FORM", &line.form),
        ("ROUTE_OR_MODE", &line.route),
        ("FREQUENCY", &line.frequency),
        ("FREQUENCY", &line.instructions),
        ("DURATION", &line.duration),
    ]
}

/// The current medicines that a line may speak of.
fn mentions<'a>(entities: &'a [Entity], line: &MedicationLine) -> Vec<&'a Entity> {
    entities
        .iter()
        .filter(|e| {
            e.category == Category::Medication
                && e.is_current()
                && e.text.to_lowercase() == line.name.to_lowercase()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_field_holds_what_was_not_said(entities in prop::collection::vec(any_medicine(), 0..6)) {
        let mut dictation = Dictation::of("a b c d e f g h i j k l m n o p q r s t u v w x y z");
        dictation.0.entities = entities.clone();
        for line in &dictation.draft().medications {
            let mentions = mentions(&entities, line);
            for (kind, value) in fields(line) {
                for part in value.split(", ").filter(|part| !part.is_empty()) {
                    prop_assert!(
                        mentions.iter().flat_map(|e| &e.attributes).any(|a| {
                            a.attribute_type == kind
                                && (a.text == part || a.normalized.as_deref() == Some(part))
                        }),
                        "{kind} {part:?} was never said of {}", line.name
                    );
                }
            }
        }
    }

    #[test]
    fn every_current_medicine_and_all_said_of_it_is_drafted(entities in prop::collection::vec(any_medicine(), 0..6)) {
        let mut dictation = Dictation::of("a b c d e f g h i j k l m n o p q r s t u v w x y z");
        dictation.0.entities = entities.clone();
        let lines = dictation.draft().medications;
        for entity in &entities {
            let of_it: Vec<_> = lines.iter().filter(|l| l.name.to_lowercase() == entity.text.to_lowercase()).collect();
            if entity.category != Category::Medication || !entity.is_current() {
                prop_assert!(of_it.iter().all(|l| l.source.unwrap().entity_id != entity.id));
                continue;
            }
            for attribute in entity.attributes.iter().filter(|a| a.attribute_type != "RATE") {
                let said = if attribute.attribute_type == "FREQUENCY" { &attribute.text } else { attribute.normalized.as_ref().unwrap_or(&attribute.text) };
                prop_assert!(of_it.iter().any(|line| {
                    fields(line).iter().any(|(kind, value)| *kind == attribute.attribute_type && value.split(", ").any(|part| part == said))
                }), "{said} of {} is lost", entity.text);
            }
        }
    }
}
