//! From what the extractor found to what is stored.

use std::{future::Future, time::Duration};

use seva_model::{Entity, EntityId};

use crate::Services;
use crate::ports::{FoundEntity, PortError, PortFailure};

/// Finds below this confidence are not kept.
const MIN_SCORE: f32 = 0.5;

/// How long somebody who looks at the page waits for entities: a bit less than a request
/// may take, so that they are told why there are none.
const PATIENCE: Duration = Duration::from_secs(28);

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

    /// The same while somebody waits for it: an engine that takes too long failed.
    pub(crate) async fn extract_now(&self, text: &str) -> Result<Vec<Entity>, PortError> {
        in_time(self.extract(text)).await
    }
}

async fn in_time<T>(work: impl Future<Output = Result<T, PortError>>) -> Result<T, PortError> {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|late| {
        Err(PortError::new(
            "extractor",
            "extract in time",
            PortFailure::TimedOut,
            late,
        ))
    })
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
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use seva_model::Category;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let stuck = std::future::pending::<Result<(), PortError>>();
        let error = in_time(stuck).await.unwrap_err();
        assert_eq!(error.failure, PortFailure::TimedOut);
        assert!(error.may_retry());
    }

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

        #[test]
        fn property_22_entities_are_structured_as_json(
            words in "\\PC{1,60}", begin in 0_u32..900, length in 1_u32..60, score in 0.5_f32..1.0
        ) {
            let found = FoundEntity { text: words.clone(), ..found(begin, begin + length, score) };
            let kept = keep(vec![found], 1000);
            let json = serde_json::to_value(&kept[0]).unwrap();
            prop_assert_eq!(json["text"].as_str(), Some(words.as_str()));
            prop_assert_eq!(json["category"].as_str(), Some("MEDICATION"));
            prop_assert_eq!(json["type"].as_str(), Some("GENERIC_NAME"));
            prop_assert!((json["confidence_score"].as_f64().unwrap() - f64::from(score)).abs() < 1e-6);
            prop_assert_eq!(json["begin_offset"].as_u64(), Some(u64::from(begin)));
            prop_assert_eq!(json["end_offset"].as_u64(), Some(u64::from(begin + length)));
            let read: Entity = serde_json::from_value(json).unwrap();
            prop_assert_eq!(&read, &kept[0]);
        }
    }
}
