use proptest::prelude::*;

use super::*;

fn words(text: &str) -> Vec<Word> {
    let texts = text.split_whitespace().zip(0_u32..);
    texts
        .map(|(text, at)| Word {
            text: text.to_owned(),
            start: f64::from(at),
            end: f64::from(at) + 0.8,
            confidence: 1.0 / f64::from(at + 1),
        })
        .collect()
}

fn names() -> HashSet<String> {
    HashSet::from(["alprazolam".to_owned()])
}

fn text(words: &[Word]) -> String {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    texts.join(" ")
}

fn written(said: &str, doses: Doses) -> String {
    text(&write(None, words(said), doses, &names()))
}

#[test]
fn doses_in_words_become_figures() {
    for (said, expected) in [
        (
            "Metformin five hundred milligrams twice daily.",
            "Metformin 500 milligrams twice daily.",
        ),
        ("Give twenty mg, then rest.", "Give 20 mg, then rest."),
        ("Alprazolam point five mg.", "Alprazolam 0.5 mg."),
        ("a dose of zero point one two five mg", "a dose of 0.125 mg"),
        ("take one and a half tablets", "take 1.5 tablets"),
        ("take 2 and a half tablets", "take 2.5 tablets"),
        ("One tablet after food", "1 tablet after food"),
        ("one to two tablets", "1 to 2 tablets"),
        ("2 or three puffs", "2 or 3 puffs"),
        (
            "ten units before breakfast and twelve units at night",
            "10 units before breakfast and 12 units at night",
        ),
        ("a hundred thousand units", "100,000 units"),
        ("twenty-five micrograms", "25 micrograms"),
        ("half a milligram at night", "0.5 milligram at night"),
        ("ninety-eight percent (one mg) of", "98 percent (1 mg) of"),
        ("eighty mm of mercury", "80 mm of mercury"),
        ("take .5 mg", "take 0.5 mg"),
        ("50 \u{b5}g and 50\u{3bc}g", "50 mcg and 50mcg"),
    ] {
        assert_eq!(written(said, Doses::Figures), expected, "{said}");
    }
}

#[test]
fn units_are_abbreviated_where_that_is_wanted() {
    for (said, expected) in [
        ("five hundred milligrams, twice", "500 mg, twice"),
        ("500 milligrams.", "500 mg."),
        ("fifty micrograms", "50 mcg"),
        ("1.5 grams in 100 millilitres", "1.5 g in 100 ml"),
        ("ten units", "10 units"),
        (
            "a few milligrams per kilogram",
            "a few milligrams per kilogram",
        ),
    ] {
        assert_eq!(written(said, Doses::FiguresAndUnits), expected, "{said}");
    }
}

#[test]
fn what_is_no_dose_or_may_be_another_stays_as_it_was_heard() {
    for said in [
        "one of them has two children",
        "for two weeks, three times a day",
        "twenty one hundred milligrams",
        "one twenty milligrams",
        "vitamin B twelve five hundred mcg",
        "type two ten units",
        "omega three capsules",
        "this one tablet",
        "half a tablet at night",
        "half to one tablet",
        "at this point five milligrams were given",
        "at this point, five milligrams were given",
        "at one point five milligrams were given",
        "two, point five milligrams",
        "2, point five milligrams",
        "five or six hundred milligrams",
        "5 to six hundred milligrams",
        "500 one tablet",
        "atorvastatin twenty one tablet at night",
        "paracetamol five hundred one tablet",
        "calcium one thousand two tablets",
        "glibenclamide two point five one tablet",
        "Toujeo three hundred ten units",
        "aspirin 75 and a half tablet of metoprolol",
        "aspirin seventy five and a half tablet",
        "diabetes type 2 and a half tablet of glimepiride",
        "a million and a half units",
        "2 and three mg",
        "five hundred, milligrams",
        "one unit",
        "a drop in pressure",
        "a tablet and a half milligram",
        "\u{92a}\u{93e}\u{901}\u{91a} mg",
        "% of",
        "",
    ] {
        assert_eq!(written(said, Doses::Figures), said, "{said}");
    }
}

#[test]
fn a_number_that_may_go_on_from_what_was_said_before_stays_as_it_was_heard() {
    for (before, said, expected) in [
        ("two", "point five mg daily", "point five mg daily"),
        ("twenty", "five mg, then ten mg", "five mg, then 10 mg"),
        ("1,000", "five hundred mg", "five hundred mg"),
        ("two", "and a half tablets", "and a half tablets"),
        ("two.", "Five mg", "5 mg"),
        ("warfarin", "five mg", "5 mg"),
    ] {
        let before = words(before);
        let after = write(before.last(), words(said), Doses::Figures, &names());
        assert_eq!(text(&after), expected, "{before:?} {said}");
    }
}

#[test]
fn as_heard_is_as_heard() {
    let said = "five hundred milligrams and .5 mg";
    assert_eq!(written(said, Doses::AsHeard), said);
}

#[test]
fn a_number_has_the_times_of_its_words_and_the_confidence_of_the_least_sure() {
    let written = write(
        None,
        words("Take five hundred mg now"),
        Doses::Figures,
        &names(),
    );
    assert_eq!(text(&written), "Take 500 mg now");
    let number = &written[1];
    assert_eq!((number.start, number.end), (1.0, 2.8));
    assert_eq!(number.confidence, 1.0 / 3.0);
    assert_eq!(written[2], words("Take five hundred mg now")[3]);
}

const VOCABULARY: [&str; 31] = [
    "one",
    "two",
    "five",
    "twelve",
    "twenty",
    "twenty-five",
    "hundred",
    "thousand",
    "zero",
    "point",
    "half",
    "and",
    "a",
    "to",
    "or",
    "milligrams",
    "mg",
    "tablets",
    "unit",
    "units",
    "percent",
    "of",
    "take",
    "this",
    "type",
    "Metformin",
    "alprazolam",
    "500",
    "2",
    ".5",
    "days",
];

const SIGNS: [&str; 7] = ["", "", "", "", "", ",", "."];

fn dictations() -> impl Strategy<Value = String> {
    let word = prop::sample::select(VOCABULARY.as_slice());
    let sign = prop::sample::select(SIGNS.as_slice());
    let text = proptest::collection::vec((word, sign), 0..16);
    text.prop_map(|words| {
        let words: Vec<String> = words
            .iter()
            .map(|(word, sign)| format!("{word}{sign}"))
            .collect();
        words.join(" ")
    })
}

/// The words that cannot be part of a number.
fn apart_from_numbers(words: &[Word]) -> Vec<String> {
    let is_number = |word: &&Word| {
        let part = Part::of(word);
        part.is_number() || matches!(part.core.as_str(), "and" | "a" | "half")
    };
    let others = words.iter().filter(|word| !is_number(word));
    others.map(|word| word.text.clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_word_outside_of_a_number_is_dropped_or_changed(said in dictations()) {
        let before = words(&said);
        let after = write(None, before.clone(), Doses::Figures, &names());
        prop_assert_eq!(apart_from_numbers(&before), apart_from_numbers(&after));
    }

    #[test]
    fn times_stay_in_order_and_within_the_text(said in dictations()) {
        let before = words(&said);
        let after = write(None, before.clone(), Doses::FiguresAndUnits, &names());
        prop_assert_eq!(before.is_empty(), after.is_empty());
        for word in &after {
            prop_assert!(word.start <= word.end && (0.0..=1.0).contains(&word.confidence));
        }
        for pair in after.windows(2) {
            prop_assert!(pair[0].end <= pair[1].start);
        }
        if let (Some(first), Some(last)) = (after.first(), after.last()) {
            prop_assert_eq!(first.start, before[0].start);
            prop_assert_eq!(last.end, before[before.len() - 1].end);
        }
    }

    #[test]
    fn what_was_written_is_not_written_again(said in dictations()) {
        for doses in [Doses::AsHeard, Doses::Figures, Doses::FiguresAndUnits] {
            let once = write(None, words(&said), doses, &names());
            prop_assert_eq!(&write(None, once.clone(), doses, &names()), &once);
        }
    }
}
