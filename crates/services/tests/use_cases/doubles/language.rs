//! An extractor and a lexicon of a few words.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use seva_model::{AdviceText, Attribute, Category, MedicineHit, MedicineKind, Trait, TraitName};
use seva_services::ports::{Beside, EntityExtractor, FoundEntity, Lexicon, PortError, PortFailure};
use tokio::sync::Semaphore;

/// Finds a handful of words.
pub(crate) struct ScriptedExtractor {
    /// How each of the next calls fails.
    pub(crate) failures: Mutex<VecDeque<PortError>>,
    /// A type that no column holds, for what the next calls find.
    pub(crate) odd_type: AtomicBool,
    /// One permit a call.
    pub(crate) gate: Semaphore,
    pub(crate) calls: AtomicUsize,
}

impl ScriptedExtractor {
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            failures: Mutex::default(),
            odd_type: AtomicBool::default(),
            gate: Semaphore::new(permits),
            calls: AtomicUsize::default(),
        }
    }

    pub(crate) fn fail(&self, failure: PortFailure) {
        let error = PortError::new("extractor", "scripted", failure, "the test said so");
        self.failures.lock().unwrap().push_back(error);
    }

    /// As when the next calls are not made at all.
    pub(crate) fn leave_alone(&self, again_in: Duration) {
        let error = PortError::not_asked("extractor", "scripted", again_in);
        self.failures.lock().unwrap().push_back(error);
    }
}

fn find(text: &str, part: &str) -> Option<(u32, u32)> {
    let begin = text[..text.find(part)?].chars().count();
    let end = begin + part.chars().count();
    Some((u32::try_from(begin).unwrap(), u32::try_from(end).unwrap()))
}

fn entity(
    text: &str,
    part: &str,
    category: Category,
    kind: &str,
    score: f32,
) -> Option<FoundEntity> {
    let (begin_offset, end_offset) = find(text, part)?;
    Some(FoundEntity {
        text: part.to_owned(),
        category,
        entity_type: kind.to_owned(),
        score,
        begin_offset,
        end_offset,
        traits: Vec::new(),
        attributes: Vec::new(),
        icd10: Vec::new(),
        rxnorm: Vec::new(),
    })
}

fn find_all(text: &str) -> Vec<FoundEntity> {
    let mut tylenol = entity(text, "Tylenol", Category::Medication, "BRAND_NAME", 0.98);
    if let (Some(tylenol), Some((begin_offset, end_offset))) = (&mut tylenol, find(text, "500 mg"))
    {
        tylenol.attributes.push(Attribute {
            attribute_type: "STRENGTH".to_owned(),
            text: "500 mg".to_owned(),
            begin_offset,
            end_offset,
            score: 0.9,
            relationship_score: 0.9,
            normalized: None,
        });
    }
    let mut vicodin = entity(text, "Vicodin", Category::Medication, "BRAND_NAME", 0.9);
    let mut hypertension = entity(
        text,
        "hypertension",
        Category::MedicalCondition,
        "DX_NAME",
        0.5,
    );
    for (found, name) in [
        (&mut vicodin, TraitName::Negation),
        (&mut hypertension, TraitName::Diagnosis),
    ] {
        if let Some(found) = found {
            found.traits.push(Trait { name, score: 0.9 });
        }
    }
    let private = Category::ProtectedHealthInformation;
    let found = [
        entity(text, "Asha Verma", private, "NAME", 0.95),
        entity(text, "45-year-old", private, "AGE", 0.95),
        hypertension,
        tylenol,
        vicodin,
        entity(text, "water", Category::Medication, "GENERIC_NAME", 0.49),
    ];
    found.into_iter().flatten().collect()
}

#[async_trait]
impl EntityExtractor for ScriptedExtractor {
    async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        let failing = self.failures.lock().unwrap().pop_front();
        if let Some(error) = failing {
            return Err(error);
        }
        let mut found = find_all(text);
        if self.odd_type.load(Ordering::SeqCst) {
            found[0].entity_type = "X".repeat(101);
        }
        Ok(found)
    }
}

pub(crate) struct SmallLexicon;

impl Lexicon for SmallLexicon {
    fn search_medicines(&self, query: &str, _: usize) -> Vec<MedicineHit> {
        let known = "tylenol".starts_with(&query.to_lowercase());
        let hit = MedicineHit {
            name: "Tylenol".to_owned(),
            generic: Some("acetaminophen".to_owned()),
            kind: MedicineKind::Brand,
            rxnorm: Some("202433".to_owned()),
        };
        known.then_some(hit).into_iter().collect()
    }

    fn suggest_medicines(&self, _: &str, _: &Beside<'_>, _: usize) -> Vec<MedicineHit> {
        Vec::new()
    }

    fn mistaken_for(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn advice(&self, text: &str) -> AdviceText {
        let there = |part: &str| {
            if text.contains(part) {
                part.to_owned()
            } else {
                String::new()
            }
        };
        AdviceText {
            advice: there("Drink water."),
            follow_up: there("Review after two weeks."),
        }
    }
}
