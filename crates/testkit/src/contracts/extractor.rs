use std::sync::Arc;

use seva_model::{Category, TraitName};
use seva_services::ports::{EntityExtractor, FoundEntity};

/// Runs the whole contract of [`EntityExtractor`].
///
/// # Panics
/// At the first promise that is not kept.
pub async fn extractor(make: impl AsyncFn() -> Arc<dyn EntityExtractor>) {
    let port = make().await;
    for text in ["", "   \n", "We talked about the weather for a while."] {
        assert_eq!(
            found(&*port, text).await,
            [],
            "{text:?} holds nothing medical"
        );
    }
    offsets_are_code_points(&*port).await;
    what_is_said_of_a_medicine_is_found(&*port).await;
    what_is_denied_is_marked(&*port).await;
    codes_are_offered_best_first(&*port).await;
    what_is_private_is_marked_as_such(&*port).await;
    a_long_text_is_read_to_its_end(&*port).await;
}

/// All entities of a text, after checking what holds for any of them.
async fn found(port: &dyn EntityExtractor, text: &str) -> Vec<FoundEntity> {
    let entities = port.extract(text).await.expect("extraction");
    assert_eq!(
        entities,
        port.extract(text).await.expect("extraction"),
        "equal text gives equal entities"
    );
    let places: Vec<_> = entities
        .iter()
        .map(|e| (e.begin_offset, e.end_offset))
        .collect();
    assert!(
        places.is_sorted_by_key(|place| place.0),
        "entities are ordered by offset"
    );
    for entity in &entities {
        assert_eq!(
            slice(text, entity.begin_offset, entity.end_offset),
            entity.text
        );
        assert!(
            (0.5..=1.0).contains(&entity.score),
            "score {}",
            entity.score
        );
        for attribute in &entity.attributes {
            assert_eq!(
                slice(text, attribute.begin_offset, attribute.end_offset),
                attribute.text
            );
        }
        for concept in entity.icd10.iter().chain(&entity.rxnorm) {
            assert!(!concept.code.is_empty(), "a concept has a code");
        }
    }
    entities
}

fn slice(text: &str, begin: u32, end: u32) -> String {
    assert!(begin < end, "an entity has a length");
    text.chars()
        .skip(begin as usize)
        .take((end - begin) as usize)
        .collect()
}

fn named<'a>(entities: &'a [FoundEntity], text: &str) -> &'a FoundEntity {
    entities
        .iter()
        .find(|entity| entity.text.to_lowercase().contains(text))
        .unwrap_or_else(|| panic!("{text} was not found"))
}

/// Letters outside ASCII, and one outside the basic plane, before the medicine.
async fn offsets_are_code_points(port: &dyn EntityExtractor) {
    let text = "श्रीमान 𝄞 café – start metformin 500 mg twice daily.";
    let entities = found(port, text).await;
    let metformin = named(&entities, "metformin");
    let before = text.split("metformin").next().expect("the text before");
    assert_eq!(metformin.begin_offset as usize, before.chars().count());
}

async fn what_is_said_of_a_medicine_is_found(port: &dyn EntityExtractor) {
    let text = "Start amoxicillin 500 mg by mouth twice daily.";
    let entities = found(port, text).await;
    let medicine = named(&entities, "amoxicillin");
    assert_eq!(medicine.category, Category::Medication);
    let said = |kind: &str| {
        medicine
            .attributes
            .iter()
            .any(|attribute| attribute.attribute_type == kind)
    };
    assert!(said("STRENGTH") || said("DOSAGE"), "500 mg belongs to it");
    assert!(said("FREQUENCY"), "twice daily belongs to it");
}

async fn what_is_denied_is_marked(port: &dyn EntityExtractor) {
    let text = "The patient has a fever. He denies chest pain.";
    let entities = found(port, text).await;
    let negated = |text| {
        named(&entities, text)
            .traits
            .iter()
            .any(|said| said.name == TraitName::Negation)
    };
    assert!(!negated("fever"));
    assert!(negated("chest pain"));
    assert_eq!(
        named(&entities, "fever").category,
        Category::MedicalCondition
    );
}

async fn codes_are_offered_best_first(port: &dyn EntityExtractor) {
    let text = "She has type 2 diabetes mellitus. Start metformin 500 mg twice daily.";
    let entities = found(port, text).await;
    let diabetes = named(&entities, "diabetes");
    let metformin = named(&entities, "metformin");
    assert!(diabetes.icd10[0].code.starts_with("E11"), "{diabetes:?}");
    assert!(diabetes.rxnorm.is_empty(), "a condition is no medicine");
    assert_eq!(metformin.rxnorm[0].code, "6809");
    assert!(metformin.icd10.is_empty(), "a medicine is no condition");
    for concepts in [&diabetes.icd10, &metformin.rxnorm] {
        let sureness: Vec<_> = concepts.iter().map(|concept| concept.score).collect();
        assert!(
            sureness.windows(2).all(|pair| pair[0] >= pair[1]),
            "{sureness:?}"
        );
        assert!(concepts.len() <= 5, "five are enough to choose from");
    }
}

/// The page lists what is private nowhere, so it has to be told apart.
async fn what_is_private_is_marked_as_such(port: &dyn EntityExtractor) {
    let entities = found(port, "Patient Parvati Krishnamurthy has a fever.").await;
    assert_eq!(
        named(&entities, "parvati").category,
        Category::ProtectedHealthInformation
    );
}

/// More than any provider takes at once, with the medicine at the very end.
async fn a_long_text_is_read_to_its_end(port: &dyn EntityExtractor) {
    let start = "He has a fever. ";
    let middle = "रोगी ठीक है 😀. ".repeat(1000);
    let text = format!("{start}{middle}Start metformin 500 mg twice daily.");
    let entities = found(port, &text).await;
    assert_eq!(named(&entities, "fever").begin_offset, 9);
    let metformin = named(&entities, "metformin");
    let before = text.split("metformin").next().expect("the text before");
    assert_eq!(metformin.begin_offset as usize, before.chars().count());
    assert!(
        metformin
            .attributes
            .iter()
            .any(|part| part.text == "500 mg"),
        "the strength is found beside it"
    );
}
