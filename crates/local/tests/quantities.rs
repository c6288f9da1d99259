//! From a dictation to the number of pieces on the prescription, in annotated dictations:
//! what the extractor finds, what the draft makes of it, and what the line amounts to.
//! A quantity may be missing; a wrong one is worse than none.

#![allow(clippy::unwrap_used)]

#[path = "../../clinical-nlp/tests/gold_scoring/gold.rs"]
#[expect(dead_code, reason = "attributes are scored elsewhere")]
mod gold;

use seva_local::{ClinicalExtractor, EmbeddedLexicon};
use seva_model::{
    Entity, EntityId, MedicationLine, Specialty, Stage, StageTimes, Transcription, TranscriptionId,
    TranscriptionStatus, TranscriptionSummary,
};
use seva_services::{
    draft,
    ports::{EntityExtractor as _, FoundEntity},
};
use time::OffsetDateTime;

/// Code points, end exclusive.
pub(crate) type Span = (usize, usize);

const TUNE: &str = include_str!("../../clinical-nlp/tests/gold/tune.txt");
const ASIDE: &str = include_str!("../../clinical-nlp/tests/gold/aside.txt");

#[derive(Debug, Default)]
struct Answers {
    right: usize,
    /// Another number, or a number where none is certain.
    wrong: Vec<String>,
    unanswered: usize,
}

async fn answers(file: &str) -> Answers {
    let mut answers = Answers::default();
    for sentence in gold::read(file) {
        let found = ClinicalExtractor.extract(&sentence.text).await.unwrap();
        let dictation = dictation(&sentence.text, found);
        let content = draft(&dictation, &EmbeddedLexicon);
        for (index, medicine) in sentence.medicines.iter().enumerate() {
            let Some(step) = sentence.steps.iter().find(|step| step.medicine == index) else {
                continue;
            };
            // Where the number at a time was not said, there is no quantity.
            let expected = step
                .fact("total")
                .map(|total| total.parse::<f64>().unwrap().ceil());
            let told = line(&dictation, &content.medications, medicine.name)
                .and_then(MedicationLine::quantity)
                .map(f64::from);
            match (expected, told) {
                (None, None) => {}
                (Some(_), None) => answers.unanswered += 1,
                (Some(expected), Some(told)) if expected == told => answers.right += 1,
                (expected, Some(told)) => answers
                    .wrong
                    .push(format!("{}: {told}, not {expected:?}", sentence.id)),
            }
        }
    }
    answers
}

/// The line that was drafted from the medicine at a place.
fn line<'a>(
    dictation: &Transcription,
    lines: &'a [MedicationLine],
    (from, to): Span,
) -> Option<&'a MedicationLine> {
    let here =
        |entity: &&Entity| (entity.begin_offset as usize) < to && from < entity.end_offset as usize;
    let ids: Vec<EntityId> = dictation
        .entities
        .iter()
        .filter(here)
        .map(|entity| entity.id)
        .collect();
    lines.iter().find(|line| {
        line.source
            .is_some_and(|source| ids.contains(&source.entity_id))
    })
}

fn dictation(text: &str, found: Vec<FoundEntity>) -> Transcription {
    Transcription {
        summary: TranscriptionSummary {
            id: TranscriptionId::generate(),
            status: TranscriptionStatus::Completed,
            stage: Stage::Done,
            progress: 100,
            queue_ahead: None,
            failure: None,
            patient_name: None,
            specialty: Specialty::PrimaryCare,
            duration_seconds: 10.0,
            medicine_count: 0,
            extraction_failed: false,
            unsure_count: 0,
            prescription: None,
            version: 1,
            created_at: OffsetDateTime::UNIX_EPOCH,
            times: StageTimes::default(),
        },
        language_code: "en-US".to_owned(),
        attempt: 1,
        file_name: "visit.wav".to_owned(),
        transcript: text.to_owned(),
        transcript_version: 0,
        segments: Vec::new(),
        entities: found.into_iter().map(stored).collect(),
    }
}

fn stored(found: FoundEntity) -> Entity {
    Entity {
        id: EntityId::generate(),
        text: found.text,
        category: found.category,
        entity_type: found.entity_type,
        score: found.score,
        begin_offset: found.begin_offset,
        end_offset: found.end_offset,
        traits: found.traits,
        attributes: found.attributes,
        icd10: found.icd10,
        rxnorm: found.rxnorm,
    }
}

#[tokio::test]
async fn quantities_are_right_or_absent_where_the_grammar_was_refined() {
    let answers = answers(TUNE).await;
    println!("{answers:?}");
    assert!(answers.wrong.is_empty(), "{answers:?}");
    assert!(answers.right >= 30, "{answers:?}");
}

/// Which sentences are wrong here is not shown: nothing is refined on them.
#[tokio::test]
async fn quantities_are_right_or_absent_where_nobody_looked() {
    let answers = answers(ASIDE).await;
    let counts = (answers.right, answers.wrong.len(), answers.unanswered);
    println!("right, wrong, unanswered: {counts:?}");
    assert!(answers.wrong.len() <= 1, "{counts:?}");
    assert!(answers.right >= 15, "{counts:?}");
}
