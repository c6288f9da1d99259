//! What two versions of a draft say differently, in the words of the form.
//! Compared is what a doctor sees; empty rows, which are never stored, and space
//! around a text say nothing.

use crate::server_fns::prescriptions::{DiagnosisRow, MedicationRow, PrescriptionForm};

/// One field that the versions fill differently.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Difference {
    /// Which field, by the label it has in the form.
    pub field: String,
    /// What one version says; empty when it says nothing.
    pub mine: String,
    /// What the other says.
    pub theirs: String,
}

/// A field of a row: its label, and where it is kept.
struct Part<T> {
    label: &'static str,
    get: fn(&T) -> &String,
}

// Of both, the first part is the name by which rows find each other.
const DIAGNOSIS: [Part<DiagnosisRow>; 2] = [
    Part {
        label: "in words",
        get: |row| &row.text,
    },
    Part {
        label: "ICD-10",
        get: |row| &row.icd10,
    },
];

const MEDICINE: [Part<MedicationRow>; 10] = [
    Part {
        label: "name",
        get: |row| &row.line.name,
    },
    Part {
        label: "substance",
        get: |row| &row.line.generic,
    },
    Part {
        label: "RxNorm code",
        get: |row| &row.line.rxnorm,
    },
    Part {
        label: "strength",
        get: |row| &row.line.strength,
    },
    Part {
        label: "dose",
        get: |row| &row.line.dosage,
    },
    Part {
        label: "form",
        get: |row| &row.line.form,
    },
    Part {
        label: "route",
        get: |row| &row.line.route,
    },
    Part {
        label: "frequency",
        get: |row| &row.line.frequency,
    },
    Part {
        label: "duration",
        get: |row| &row.line.duration,
    },
    Part {
        label: "instructions",
        get: |row| &row.line.instructions,
    },
];

/// Every field that the two versions fill differently, in the order of the form.
pub(super) fn differences(mine: &PrescriptionForm, theirs: &PrescriptionForm) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut compare = |field: &str, mine: String, theirs: String| {
        if mine != theirs {
            found.push(Difference {
                field: field.to_owned(),
                mine,
                theirs,
            });
        }
    };
    let text = |field, mine: &str, theirs: &str| (field, tidy(mine), tidy(theirs));
    let age = |form: &PrescriptionForm| years(&form.patient_age);
    let before = [
        text("Patient's name", &mine.patient_name, &theirs.patient_name),
        ("Age in years", age(mine), age(theirs)),
        text("Gender", &mine.patient_gender, &theirs.patient_gender),
    ];
    let after = [
        text(
            "Advice to the patient",
            &mine.instructions,
            &theirs.instructions,
        ),
        text("Follow-up", &mine.follow_up, &theirs.follow_up),
    ];
    for (field, mine, theirs) in before {
        compare(field, mine, theirs);
    }
    compare_rows(
        "Diagnosis",
        &DIAGNOSIS.map(|part| part.label),
        &rows(&mine.diagnoses, &DIAGNOSIS),
        &rows(&theirs.diagnoses, &DIAGNOSIS),
        &mut compare,
    );
    compare_rows(
        "Medicine",
        &MEDICINE.map(|part| part.label),
        &rows(&mine.medications, &MEDICINE),
        &rows(&theirs.medications, &MEDICINE),
        &mut compare,
    );
    for (field, mine, theirs) in after {
        compare(field, mine, theirs);
    }
    found
}

/// A row that says something.
struct Row {
    /// Its place in the form, from 1.
    number: usize,
    /// Its parts.
    texts: Vec<String>,
}

impl Row {
    fn name(&self) -> &str {
        self.texts.first().map_or("", String::as_str)
    }

    fn has_name_of(&self, other: &Self) -> bool {
        self.name().to_lowercase() == other.name().to_lowercase()
    }

    fn whole(&self) -> String {
        let said = self.texts.iter().filter(|text| !text.is_empty());
        said.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

fn rows<T>(typed: &[T], parts: &[Part<T>]) -> Vec<Row> {
    typed
        .iter()
        .enumerate()
        .map(|(at, row)| Row {
            number: at + 1,
            texts: parts.iter().map(|part| tidy((part.get)(row))).collect(),
        })
        .filter(|row| row.texts.iter().any(|text| !text.is_empty()))
        .collect()
}

/// Compares rows that are the same one in both versions part by part, and names
/// the others whole.
fn compare_rows(
    what: &str,
    labels: &[&str],
    mine: &[Row],
    theirs: &[Row],
    compare: &mut impl FnMut(&str, String, String),
) {
    let pairs = pairs(mine, theirs);
    for (row, pair) in mine.iter().zip(&pairs) {
        let number = row.number;
        let Some(other) = pair.and_then(|at| theirs.get(at)) else {
            compare(&format!("{what} {number}"), row.whole(), String::new());
            continue;
        };
        let name = match row.name() {
            name if !name.is_empty() && row.has_name_of(other) => format!(", {name}"),
            _ => String::new(),
        };
        for (label, (mine, theirs)) in labels.iter().zip(row.texts.iter().zip(&other.texts)) {
            let field = format!("{what} {number}{name}: {label}");
            compare(&field, mine.clone(), theirs.clone());
        }
    }
    for (at, row) in theirs.iter().enumerate() {
        if !pairs.contains(&Some(at)) {
            let field = format!("{what} {} of the other version", row.number);
            compare(&field, String::new(), row.whole());
        }
    }
    // Rows that trade places; what each of them says is compared above.
    let here: Vec<usize> = pairs.iter().copied().flatten().collect();
    if !here.is_sorted() {
        let paired = mine.iter().zip(&pairs).filter(|(_, pair)| pair.is_some());
        let others = theirs.iter().enumerate();
        let others = others.filter(|(at, _)| here.contains(at));
        compare(
            &format!("{what}: order"),
            names(paired.map(|(row, _)| row)),
            names(others.map(|(_, row)| row)),
        );
    }
}

fn names<'a>(rows: impl Iterator<Item = &'a Row>) -> String {
    rows.map(|row| match row.name() {
        "" => "No name",
        name => name,
    })
    .collect::<Vec<_>>()
    .join("\n")
}

/// For each of my rows, which of theirs it is: one of the same name, and then one
/// in the same place, where a row was renamed.
fn pairs(mine: &[Row], theirs: &[Row]) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; mine.len()];
    let same_place = |row: &Row, other: &Row| row.number == other.number;
    for is_same in [Row::has_name_of, same_place] {
        for (at, row) in mine.iter().enumerate() {
            let fits =
                |(to, other): &(usize, &Row)| !pairs.contains(&Some(*to)) && is_same(row, other);
            if pairs[at].is_none() {
                pairs[at] = theirs.iter().enumerate().find(fits).map(|(to, _)| to);
            }
        }
    }
    pairs
}

/// The text as it is stored.
fn tidy(typed: &str) -> String {
    typed.replace("\r\n", "\n").trim().to_owned()
}

/// An age as it is stored; what is no number as it was typed.
fn years(typed: &str) -> String {
    let typed = tidy(typed);
    typed
        .parse::<u16>()
        .map_or(typed, |years| years.to_string())
}

#[cfg(test)]
mod tests;
