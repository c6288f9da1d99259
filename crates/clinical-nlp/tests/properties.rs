//! What holds for any text.

#![allow(clippy::unwrap_used)]

mod soundness;

use std::{fs, path::Path};

use proptest::prelude::*;
use seva_clinical_nlp::{Extractor, lexicon_key};
use soundness::{check_extraction, check_sig};

/// Text made of what the grammar reacts to, in any order, and of anything else.
fn clinical() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "metformin", "Tab.", "Dolo 650", "500", "mg", "twice a day", "1-0-1", "for", "5 days", "no", "denies",
            "fever", "chest pain", "history of", "mother", "BP", "140/90", "½", "half", "a", "tablet", "b.i.d.", "q6h",
            "every", "six", "hours", ",", ".", "?", "\n", "and", "stop", "insulin", "20 units", "Dr.", "Sharma",
            "45-year-old", "12/03/2024", "98765 43210", "a@b.in", "pain", "in the left", "knee", "x 7 days", "if",
            "बुखार", "नहीं", "µg", "%", "°", "—", "(", ")", "/", "point", "hundred", "thousand", "lakh", "@", "www",
            "from", "lives in", "name is", "hello", "Pune", "12 MG Road", "dot", "at", "son", "pin code", "+", "x5d", "once",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[\\PC]{0,8}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

/// Notes that end where a statement ends.
const NOTES: &[&str] = &[
    "Patient denies chest pain, cough or fever.\n\n",
    "Tab Dolo 650 twice a day after food for 5 days. Drink plenty of water.\n\n",
    "Mother had breast cancer. Review after two weeks.\n\n",
    "Known case of type 2 diabetes on metformin 500 mg twice a day. Review after a month.\n\n",
    "बुखार नहीं है। No fever since Monday.\n\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn offsets_are_code_points_and_answers_are_the_same_for_any_unicode(text in any::<String>()) {
        check_extraction(&text);
    }

    #[test]
    fn offsets_are_code_points_and_answers_are_the_same_for_clinical_words_in_any_order(text in clinical()) {
        check_extraction(&text);
    }

    #[test]
    fn any_target_of_any_text_has_an_answer(text in clinical(), from in 0_usize..200, length in 0_usize..50) {
        let extractor = Extractor::embedded();
        let once = extractor.is_negated(&text, from..from + length);
        prop_assert_eq!(once, extractor.is_negated(&text, from..from + length));
    }

    #[test]
    fn a_note_read_alone_and_behind_another_says_the_same(notes in prop::collection::vec(prop::sample::select(NOTES), 2..5)) {
        let extractor = Extractor::embedded();
        let mut whole = String::new();
        let mut parts = Vec::new();
        for note in &notes {
            let before = whole.chars().count();
            for mut entity in extractor.extract(note) {
                entity.begin_offset += before;
                entity.end_offset += before;
                parts.push((entity.begin_offset, entity.end_offset, entity.category, entity.text, entity.traits));
            }
            whole.push_str(note);
        }
        let together: Vec<_> = extractor
            .extract(&whole)
            .into_iter()
            .map(|e| (e.begin_offset, e.end_offset, e.category, e.text, e.traits))
            .collect();
        prop_assert_eq!(parts, together);
    }

    #[test]
    fn search_suggestions_keys_and_lines_take_any_text(text in clinical()) {
        let extractor = Extractor::embedded();
        prop_assert!(extractor.search_medicines(&text, 5).len() <= 5);
        prop_assert!(extractor.suggest(&text, 5).len() <= 5);
        let key = lexicon_key(&text);
        prop_assert_eq!(key.trim(), key.as_str());
        check_sig(&text);
    }
}

/// What the fuzzer was given, and what it found since.
#[test]
fn the_fuzzers_inputs_hold() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (folder, check) in [
        ("dosage", check_sig as fn(&str)),
        ("entities", check_extraction as fn(&str)),
    ] {
        let inputs: Vec<_> = fs::read_dir(corpus.join(folder)).unwrap().collect();
        assert!(!inputs.is_empty(), "{folder}");
        for input in inputs {
            let bytes = fs::read(input.unwrap().path()).unwrap();
            check(&String::from_utf8_lossy(&bytes));
        }
    }
}
