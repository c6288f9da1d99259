//! The service's shapes, filled by the embedded extractor. Scores are single
//! precision and offsets count code points, as the service has them.

use serde::{Deserialize, Serialize};
use seva_clinical_nlp as nlp;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Request {
    pub(super) text: String,
}

/// The answer of each operation, whatever its entities hold.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Answer {
    entities: Vec<Entity>,
    model_version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entity {
    id: u32,
    begin_offset: usize,
    end_offset: usize,
    score: f32,
    text: String,
    category: &'static str,
    r#type: &'static str,
    traits: Vec<Trait>,
    attributes: Vec<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rx_norm_concepts: Option<Vec<Concept>>,
    #[serde(rename = "ICD10CMConcepts", skip_serializing_if = "Option::is_none")]
    icd10: Option<Vec<Concept>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Trait {
    name: &'static str,
    score: f32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    r#type: &'static str,
    score: f32,
    relationship_score: f32,
    relationship_type: &'static str,
    id: usize,
    begin_offset: usize,
    end_offset: usize,
    text: String,
    category: &'static str,
    traits: Vec<Trait>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Concept {
    description: String,
    code: String,
    score: f32,
}

/// DetectEntitiesV2.
pub(super) fn entities(text: &str) -> Answer {
    answer(text, |_| true, |_, _| {})
}

/// InferRxNorm.
pub(super) fn rxnorm(text: &str) -> Answer {
    let medicine = |found: &nlp::Entity| found.category == nlp::Category::Medication;
    answer(text, medicine, |entity, found| {
        entity.rx_norm_concepts = Some(concepts(&found.rxnorm));
    })
}

/// InferICD10CM.
pub(super) fn icd10(text: &str) -> Answer {
    let condition = |found: &nlp::Entity| found.category == nlp::Category::MedicalCondition;
    answer(text, condition, |entity, found| {
        entity.icd10 = Some(concepts(&found.icd10));
    })
}

fn answer(
    text: &str,
    wanted: impl Fn(&nlp::Entity) -> bool,
    complete: impl Fn(&mut Entity, &nlp::Entity),
) -> Answer {
    let found = nlp::Extractor::embedded().extract(text);
    let entities = found.iter().filter(|found| wanted(found)).map(|found| {
        let mut entity = entity(found);
        complete(&mut entity, found);
        entity
    });
    Answer {
        entities: entities.collect(),
        model_version: "embedded",
    }
}

fn entity(found: &nlp::Entity) -> Entity {
    let category = found.category.as_str();
    let traits = found.traits.iter().map(|said| Trait {
        name: said.name.as_str(),
        score: said.score,
    });
    let attributes = found
        .attributes
        .iter()
        .enumerate()
        .map(|(id, part)| Attribute {
            r#type: part.attribute_type.as_str(),
            score: part.score,
            relationship_score: part.relationship_score,
            relationship_type: part.attribute_type.as_str(),
            id,
            begin_offset: part.begin_offset,
            end_offset: part.end_offset,
            text: part.text.clone(),
            category,
            traits: Vec::new(),
        });
    Entity {
        id: found.id,
        begin_offset: found.begin_offset,
        end_offset: found.end_offset,
        score: found.score,
        text: found.text.clone(),
        category,
        r#type: found.entity_type.as_str(),
        traits: traits.collect(),
        attributes: attributes.collect(),
        rx_norm_concepts: None,
        icd10: None,
    }
}

fn concepts(found: &[nlp::Concept]) -> Vec<Concept> {
    let concepts = found.iter().map(|concept| Concept {
        description: concept.description.clone(),
        code: concept.code.clone(),
        score: concept.score,
    });
    concepts.collect()
}
