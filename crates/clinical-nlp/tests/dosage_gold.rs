//! Attributes of medicines in annotated dictations: neither half may fall below
//! what was reached.

mod gold_scoring;

use gold_scoring::{ASIDE, Score, TUNE, Timings, medicines, read};
use seva_clinical_nlp::Extractor;

fn score(file: &str) -> (Score, Timings) {
    let (mut score, mut timings) = (Score::default(), Timings::default());
    for sentence in read(file) {
        let found = Extractor::embedded().extract(&sentence.text);
        score.add(&sentence, &medicines(&found));
        timings.add(&sentence, &found);
    }
    (score, timings)
}

/// `tell` shows what was wrong, which is for the tuning half alone.
fn assert_reaches(score: &Score, exact: f64, relaxed: f64, tell: bool) {
    let counts = (score.exact(), score.relaxed());
    let errors = if tell {
        score.errors.join("\n")
    } else {
        String::new()
    };
    assert!(
        counts.0.f1() >= exact && counts.1.f1() >= relaxed,
        "exact {:.1} (precision {:.1}, recall {:.1}), relaxed {:.1}; expected {exact} and {relaxed}\n{errors}",
        counts.0.f1(),
        counts.0.precision(),
        counts.0.recall(),
        counts.1.f1(),
    );
}

#[test]
fn attributes_of_both_halves_are_found() {
    assert_reaches(&score(TUNE).0, 98.5, 98.5, true);
    assert_reaches(&score(ASIDE).0, 93.0, 94.0, false);
}

/// `aside` is only counted, so that its errors are not shown.
#[test]
fn facts_of_the_timing_are_right_or_absent() {
    for (file, share, tell) in [(TUNE, 95, true), (ASIDE, 85, false)] {
        let timings = score(file).1;
        let told = timings.facts.right + timings.facts.wrong;
        assert!(told > 200, "{told}");
        assert!(
            timings.facts.right * 100 >= told * share,
            "{:?} {:?}",
            timings.facts,
            tell.then_some(timings.errors)
        );
    }
}
