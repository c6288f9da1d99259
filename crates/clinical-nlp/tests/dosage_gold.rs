//! Attributes of medicines in annotated dictations: neither half may fall below
//! what was reached.

mod gold_scoring;

use gold_scoring::{ASIDE, Score, TUNE, medicines, read};
use seva_clinical_nlp::Extractor;

fn score(file: &str) -> Score {
    let mut score = Score::default();
    for sentence in read(file) {
        let found = Extractor::embedded().extract(&sentence.text);
        score.add(&sentence, &medicines(&found));
    }
    score
}

fn assert_reaches(file: &str, exact: f64, relaxed: f64) {
    let score = score(file);
    let reached = (score.exact().f1(), score.relaxed().f1());
    assert!(
        reached.0 >= exact && reached.1 >= relaxed,
        "{reached:?}, expected at least {exact} and {relaxed}:\n{}",
        score.errors.join("\n")
    );
}

#[test]
fn attributes_of_the_half_for_tuning_are_found() {
    assert_reaches(TUNE, 97.0, 98.0);
}
