//! Lays words (with times) and entities (with code-point offsets) over the same
//! text. The result is a flat list of runs, each of which belongs to at most one
//! word and one entity, so that a view only has to walk over it.

use seva_model::{Entity, alignment::HeardWord};

/// A stretch of text that is drawn in one way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// What it says.
    pub text: String,
    /// Place in the list of heard words.
    pub word: Option<usize>,
    /// Place in the list of entities.
    pub entity: Option<usize>,
}

/// Cuts the text at the edges of words and entities. Entities that overlap an
/// earlier or longer one are not drawn; they stay in the list of findings.
pub(crate) fn runs(text: &str, words: &[HeardWord], entities: &[Entity]) -> Vec<Run> {
    let chars: Vec<char> = text.chars().collect();
    let entity_at = drawn_entities(chars.len(), entities);
    let mut word_at = vec![None; chars.len()];
    for (place, word) in words.iter().enumerate() {
        for slot in &mut word_at[word.begin.min(chars.len())..word.end.min(chars.len())] {
            *slot = Some(place);
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for (i, c) in chars.into_iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.word == word_at[i] && run.entity == entity_at[i] => run.text.push(c),
            _ => runs.push(Run {
                text: c.to_string(),
                word: word_at[i],
                entity: entity_at[i],
            }),
        }
    }
    runs
}

fn drawn_entities(length: usize, entities: &[Entity]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..entities.len()).collect();
    let span = |i: usize| {
        (
            entities[i].begin_offset as usize,
            entities[i].end_offset as usize,
        )
    };
    order.sort_by_key(|&i| {
        let (begin, end) = span(i);
        (std::cmp::Reverse(end.saturating_sub(begin)), begin)
    });
    let mut at = vec![None; length];
    for i in order {
        let (begin, end) = span(i);
        if begin < end && end <= length && at[begin..end].iter().all(Option::is_none) {
            at[begin..end].fill(Some(i));
        }
    }
    at
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use seva_model::{Category, EntityId, Segment, Word, alignment::align};

    use super::*;

    fn segment(words: &[&str]) -> Segment {
        let words = words
            .iter()
            .enumerate()
            .map(|(i, text)| Word {
                text: (*text).to_owned(),
                start: f64::from(u32::try_from(i).unwrap()),
                end: f64::from(u32::try_from(i).unwrap()) + 0.5,
                confidence: 0.9,
                alternatives: Vec::new(),
            })
            .collect::<Vec<_>>();
        let text = words
            .iter()
            .map(|w| w.text.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        Segment {
            index: 0,
            start: 0.0,
            end: 9.0,
            text,
            words,
        }
    }

    fn entity(begin: u32, end: u32) -> Entity {
        Entity {
            id: EntityId::generate(),
            text: String::new(),
            category: Category::Medication,
            entity_type: "GENERIC_NAME".to_owned(),
            score: 0.9,
            begin_offset: begin,
            end_offset: end,
            traits: Vec::new(),
            attributes: Vec::new(),
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        }
    }

    #[test]
    fn an_entity_spanning_words_is_cut_at_their_edges() {
        let heard = [segment(&["has", "type", "2", "diabetes."])];
        let text = "has type 2 diabetes.";
        let runs = runs(text, &align(text, &heard), &[entity(4, 19)]);
        let marked: Vec<_> = runs
            .iter()
            .filter(|r| r.entity.is_some())
            .map(|r| r.text.as_str())
            .collect();
        assert_eq!(marked, ["type", " ", "2", " ", "diabetes"]);
        assert_eq!(runs.last().unwrap().text, ".");
    }

    #[test]
    fn of_two_overlapping_entities_the_longer_is_drawn() {
        let runs = runs("viral fever", &[], &[entity(6, 11), entity(0, 11)]);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].entity, Some(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn runs_joined_are_the_text(text in "\\PC{0,80}", spans in prop::collection::vec((0u32..90, 0u32..90), 0..6)) {
            let heard = [segment(&text.split_whitespace().collect::<Vec<_>>())];
            let entities: Vec<_> = spans.into_iter().map(|(a, b)| entity(a.min(b), a.max(b))).collect();
            let words = align(&text, &heard);
            let joined: String = runs(&text, &words, &entities).into_iter().map(|r| r.text).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
