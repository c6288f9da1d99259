//! Medical entities by the embedded lexicon and rules.

use async_trait::async_trait;
use seva_clinical_nlp as nlp;
use seva_model::{Attribute, Category, Concept, Trait, TraitName};
use seva_services::ports::{EntityExtractor, FoundEntity, PortError};

use crate::failure::Service;

const SERVICE: Service = Service("extractor");

/// Finds entities with `seva-clinical-nlp`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClinicalExtractor;

#[async_trait]
impl EntityExtractor for ClinicalExtractor {
    async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError> {
        let text = text.to_owned();
        let found = SERVICE
            .blocking("extract", move || nlp::Extractor::embedded().extract(&text))
            .await?;
        found.into_iter().map(entity).collect()
    }
}

fn entity(found: nlp::Entity) -> Result<FoundEntity, PortError> {
    Ok(FoundEntity {
        text: found.text,
        category: known::<Category>(found.category.as_str())?,
        entity_type: found.entity_type.as_str().to_owned(),
        score: found.score,
        begin_offset: offset(found.begin_offset),
        end_offset: offset(found.end_offset),
        traits: found
            .traits
            .into_iter()
            .map(|said| {
                Ok(Trait {
                    name: known::<TraitName>(said.name.as_str())?,
                    score: said.score,
                })
            })
            .collect::<Result<_, PortError>>()?,
        attributes: found.attributes.into_iter().map(attribute).collect(),
        icd10: found.icd10.into_iter().map(concept).collect(),
        rxnorm: found.rxnorm.into_iter().map(concept).collect(),
    })
}

fn attribute(found: nlp::Attribute) -> Attribute {
    Attribute {
        attribute_type: found.attribute_type.as_str().to_owned(),
        text: found.text,
        begin_offset: offset(found.begin_offset),
        end_offset: offset(found.end_offset),
        score: found.score,
        relationship_score: found.relationship_score,
        normalized: found.normalized,
    }
}

fn concept(found: nlp::Concept) -> Concept {
    Concept {
        code: found.code,
        description: found.description,
        score: found.score,
    }
}

/// Both sides spell Amazon's names, so that the name itself is the translation.
fn known<T: std::str::FromStr>(name: &str) -> Result<T, PortError> {
    name.parse()
        .map_err(|_| SERVICE.lasting("name an entity", "the extractor gave a name nobody knows"))
}

/// No text is longer: the database and the API hold it whole.
fn offset(points: usize) -> u32 {
    u32::try_from(points).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_extractor_has_a_translation() {
        for category in nlp::Category::ALL {
            assert!(known::<Category>(category.as_str()).is_ok(), "{category}");
        }
        for name in nlp::TraitName::ALL {
            assert!(known::<TraitName>(name.as_str()).is_ok(), "{name}");
        }
        assert!(known::<Category>("WEATHER").is_err());
    }
}
