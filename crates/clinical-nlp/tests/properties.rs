//! What holds for any text.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use seva_clinical_nlp::{Extractor, lexicon_key, parse_sig};

/// Text made of what the grammar reacts to, in any order, and of anything else.
fn clinical() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "metformin", "Tab.", "Dolo 650", "500", "mg", "twice a day", "1-0-1", "for", "5 days", "no", "denies",
            "fever", "chest pain", "history of", "mother", "BP", "140/90", "½", "half", "a", "tablet", "b.i.d.", "q6h",
            "every", "six", "hours", ",", ".", "?", "\n", "and", "stop", "insulin", "20 units", "Dr.", "Sharma",
            "45-year-old", "12/03/2024", "98765 43210", "a@b.in", "pain", "in the left", "knee", "x 7 days", "if",
            "बुखार", "नहीं", "µg", "%", "°", "—", "(", ")", "/", "point", "hundred", "thousand", "lakh", "@", "www",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[\\PC]{0,8}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let points: Vec<char> = text.chars().collect();
    let slice = |from: usize, to: usize| points[from..to].iter().collect::<String>();
    let extractor = Extractor::embedded();
    let entities = extractor.extract(text);
    for (index, entity) in entities.iter().enumerate() {
        prop_assert_eq!(entity.id as usize, index);
        prop_assert!(entity.begin_offset < entity.end_offset && entity.end_offset <= points.len());
        prop_assert_eq!(&slice(entity.begin_offset, entity.end_offset), &entity.text);
        prop_assert!((0.0..=1.0).contains(&entity.score));
        for attribute in &entity.attributes {
            prop_assert!(
                attribute.begin_offset < attribute.end_offset
                    && attribute.end_offset <= points.len()
            );
            prop_assert_eq!(
                &slice(attribute.begin_offset, attribute.end_offset),
                &attribute.text
            );
            prop_assert!((0.0..=1.0).contains(&attribute.relationship_score));
        }
    }
    prop_assert_eq!(&entities, &extractor.extract(text));
    for advice in extractor.advice(text) {
        prop_assert_eq!(&slice(advice.begin_offset, advice.end_offset), &advice.text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn offsets_are_code_points_and_answers_are_the_same_for_any_unicode(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn offsets_are_code_points_and_answers_are_the_same_for_clinical_words_in_any_order(text in clinical()) {
        check(&text)?;
    }

    #[test]
    fn any_target_of_any_text_has_an_answer(text in clinical(), from in 0_usize..200, length in 0_usize..50) {
        let extractor = Extractor::embedded();
        let once = extractor.is_negated(&text, from..from + length);
        prop_assert_eq!(once, extractor.is_negated(&text, from..from + length));
    }

    #[test]
    fn search_suggestions_keys_and_lines_take_any_text(text in clinical()) {
        let extractor = Extractor::embedded();
        prop_assert!(extractor.search_medicines(&text, 5).len() <= 5);
        prop_assert!(extractor.suggest(&text, 5).len() <= 5);
        let key = lexicon_key(&text);
        prop_assert_eq!(key.trim(), key.as_str());
        let _ = parse_sig(&text);
    }
}
