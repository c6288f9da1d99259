//! What the doctor should look at before signing. Nothing of it blocks.

use std::collections::BTreeMap;

use seva_model::{MedicationLine, PrescriptionContent, PrescriptionWarning};

use crate::{
    Services,
    medicines::known_medicine,
    ports::{Beside, Lexicon},
};

/// Names offered for one that is not known.
const SUGGESTIONS: usize = 3;

impl Services {
    /// Duplicates, names that are not known or are taken for others, and doses that are
    /// missing.
    #[must_use]
    pub fn prescription_warnings(&self, content: &PrescriptionContent) -> Vec<PrescriptionWarning> {
        warnings(content, self.ports().lexicon.as_ref())
    }
}

struct Line<'a> {
    place: u32,
    line: &'a MedicationLine,
    /// Its substance in lower case, else its name.
    substance: String,
    known: bool,
}

fn warnings(content: &PrescriptionContent, lexicon: &dyn Lexicon) -> Vec<PrescriptionWarning> {
    let lines: Vec<Line<'_>> = (0..)
        .zip(&content.medications)
        .filter(|(_, line)| !line.name.trim().is_empty())
        .map(|(place, line)| {
            let known = known_medicine(lexicon, &line.name);
            let generic = Some(line.generic.trim())
                .filter(|generic| !generic.is_empty())
                .or_else(|| known.as_ref().and_then(|hit| hit.generic.as_deref()))
                .unwrap_or_else(|| line.name.trim());
            Line {
                place,
                line,
                substance: generic.to_lowercase(),
                known: known.is_some(),
            }
        })
        .collect();
    let conditions: Vec<&str> = content
        .diagnoses
        .iter()
        .map(|diagnosis| diagnosis.text.trim())
        .collect();
    let mut warnings = duplicates(&lines);
    warnings.extend(mistakable(&lines, lexicon));
    for line in &lines {
        warnings.extend(unknown(line, &conditions, lexicon));
        warnings.extend(missing(line));
    }
    warnings.sort_by_key(|warning| warning.lines.first().copied());
    warnings
}

fn duplicates(lines: &[Line<'_>]) -> Vec<PrescriptionWarning> {
    let mut by_substance: BTreeMap<&str, Vec<&Line<'_>>> = BTreeMap::new();
    for line in lines {
        by_substance.entry(&line.substance).or_default().push(line);
    }
    by_substance
        .into_iter()
        .filter(|(_, same)| same.len() > 1)
        .map(|(substance, same)| {
            let first = same[0].line.name.trim();
            let one_name = same
                .iter()
                .all(|line| line.line.name.trim().to_lowercase() == first.to_lowercase());
            let message = if one_name {
                format!("{first} is there {} times.", same.len())
            } else {
                let names: Vec<_> = same.iter().map(|line| line.line.name.trim()).collect();
                format!(
                    "{} hold the same substance, {substance}.",
                    names.join(" and ")
                )
            };
            PrescriptionWarning {
                lines: same.iter().map(|line| line.place).collect(),
                message,
            }
        })
        .collect()
}

/// Names that look or sound like others: asked about each time, and once a name.
fn mistakable(lines: &[Line<'_>], lexicon: &dyn Lexicon) -> Vec<PrescriptionWarning> {
    let mut by_name: BTreeMap<String, Vec<&Line<'_>>> = BTreeMap::new();
    for line in lines {
        let name = line.line.name.trim().to_lowercase();
        by_name.entry(name).or_default().push(line);
    }
    by_name
        .into_values()
        .filter_map(|same| {
            let name = same[0].line.name.trim();
            let others = lexicon.mistaken_for(name);
            (!others.is_empty()).then(|| PrescriptionWarning {
                lines: same.iter().map(|line| line.place).collect(),
                message: format!(
                    "{name} is easily mistaken for {}. Is {name} meant?",
                    others.join(" or ")
                ),
            })
        })
        .collect()
}

fn unknown(
    line: &Line<'_>,
    conditions: &[&str],
    lexicon: &dyn Lexicon,
) -> Option<PrescriptionWarning> {
    if line.known {
        return None;
    }
    let name = line.line.name.trim();
    let doses = [line.line.strength.trim(), line.line.dosage.trim()];
    let beside = Beside {
        dose: doses
            .into_iter()
            .find(|dose| !dose.is_empty())
            .unwrap_or_default(),
        conditions,
    };
    let meant: Vec<_> = lexicon
        .suggest_medicines(name, &beside, SUGGESTIONS)
        .into_iter()
        .map(|hit| hit.name)
        .collect();
    let message = if meant.is_empty() {
        format!("{name} is not in the list of medicines. Check how it is written.")
    } else {
        format!(
            "{name} is not in the list of medicines. Was {} meant?",
            meant.join(" or ")
        )
    };
    Some(PrescriptionWarning {
        lines: vec![line.place],
        message,
    })
}

fn missing(line: &Line<'_>) -> Option<PrescriptionWarning> {
    let medicine = line.line;
    let no_dose = medicine.strength.trim().is_empty() && medicine.dosage.trim().is_empty();
    let no_frequency = medicine.frequency.trim().is_empty();
    let what = match (no_dose, no_frequency) {
        (true, true) => "how much and how often",
        (true, false) => "how much",
        (false, true) => "how often",
        (false, false) => return None,
    };
    Some(PrescriptionWarning {
        lines: vec![line.place],
        message: format!("{}: {what} is not written.", medicine.name.trim()),
    })
}

#[cfg(test)]
mod tests {
    use seva_model::Diagnosis;

    use super::*;
    use crate::testing::SmallLexicon;

    fn line(name: &str, strength: &str, frequency: &str) -> MedicationLine {
        MedicationLine {
            name: name.to_owned(),
            strength: strength.to_owned(),
            frequency: frequency.to_owned(),
            ..MedicationLine::default()
        }
    }

    fn found(lines: &[MedicationLine], diagnosis: &str) -> Vec<PrescriptionWarning> {
        let content = PrescriptionContent {
            medications: lines.to_vec(),
            diagnoses: vec![Diagnosis {
                text: diagnosis.to_owned(),
                ..Diagnosis::default()
            }],
            ..PrescriptionContent::default()
        };
        warnings(&content, &SmallLexicon)
    }

    #[test]
    fn a_complete_prescription_has_no_warning() {
        let lines = [
            line("Dolo", "650 mg", "twice daily"),
            line("metformin", "500 mg", "1-0-1"),
        ];
        assert_eq!(found(&lines, ""), []);
    }

    #[test]
    fn a_name_that_is_mistaken_for_others_is_asked_about_once() {
        let lines = [
            line("Dolo", "650 mg", "twice daily"),
            line("Metoprolol", "25 mg", "1-0-1"),
        ];
        let asked = found(&lines, "");
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].lines, [1]);
        assert_eq!(
            asked[0].message,
            "Metoprolol is easily mistaken for misoprostol or propranolol. Is Metoprolol meant?"
        );

        let twice = [lines[1].clone(), line("metoprolol ", "50 mg", "0-0-1")];
        let twice = found(&twice, "");
        let questions = twice.iter().filter(|w| w.message.ends_with("meant?"));
        let places: Vec<_> = questions.map(|w| w.lines.as_slice()).collect();
        assert_eq!(places, [[0, 1]]);
    }

    #[test]
    fn what_stands_beside_an_unknown_name_decides_who_is_named_first() {
        let meant = |diagnosis| {
            let found = found(&[line("metoform", "25 mg", "BD")], diagnosis);
            found.into_iter().next().map(|warning| warning.message)
        };
        let list = "metoform is not in the list of medicines. Was";
        assert_eq!(
            meant("diabetes"),
            Some(format!("{list} metformin or metoprolol meant?"))
        );
        assert_eq!(
            meant("hypertension"),
            Some(format!("{list} metoprolol or metformin meant?"))
        );
    }

    #[test]
    fn the_same_medicine_and_the_same_substance_are_duplicates() {
        let lines = [
            line("Dolo", "650 mg", "SOS"),
            line("metformin", "500 mg", "1-0-1"),
            line("Crocin", "500 mg", "SOS"),
            line("Metformin", "1 g", "1-0-0"),
        ];
        let found = found(&lines, "");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].lines, [0, 2]);
        assert_eq!(
            found[0].message,
            "Dolo and Crocin hold the same substance, paracetamol."
        );
        assert_eq!(found[1].lines, [1, 3]);
        assert_eq!(found[1].message, "metformin is there 2 times.");
    }

    #[test]
    fn an_unknown_name_and_a_missing_dose_are_told() {
        let found = found(&[line("lisinapril", "", "")], "");
        let messages: Vec<_> = found.iter().map(|w| w.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "lisinapril is not in the list of medicines. Was lisinopril meant?",
                "lisinapril: how much and how often is not written."
            ]
        );
    }
}
