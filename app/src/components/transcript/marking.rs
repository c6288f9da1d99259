//! Lays words (with times) and entities (with code-point offsets) over the same
//! text. The result is a flat list of runs, each of which belongs to at most one
//! word and one entity, so that a view only has to walk over it.

use seva_model::{Entity, Segment, Word};

/// A word as heard, with its place in the whole transcript.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeardWord {
    /// First code point in the text.
    pub begin: usize,
    /// Code point after the last.
    pub end: usize,
    /// Place in the transcript as heard, from 0.
    pub index: usize,
    /// Seconds from the start of the audio.
    pub start: f64,
    /// Seconds from the start of the audio.
    pub stop: f64,
    /// 0 to 1.
    pub confidence: f32,
}

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

/// How far ahead a word of an edited text is looked for among the heard ones.
const LOOK_AHEAD: usize = 24;

/// Finds the heard words in the text. After an edit those that are still there,
/// in order, keep their times, and so does another reading in the place of its
/// word; new ones have none.
pub(crate) fn align(text: &str, segments: &[Segment]) -> Vec<HeardWord> {
    let heard: Vec<&Word> = segments.iter().flat_map(|s| &s.words).collect();
    let folded: Vec<String> = heard.iter().map(|w| fold(&w.text)).collect();
    let tokens: Vec<_> = tokens(text)
        .map(|(begin, end, token)| (begin, end, fold(token)))
        .collect();
    // Whether text and transcript go on, or end, alike.
    let agree = |word: usize, token: usize| {
        folded.get(word) == tokens.get(token).map(|(_, _, token)| token)
    };
    let (mut next, mut at) = (0, 0);
    let mut found = Vec::with_capacity(heard.len());
    while let Some((begin, _, token)) = tokens.get(at) {
        let mut window = next..(next + LOOK_AHEAD).min(heard.len());
        let same = window.find(|&i| folded[i] == *token);
        let reread = heard
            .get(next)
            .and_then(|word| length_of_reading(word, &tokens[at..]));
        let (index, length) = match (same, reread) {
            (Some(index), _) if index == next => (index, 1),
            // The word farther on may be meant, unless what follows says otherwise.
            (same, Some(length)) if same.is_none() || agree(next + 1, at + length) => {
                (next, length)
            }
            (Some(index), _) => (index, 1),
            (None, _) => {
                at += 1;
                continue;
            }
        };
        let word = heard[index];
        found.push(HeardWord {
            begin: *begin,
            end: tokens[at + length - 1].1,
            index,
            start: word.start,
            stop: word.end,
            confidence: word.confidence,
        });
        next = index + 1;
        at += length;
    }
    found
}

/// How many tokens the longest of the word's other readings takes that the tokens
/// begin with.
fn length_of_reading(word: &Word, tokens: &[(usize, usize, String)]) -> Option<usize> {
    let length = |reading: &String| {
        let parts: Vec<_> = reading.split_whitespace().map(fold).collect();
        let said = tokens.get(..parts.len())?.iter().map(|(_, _, token)| token);
        (!parts.is_empty() && parts.iter().eq(said)).then_some(parts.len())
    };
    word.alternatives.iter().filter_map(length).max()
}

/// White-space separated pieces with their code-point offsets.
fn tokens(text: &str) -> impl Iterator<Item = (usize, usize, &str)> {
    let mut chars = text.char_indices().enumerate().peekable();
    std::iter::from_fn(move || {
        while chars.next_if(|(_, (_, c))| c.is_whitespace()).is_some() {}
        let &(begin, (from, _)) = chars.peek()?;
        let (mut end, mut to) = (begin, from);
        while let Some((at, (byte, c))) = chars.next_if(|(_, (_, c))| !c.is_whitespace()) {
            end = at + 1;
            to = byte + c.len_utf8();
        }
        Some((begin, end, &text[from..to]))
    })
}

/// What two spellings of the same word share.
pub(super) fn fold(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
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
    use seva_model::{Category, EntityId};

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
    fn heard_words_keep_their_times_after_an_edit() {
        let heard = [segment(&["Start", "metformin", "500", "milligrams."])];
        let words = align("Start the metformin 850 milligrams.", &heard);
        let kept: Vec<_> = words.iter().map(|w| (w.begin, w.index)).collect();
        assert_eq!(kept, [(0, 0), (10, 1), (24, 3)]);
    }

    #[test]
    fn another_reading_keeps_the_times_of_its_word() {
        let mut heard = segment(&["the", "wounds", "are", "dry."]);
        heard.words[1].alternatives = vec!["winds".to_owned(), "dry".to_owned()];
        let places = |text: &str| -> Vec<usize> {
            align(text, std::slice::from_ref(&heard))
                .iter()
                .map(|word| word.index)
                .collect()
        };
        assert_eq!(places("the winds are dry."), [0, 1, 2, 3]);
        assert_eq!(places("the dry."), [0, 3], "a word of its own comes first");
        assert_eq!(places("the dry are dry."), [0, 1, 2, 3]);
    }

    #[test]
    fn a_reading_of_several_words_stands_for_one() {
        let mut heard = segment(&["wounds", "clothes", "well"]);
        heard.words[1].alternatives = vec!["clothed".to_owned(), "clothed up".to_owned()];
        let words = align("wounds (clothed up), well", std::slice::from_ref(&heard));
        let places: Vec<_> = words.iter().map(|w| (w.begin, w.end, w.index)).collect();
        assert_eq!(places, [(0, 6, 0), (7, 20, 1), (21, 25, 2)]);
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
            prop_assert_eq!(joined, text.clone());
            // Unedited text finds every word again.
            prop_assert_eq!(words.len(), text.split_whitespace().count());
        }
    }
}
