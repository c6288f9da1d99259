//! Answers put together, without a service.
#![allow(clippy::unwrap_used)]

use aws_sdk_comprehendmedical::types::{
    Attribute, AttributeName, Entity, EntitySubType, EntityType, Icd10CmConcept, Icd10CmEntity,
    RxNormConcept, RxNormEntity, Trait,
};
use proptest::prelude::*;
use seva_model::{Category, TraitName};
use seva_services::ports::FoundEntity;

use super::{
    chunks::{Chunk, chunks},
    map::{LeftOut, Reading},
};

const TEXT: &str = "बुखार 😀. Start metformin 500 mg for type 2 diabetes.";

/// Where a part stands, in code points.
fn place(text: &str, part: &str) -> (i32, i32) {
    let begin = text.split(part).next().unwrap().chars().count();
    let end = begin + part.chars().count();
    (begin.try_into().unwrap(), end.try_into().unwrap())
}

fn entity(part: &str, category: &str, kind: &str) -> Entity {
    let (begin, end) = place(TEXT, part);
    Entity::builder()
        .begin_offset(begin)
        .end_offset(end)
        .text(part)
        .score(0.9)
        .category(EntityType::from(category))
        .r#type(EntitySubType::from(kind))
        .build()
}

fn medicine() -> Entity {
    entity("metformin", "MEDICATION", "GENERIC_NAME")
}

fn condition() -> Entity {
    entity("type 2 diabetes", "MEDICAL_CONDITION", "DX_NAME")
}

fn read(found: Vec<Entity>) -> (Vec<FoundEntity>, LeftOut) {
    let mut reading = Reading::new(TEXT);
    reading.add_entities(0, found);
    reading.finish()
}

#[test]
fn what_is_said_of_an_entity_is_taken_over() {
    let (begin, end) = place(TEXT, "500 mg");
    let strength = Attribute::builder()
        .begin_offset(begin)
        .end_offset(end)
        .text("500 mg")
        .score(0.99)
        .relationship_score(0.8)
        .r#type(EntitySubType::Strength);
    let mut found = medicine();
    found.traits = Some(vec![
        Trait::builder()
            .name(AttributeName::Negation)
            .score(0.7)
            .build(),
    ]);
    found.attributes = Some(vec![
        strength.clone().build(),
        strength.clone().relationship_score(0.4).build(),
        strength.clone().text("500 g").build(),
        strength.r#type(EntitySubType::TestUnits).build(),
    ]);
    let (found, left_out) = read(vec![found]);
    let medicine = &found[0];
    assert_eq!(medicine.category, Category::Medication);
    assert_eq!(medicine.entity_type, "GENERIC_NAME");
    assert_eq!(medicine.traits[0].name, TraitName::Negation);
    let kinds: Vec<_> = medicine
        .attributes
        .iter()
        .map(|part| part.attribute_type.as_str())
        .collect();
    assert_eq!(kinds, ["STRENGTH", "TEST_UNIT"]);
    assert_eq!(medicine.attributes[0].text, "500 mg");
    assert!((medicine.attributes[0].relationship_score - 0.8).abs() < 1e-6);
    let expected = LeftOut {
        unsure: 1,
        misplaced: 1,
        unknown: 0,
    };
    assert_eq!(left_out, expected);
}

#[test]
fn codes_go_to_what_they_overlap_the_best_five_first() {
    let (begin, end) = place(TEXT, "diabetes");
    let concept = |code: &str, score| {
        Icd10CmConcept::builder()
            .code(code)
            .description("words")
            .score(score)
            .build()
    };
    let codes = [
        concept("E11.8", 0.3),
        concept("E11.9", 0.8),
        concept("E11.9", 0.2),
        concept("", 0.9),
        concept("E10", 0.1),
        concept("E13", f32::NAN),
        concept("E14", 0.4),
        concept("E15\0", 0.9),
        concept("E16", 0.05),
    ];
    let diabetes = Icd10CmEntity::builder()
        .begin_offset(begin)
        .end_offset(end)
        .text("diabetes")
        .score(0.9)
        .set_icd10_cm_concepts(Some(codes.into()));
    let rxnorm = RxNormConcept::builder()
        .code("6809")
        .description("metformin")
        .score(0.9);
    let (begin, end) = place(TEXT, "metformin");
    let metformin = RxNormEntity::builder()
        .begin_offset(begin)
        .end_offset(end)
        .text("metformin")
        .score(0.9)
        .rx_norm_concepts(rxnorm.build());

    let mut reading = Reading::new(TEXT);
    reading.add_rxnorm(
        0,
        vec![metformin.clone().build(), metformin.score(0.4).build()],
    );
    reading.add_icd10(
        0,
        vec![diabetes.clone().build(), diabetes.text("elsewhere").build()],
    );
    reading.add_entities(0, vec![condition(), medicine()]);
    let (found, left_out) = reading.finish();
    let codes = |concepts: &[seva_model::Concept]| {
        concepts
            .iter()
            .map(|concept| concept.code.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(found[0].text, "metformin", "ordered by offset");
    assert_eq!(codes(&found[0].rxnorm), ["6809"]);
    assert_eq!(codes(&found[0].icd10), Vec::<String>::new());
    assert_eq!(
        codes(&found[1].icd10),
        ["E11.9", "E14", "E11.8", "E10", "E16"]
    );
    assert_eq!(codes(&found[1].rxnorm), Vec::<String>::new());
    assert_eq!((left_out.unsure, left_out.misplaced), (1, 1));
}

#[test]
fn new_names_fail_nothing() {
    let mut with_new_trait = medicine();
    with_new_trait.traits = Some(vec![
        Trait::builder()
            .name(AttributeName::from("BRAND_NEW"))
            .score(0.9)
            .build(),
        Trait::builder().score(0.9).build(),
        Trait::builder()
            .name(AttributeName::Future)
            .score(0.9)
            .build(),
    ]);
    let new_type = entity("500 mg", "MEDICATION", "QUANTITY_2030");
    let new_category = entity("type 2 diabetes", "WEATHER", "DX_NAME");
    let no_type = entity("Start", "MEDICATION", "start here");
    let (found, left_out) = read(vec![with_new_trait, new_type, new_category, no_type]);
    let found: Vec<_> = found
        .iter()
        .map(|e| (e.text.as_str(), e.entity_type.as_str(), e.traits.len()))
        .collect();
    assert_eq!(
        found,
        [
            ("metformin", "GENERIC_NAME", 1),
            ("500 mg", "QUANTITY_2030", 0)
        ]
    );
    assert_eq!(left_out.unknown, 4);
}

#[test]
fn every_name_of_the_service_has_a_translation() {
    for name in EntityType::values() {
        assert!(name.parse::<Category>().is_ok(), "{name}");
    }
    let traits = AttributeName::values();
    for name in traits {
        assert!(name.parse::<TraitName>().is_ok(), "{name}");
    }
}

#[test]
fn what_lacks_a_place_is_left_out() {
    let mut nowhere = medicine();
    nowhere.begin_offset = None;
    let mut before = medicine();
    before.begin_offset = Some(-3);
    let mut beyond = medicine();
    beyond.end_offset = Some(i32::MAX);
    let mut turned = medicine();
    (turned.begin_offset, turned.end_offset) = (turned.end_offset, turned.begin_offset);
    let mut empty = medicine();
    (empty.end_offset, empty.text) = (empty.begin_offset, Some(String::new()));
    let mut silent = medicine();
    silent.text = None;
    let (found, left_out) = read(vec![nowhere, before, beyond, turned, empty, silent]);
    assert_eq!(found, []);
    assert_eq!(left_out.misplaced, 6);
}

/// Words of several scripts, with sentences.
fn dictated() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,12}",
        "[अ-हा-ौ]{1,8}",
        "[😀-😏]{1,3}",
        "[.?!।\n]",
        "\\PC{1,9}"
    ];
    prop::collection::vec(word, 1..80).prop_map(|words| words.join(" "))
}

/// A find in a piece: which piece, where, how sure, and whether its text is right.
fn finds() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, usize, f32, bool)>> {
    let find = (
        any::<prop::sample::Index>(),
        0..60_usize,
        1..12_usize,
        0.0..1.2_f32,
        prop::bool::weighted(0.8),
    );
    prop::collection::vec(find, 0..40)
}

/// What the service would say of code points of a piece.
fn said(chunk: &Chunk<'_>, begin: usize, length: usize, score: f32, right: bool) -> Option<Entity> {
    let text: String = chunk.text.chars().skip(begin).take(length).collect();
    if text.chars().count() < length {
        return None;
    }
    let entity = Entity::builder()
        .begin_offset(begin.try_into().unwrap())
        .end_offset((begin + length).try_into().unwrap())
        .text(if right { text } else { format!("{text}x") })
        .score(score)
        .category(EntityType::MedicalCondition)
        .r#type(EntitySubType::DxName);
    Some(entity.build())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn offsets_in_a_piece_become_offsets_in_the_text(text in dictated(), limit in 8_usize..120, finds in finds()) {
        let pieces = chunks(&text, limit);
        prop_assume!(!pieces.is_empty());
        let mut reading = Reading::new(&text);
        let (mut good, mut misplaced, mut unsure) = (0, 0, 0);
        for (piece, begin, length, score, right) in finds {
            let chunk = piece.get(&pieces);
            if let Some(entity) = said(chunk, begin, length, score, right) {
                match (score >= 0.5, right) {
                    (true, true) => good += 1,
                    (true, false) => misplaced += 1,
                    (false, _) => unsure += 1,
                }
                reading.add_entities(chunk.begin, vec![entity]);
            }
        }
        let (found, left_out) = reading.finish();
        prop_assert_eq!(found.len(), good);
        prop_assert_eq!((left_out.misplaced, left_out.unsure), (misplaced, unsure));
        for entity in &found {
            let (begin, end) = (entity.begin_offset as usize, entity.end_offset as usize);
            let there: String = text.chars().skip(begin).take(end - begin).collect();
            prop_assert_eq!(&there, &entity.text);
        }
        prop_assert!(found.is_sorted_by_key(|entity| (entity.begin_offset, entity.end_offset)));
    }

    #[test]
    fn property_23_entity_confidence_filtering(scores in prop::collection::vec(prop::option::of(0.0..1.2_f32), 0..30)) {
        let found = scores.iter().map(|score| {
            let mut found = medicine();
            found.score = *score;
            found
        });
        let (kept, left_out) = read(found.collect());
        let sure = scores.iter().flatten().filter(|score| **score >= 0.5).count();
        prop_assert_eq!(kept.len(), sure);
        prop_assert_eq!(left_out.unsure, scores.len() - sure);
        prop_assert!(kept.iter().all(|entity| (0.5..=1.0).contains(&entity.score)));
    }
}
