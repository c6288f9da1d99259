//! What holds for any text, checked by the properties and by the fuzzer.

use seva_clinical_nlp::{Extractor, parse_sig};

/// Every offset is in code points and leads to the words that it is said to.
///
/// # Panics
/// When one does not.
pub(crate) fn check_extraction(text: &str) {
    let points: Vec<char> = text.chars().collect();
    let slice = |from: usize, to: usize| points[from..to].iter().collect::<String>();
    let extractor = Extractor::embedded();
    let entities = extractor.extract(text);
    for (index, entity) in entities.iter().enumerate() {
        assert_eq!(entity.id as usize, index);
        assert!(entity.begin_offset < entity.end_offset && entity.end_offset <= points.len());
        assert_eq!(slice(entity.begin_offset, entity.end_offset), entity.text);
        assert!((0.0..=1.0).contains(&entity.score));
        for attribute in &entity.attributes {
            assert!(
                attribute.begin_offset < attribute.end_offset
                    && attribute.end_offset <= points.len()
            );
            assert_eq!(
                slice(attribute.begin_offset, attribute.end_offset),
                attribute.text
            );
            assert!((0.0..=1.0).contains(&attribute.relationship_score));
        }
    }
    assert_eq!(entities, extractor.extract(text));
    for advice in extractor.advice(text) {
        assert_eq!(slice(advice.begin_offset, advice.end_offset), advice.text);
    }
}

/// A line is read the same way each time, and its numbers are numbers.
///
/// # Panics
/// When they are not.
pub(crate) fn check_sig(text: &str) {
    let sig = parse_sig(text);
    assert!(
        sig.duration_days
            .is_none_or(|days| days.is_finite() && days >= 0.0)
    );
    for said in [&sig.dose, &sig.strength, &sig.duration]
        .into_iter()
        .flatten()
    {
        let mut words = said.split([' ', '-', '/']);
        assert!(!words.any(|word| word == "inf" || word == "NaN"), "{said}");
    }
    assert_eq!(sig, parse_sig(text));
}
