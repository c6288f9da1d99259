//! From what the extractor found to what is stored.

use seva_model::{Entity, EntityId};

use crate::Services;
use crate::ports::{FoundEntity, PortError};

/// Finds below this confidence are not kept.
const MIN_SCORE: f32 = 0.5;

/// Longest text of an entity, in characters: longer is a sentence.
const MAX_TEXT: usize = 512;

impl Services {
    /// Finds the entities of a text, ready to be stored.
    pub(crate) async fn extract(&self, text: &str) -> Result<Vec<Entity>, PortError> {
        if text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let found = self.ports().extractor.extract(text).await?;
        Ok(keep(found, text.chars().count()))
    }
}

/// Drops what is unsure or does not lie in the text of `length` code points,
/// keeps the surest of those in one place, and orders by place.
fn keep(mut found: Vec<FoundEntity>, length: usize) -> Vec<Entity> {
    found.retain(|entity| {
        entity.score >= MIN_SCORE
            && entity.begin_offset < entity.end_offset
            && entity.end_offset as usize <= length
            && !entity.text.is_empty()
            && entity.text.chars().count() <= MAX_TEXT
    });
    found.sort_by(|a, b| {
        (a.begin_offset, a.end_offset, a.category)
            .cmp(&(b.begin_offset, b.end_offset, b.category))
            .then(b.score.total_cmp(&a.score))
    });
    found.dedup_by_key(|entity| (entity.begin_offset, entity.end_offset, entity.category));
    found.into_iter().map(stored).collect()
}

fn stored(found: FoundEntity) -> Entity {
    Entity {
        id: EntityId::generate(),
        text: found.text,
        category: found.category,
        entity_type: found.entity_type,
        score: found.score.min(1.0),
        begin_offset: found.begin_offset,
        end_offset: found.end_offset,
        traits: found.traits,
        attributes: found.attributes,
        icd10: found.icd10,
        rxnorm: found.rxnorm,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use seva_model::Category;

    use super::*;

    fn found(begin: u32, end: u32, score: f32) -> FoundEntity {
        FoundEntity {
            text: "x".to_owned(),
            category: Category::Medication,
            entity_type: "GENERIC_NAME".to_owned(),
            score,
            begin_offset: begin,
            end_offset: end,
            traits: Vec::new(),
            attributes: Vec::new(),
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn property_23_nothing_under_one_half_is_kept(
            finds in prop::collection::vec((0_u32..30, 0_u32..30, 0.0_f32..1.2), 0..30)
        ) {
            let sure = finds.iter().any(|(b, e, s)| b < e && *e <= 20 && *s >= 0.5);
            let kept = keep(finds.iter().map(|(b, e, s)| found(*b, *e, *s)).collect(), 20);
            prop_assert_eq!(sure, !kept.is_empty());
            prop_assert!(kept.iter().all(|e| (0.5..=1.0).contains(&e.score) && e.end_offset <= 20));
            let places: Vec<_> = kept.iter().map(|e| (e.begin_offset, e.end_offset)).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "one a place, in order");
        }
    }
}
