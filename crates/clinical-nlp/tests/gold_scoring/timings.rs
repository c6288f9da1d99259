//! The structure of annotated courses: a fact of the timing is right, wrong or not given.

use seva_clinical_nlp::{Category, Entity, Length, Repeat, course};

use super::gold::{Sentence, Step};
use super::overlap;

/// Answers by what they are.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Answers {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    /// There was an answer and none was given.
    pub(crate) unanswered: usize,
}

/// Counts over sentences.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timings {
    /// How often, when, on which days, how long, as needed.
    pub(crate) facts: Answers,
    /// What was wrong, in words.
    pub(crate) errors: Vec<String>,
}

impl Timings {
    /// Adds one sentence.
    pub(crate) fn add(&mut self, gold: &Sentence, entities: &[Entity]) {
        for (index, medicine) in gold.medicines.iter().enumerate() {
            let steps: Vec<&Step> = gold.steps.iter().filter(|s| s.medicine == index).collect();
            let found = entities.iter().find(|e| {
                e.category == Category::Medication
                    && overlap(medicine.name, (e.begin_offset, e.end_offset))
            });
            self.structure(gold, &steps, found);
        }
    }

    fn structure(&mut self, gold: &Sentence, steps: &[&Step], found: Option<&Entity>) {
        let course = found.map(|e| course(&e.attributes)).unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            let told = course.get(index).filter(|found| found.parts.len() <= 1);
            let repeat = told.and_then(|found| found.repeats().pop());
            let as_needed = told
                .and_then(|found| found.parts.first()?.timing.as_ref())
                .is_some_and(|timing| timing.as_needed);
            let length = told.and_then(|found| found.length).map(in_words);
            let facts = [
                ("freq", repeat.as_ref().and_then(rate)),
                ("when", repeat.as_ref().map(|r| r.when.join(","))),
                ("days", repeat.as_ref().map(|r| r.day_of_week.join(","))),
                (
                    "count",
                    repeat.as_ref().and_then(|r| r.count).map(|n| n.to_string()),
                ),
                ("prn", as_needed.then(String::new)),
                ("for", length),
            ];
            for (key, answer) in facts {
                self.fact(
                    gold,
                    key,
                    step.fact(key).map(in_days),
                    answer.filter(|a| key == "prn" || !a.is_empty()),
                );
            }
        }
    }

    fn fact(
        &mut self,
        gold: &Sentence,
        key: &str,
        expected: Option<String>,
        answer: Option<String>,
    ) {
        match (expected, answer) {
            (None, None) => {}
            (Some(_), None) => self.facts.unanswered += 1,
            (expected, Some(answer)) => {
                let same = expected
                    .as_deref()
                    .is_some_and(|e| sorted(e) == sorted(&in_days(&answer)));
                if same {
                    self.facts.right += 1;
                } else {
                    self.facts.wrong += 1;
                    self.errors
                        .push(format!("{} {key}={answer}, not {expected:?}", gold.id));
                }
            }
        }
    }
}

/// "2/1d", "1/4-6h", as the annotations write it.
fn rate(repeat: &Repeat) -> Option<String> {
    let range = |low: f64, high: Option<f64>| match high {
        Some(high) => format!("{low}-{high}"),
        None => low.to_string(),
    };
    let unit = repeat.period_unit?.replace("wk", "w");
    let times = range(repeat.frequency?, repeat.frequency_max);
    Some(format!(
        "{times}/{}{unit}",
        range(repeat.period?, repeat.period_max)
    ))
}

fn in_words(length: Length) -> String {
    let high = length
        .high
        .map_or_else(String::new, |high| format!("-{high}"));
    let unit = length
        .period
        .fhir_code()
        .replace("wk", "w")
        .replace('a', "y");
    format!("{}{high}{unit}", length.low)
}

/// A length in weeks and the same in days are one length; a rate likewise.
fn in_days(fact: &str) -> String {
    let Some(number) = fact.strip_suffix('w') else {
        return fact.to_owned();
    };
    let (rate, weeks) = number
        .rsplit_once('/')
        .map_or(("", number), |(n, w)| (n, w));
    let days: Vec<String> = weeks
        .split('-')
        .filter_map(|n| n.parse::<f64>().ok())
        .map(|n| (n * 7.0).to_string())
        .collect();
    let slash = if rate.is_empty() { "" } else { "/" };
    format!("{rate}{slash}{}d", days.join("-"))
}

fn sorted(list: &str) -> Vec<&str> {
    let mut items: Vec<&str> = list.split(',').collect();
    items.sort_unstable();
    items
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use seva_clinical_nlp::Extractor;

    fn counted(line: &str, facts: &str) -> (usize, usize, usize) {
        let gold = read(&format!("# x\n{line}\n> 1 {facts}")).remove(0);
        let mut counts = Timings::default();
        counts.add(&gold, &Extractor::embedded().extract(&gold.text));
        let Answers {
            right,
            wrong,
            unanswered,
        } = counts.facts;
        (right, wrong, unanswered)
    }

    #[test]
    fn facts_are_right_wrong_or_not_given() {
        let line = "Tab [paracetamol|M1] 1-0-1 for 5 days";
        assert_eq!(counted(line, "freq=2/1d when=MORN,NIGHT for=5d"), (3, 0, 0));
        assert_eq!(counted(line, "freq=3/1d when=MORN,NIGHT for=1w"), (1, 2, 0));
        assert_eq!(counted("Tab [paracetamol|M1]", "freq=2/1d"), (0, 0, 1));
    }

    #[test]
    fn weeks_are_days() {
        assert_eq!(
            (in_days("2w"), in_days("1/2w"), in_days("1-2w")),
            ("14d".into(), "1/14d".into(), "7-14d".into())
        );
        assert_eq!(in_days("5d"), "5d");
    }
}
