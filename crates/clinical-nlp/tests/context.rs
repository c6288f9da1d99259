//! Negation on its own, and advice.

#![allow(clippy::unwrap_used)]

use seva_clinical_nlp::{AdviceKind, Extractor};

/// The target stands between angles; the mark tells whether it is negated.
const TARGETS: &[(&str, bool)] = &[
    ("The patient denies <chest pain>.", true),
    ("She denies fever but has <cough>.", false),
    ("There is no evidence of <pulmonary embolism>.", true),
    ("<Myocardial infarction> was ruled out.", true),
    ("<Pneumonia> cannot be ruled out.", false),
    ("No increase in <swelling>.", false),
    ("Lungs are clear without <wheezes>, rales or rhonchi.", true),
    ("Lungs are clear without wheezes, rales or <rhonchi>.", true),
    ("He was negative for <malaria>.", true),
    ("No fever, vomiting or <rash>.", true),
    ("No fever; <rash> over both arms.", false),
    ("He does not have <diabetes>.", true),
    ("She has never had a <seizure>.", true),
    ("Not only <headache> but vomiting too.", false),
    ("<Edema> is absent.", true),
    ("The patient had <fever> and no cough.", false),
    ("No chest pain and he has <shortness of breath>.", false),
    ("Doctor: Any <vomiting>? Patient: No.", true),
    ("Doctor: Any <vomiting>? Patient: Yes, twice.", false),
    (
        "[doctor] any pain, nausea or <vomiting> ?\n[patient] no , nothing like that .",
        true,
    ),
    ("Patient: No, I have a <cough>.", false),
    ("Fever has subsided but <cough> persists.", false),
    ("<Ankle swelling> has resolved.", true),
    ("She is not a known case of <asthma>.", true),
    ("Gram negative <sepsis>.", false),
];

#[test]
fn negation_is_told_for_any_target() {
    for (marked, expected) in TARGETS {
        let open = marked.find('<').unwrap();
        let close = marked.find('>').unwrap();
        let text = format!(
            "{}{}{}",
            &marked[..open],
            &marked[open + 1..close],
            &marked[close + 1..]
        );
        let from = marked[..open].chars().count();
        let to = from + marked[open + 1..close].chars().count();
        assert_eq!(
            Extractor::embedded().is_negated(&text, from..to),
            *expected,
            "{marked}"
        );
    }
}

#[test]
fn negation_finds_its_target_behind_other_scripts() {
    let text = "रोगी: no fever";
    let from = text.chars().count() - 5;
    assert!(Extractor::embedded().is_negated(text, from..from + 5));
    assert!(!Extractor::embedded().is_negated(text, 0..4));
    assert!(!Extractor::embedded().is_negated(text, 90..95));
}

#[test]
fn advice_and_follow_up_are_found_and_medicines_are_neither() {
    use AdviceKind::{Advice, FollowUp};
    let cases: &[(&str, &[(AdviceKind, &str)])] = &[
        (
            "Drink plenty of water and review after two weeks.",
            &[
                (Advice, "Drink plenty of water"),
                (FollowUp, "review after two weeks"),
            ],
        ),
        ("Tab Dolo 650 twice a day.", &[]),
        (
            "He was advised to avoid oily and spicy food.",
            &[(Advice, "avoid oily and spicy food")],
        ),
        (
            "Follow up in 5 days with CBC report.",
            &[(FollowUp, "Follow up in 5 days with CBC report")],
        ),
        (
            "Please come back if the fever persists.",
            &[(FollowUp, "come back if the fever persists")],
        ),
        ("Avoid NSAIDs.", &[(Advice, "Avoid NSAIDs")]),
        ("He is unable to walk or sleep.", &[]),
        (
            "Steam inhalation twice a day, salt water gargles.",
            &[(Advice, "Steam inhalation twice a day, salt water gargles")],
        ),
        (
            "Continue low salt diet and regular exercise.",
            &[(Advice, "low salt diet and regular exercise")],
        ),
        (
            "Take paracetamol 500 mg and take rest.",
            &[(Advice, "take rest")],
        ),
        (
            "I'd like to see you back in three months.",
            &[(FollowUp, "see you back in three months")],
        ),
    ];
    for (text, expected) in cases {
        let found = Extractor::embedded().advice(text);
        let found: Vec<(AdviceKind, &str)> = found
            .iter()
            .map(|span| (span.kind, span.text.as_str()))
            .collect();
        assert_eq!(found.as_slice(), *expected, "{text}");
    }
}
