//! What the doctor concluded.

use seva_model::{Category, Diagnosis, Entity, LineSource, TraitName};

use super::align::Alignment;

/// The current diagnoses, once each, in the order they were said.
///
/// One that was spoken of with doubt says so and carries no code: ICD-10-CM is
/// not to be used for what is only suspected. Nor does one whose best code is a
/// guess: the doctor sees the candidates beside the transcript.
pub(super) fn diagnoses(entities: &[Entity], alignment: &Alignment<'_>) -> Vec<Diagnosis> {
    let mut found: Vec<(bool, Diagnosis)> = Vec::new();
    let conditions = entities.iter().filter(|e| {
        e.category == Category::MedicalCondition && e.has(TraitName::Diagnosis) && e.is_current()
    });
    for entity in conditions {
        let certain = !entity.has(TraitName::LowConfidence);
        let diagnosis = diagnosis(entity, alignment);
        match found
            .iter_mut()
            .find(|(_, other)| is_same(other, &diagnosis))
        {
            // What is certain somewhere is certain.
            Some(slot) if certain && !slot.0 => *slot = (true, diagnosis),
            Some(_) => {}
            None => found.push((certain, diagnosis)),
        }
    }
    found
        .into_iter()
        .map(|(certain, diagnosis)| {
            if certain {
                diagnosis
            } else {
                suspected(&diagnosis)
            }
        })
        .collect()
}

fn diagnosis(entity: &Entity, alignment: &Alignment<'_>) -> Diagnosis {
    Diagnosis {
        text: entity.text.clone(),
        icd10: entity
            .certain_icd10()
            .map(|concept| concept.code.clone())
            .unwrap_or_default(),
        source: Some(LineSource {
            entity_id: entity.id,
            words: alignment.range(std::iter::once((entity.begin_offset, entity.end_offset))),
        }),
    }
}

fn is_same(one: &Diagnosis, other: &Diagnosis) -> bool {
    one.text.to_lowercase() == other.text.to_lowercase()
        || (!one.icd10.is_empty() && one.icd10 == other.icd10)
}

fn suspected(diagnosis: &Diagnosis) -> Diagnosis {
    Diagnosis {
        text: format!("{} (suspected)", diagnosis.text),
        icd10: String::new(),
        source: diagnosis.source,
    }
}
