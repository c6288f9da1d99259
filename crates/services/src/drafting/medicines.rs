//! One line a medicine, with what was said of it and nothing else.

use seva_model::{Attribute, Category, Entity, LineSource, MedicationLine};

use super::align::Alignment;
use crate::{medicines::known_medicine, ports::Lexicon};

/// Between two things said of the same kind: "10 units, 6 units".
const BOTH: &str = ", ";

/// The lines for all current medicines, in the order they were first said.
pub(super) fn lines(
    entities: &[Entity],
    alignment: &Alignment<'_>,
    lexicon: &dyn Lexicon,
) -> Vec<MedicationLine> {
    let mut lines: Vec<(usize, MedicationLine)> = Vec::new();
    let medicines = entities
        .iter()
        .filter(|e| e.category == Category::Medication && e.is_current());
    for entity in medicines {
        let line = line(entity, alignment, lexicon);
        let details = entity.attributes.len();
        let same = lines
            .iter_mut()
            .find(|(_, other)| is_same_medicine(other, &line) && !contradict(other, &line));
        match same {
            Some((most, merged)) => {
                // The place to listen to is where most of it was said.
                if details > *most {
                    *most = details;
                    merged.source = line.source;
                }
                fill(merged, line);
            }
            None => lines.push((details, line)),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(entity: &Entity, alignment: &Alignment<'_>, lexicon: &dyn Lexicon) -> MedicationLine {
    let known = known_medicine(lexicon, &entity.text);
    let stretches = std::iter::once((entity.begin_offset, entity.end_offset)).chain(
        entity
            .attributes
            .iter()
            .map(|a| (a.begin_offset, a.end_offset)),
    );
    let (instructions, frequency) = said(entity, "FREQUENCY", Wording::Spoken)
        .into_iter()
        .partition::<Vec<_>, _>(|text| is_about_meals(text));
    let canonical = |kind| said(entity, kind, Wording::Canonical).join(BOTH);
    MedicationLine {
        name: known
            .as_ref()
            .map_or_else(|| entity.text.clone(), |hit| hit.name.clone()),
        generic: known
            .as_ref()
            .and_then(|hit| hit.generic.clone())
            .unwrap_or_default(),
        strength: canonical("STRENGTH"),
        dosage: canonical("DOSAGE"),
        form: canonical("FORM"),
        route: canonical("ROUTE_OR_MODE"),
        frequency: frequency.join(BOTH),
        duration: canonical("DURATION"),
        instructions: instructions.join(BOTH),
        rxnorm: entity
            .rxnorm
            .first()
            .map(|concept| concept.code.clone())
            .or_else(|| known.and_then(|hit| hit.rxnorm))
            .unwrap_or_default(),
        source: Some(LineSource {
            entity_id: entity.id,
            words: alignment.range(stretches),
        }),
    }
}

/// Which words of an attribute go on the paper.
#[derive(Clone, Copy)]
enum Wording {
    /// The canonical form, where there is one: "500 mg" for "five hundred milligrams".
    Canonical,
    /// As said. The canonical form of a frequency is for programs, but for parts of the
    /// day that were spelled out: "one zero one" is written 1-0-1.
    Spoken,
}

impl Wording {
    fn of(self, attribute: &Attribute) -> String {
        let normalized = attribute.normalized.as_deref();
        let text = match self {
            Self::Canonical => normalized.unwrap_or(&attribute.text).to_owned(),
            Self::Spoken => normalized
                .filter(|normalized| spells_out(&attribute.text, normalized))
                .map_or_else(
                    || attribute.text.clone(),
                    |normalized| normalized.replace("; ", ", "),
                ),
        };
        text.trim().to_owned()
    }
}

/// Whether the words stand for "1-0-1".
fn spells_out(text: &str, normalized: &str) -> bool {
    let first = normalized.split(';').next().unwrap_or_default();
    let parts = first.contains('-')
        && first
            .chars()
            .all(|c| c.is_ascii_digit() || ".-".contains(c));
    parts && !text.contains(char::is_numeric)
}

/// Everything of one kind that was said of a medicine, once each, in order.
fn said(entity: &Entity, kind: &str, wording: Wording) -> Vec<String> {
    let mut attributes: Vec<_> = entity
        .attributes
        .iter()
        .filter(|a| a.attribute_type == kind)
        .collect();
    attributes.sort_by_key(|a| a.begin_offset);
    let mut texts: Vec<String> = Vec::new();
    for attribute in attributes {
        let text = wording.of(attribute);
        if !text.is_empty() && !texts.iter().any(|other| is_same(other, &text)) {
            texts.push(text);
        }
    }
    texts
}

/// "after food": how to take it rather than how often.
fn is_about_meals(text: &str) -> bool {
    let text = text.to_lowercase();
    let mut words = text.split_whitespace();
    let begins = words
        .next()
        .is_some_and(|first| ["before", "after", "with", "without", "on"].contains(&first));
    begins
        && words.any(|word| {
            [
                "food",
                "meal",
                "meals",
                "breakfast",
                "lunch",
                "dinner",
                "milk",
                "water",
                "stomach",
            ]
            .contains(&word.trim_matches(|c: char| !c.is_alphanumeric()))
        })
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn is_same_medicine(one: &MedicationLine, other: &MedicationLine) -> bool {
    is_same(&one.name, &other.name)
}

fn details(line: &MedicationLine) -> [&String; 7] {
    [
        &line.strength,
        &line.dosage,
        &line.form,
        &line.route,
        &line.frequency,
        &line.duration,
        &line.instructions,
    ]
}

/// Whether the lines say different things of the same kind.
fn contradict(one: &MedicationLine, other: &MedicationLine) -> bool {
    details(one)
        .into_iter()
        .zip(details(other))
        .any(|(one, other)| !one.is_empty() && !other.is_empty() && !is_same(one, other))
}

/// Takes over what the line does not have yet.
fn fill(line: &mut MedicationLine, other: MedicationLine) {
    let fields = [
        (&mut line.strength, other.strength),
        (&mut line.dosage, other.dosage),
        (&mut line.form, other.form),
        (&mut line.route, other.route),
        (&mut line.frequency, other.frequency),
        (&mut line.duration, other.duration),
        (&mut line.instructions, other.instructions),
        (&mut line.rxnorm, other.rxnorm),
    ];
    for (field, value) in fields {
        if field.is_empty() {
            *field = value;
        }
    }
}
