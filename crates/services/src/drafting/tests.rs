#![allow(clippy::unwrap_used)]

mod properties;

use seva_model::{
    Attribute, Category, Concept, Entity, EntityId, MedicationLine, PrescriptionContent, Segment,
    Specialty, Stage, StageTimes, Trait, TraitName, Transcription, TranscriptionId,
    TranscriptionStatus, TranscriptionSummary, Word,
};
use time::OffsetDateTime;

use super::draft;
use crate::testing::SmallLexicon;

/// A dictation under construction: entities are named by the words they cover.
struct Dictation(Transcription);

impl Dictation {
    fn of(text: &str) -> Self {
        let words: Vec<Word> = text
            .split_whitespace()
            .zip(0_u32..)
            .map(|(text, second)| Word {
                text: text.to_owned(),
                start: f64::from(second),
                end: f64::from(second) + 0.9,
                confidence: 0.9,
                alternatives: Vec::new(),
            })
            .collect();
        Self(Transcription {
            summary: summary(),
            language_code: "en-US".to_owned(),
            attempt: 1,
            file_name: "visit.m4a".to_owned(),
            transcript: text.to_owned(),
            transcript_version: 0,
            segments: vec![Segment {
                index: 0,
                start: 0.0,
                end: words.len() as f64,
                text: text.to_owned(),
                words,
            }],
            entities: Vec::new(),
        })
    }

    fn place(&self, part: &str) -> (u32, u32) {
        let byte = self.0.transcript.find(part).unwrap();
        let begin = self.0.transcript[..byte].chars().count();
        let end = begin + part.chars().count();
        (u32::try_from(begin).unwrap(), u32::try_from(end).unwrap())
    }

    fn entity(mut self, category: Category, kind: &str, text: &str, traits: &[TraitName]) -> Self {
        let (begin_offset, end_offset) = self.place(text);
        self.0.entities.push(Entity {
            id: EntityId::generate(),
            text: text.to_owned(),
            category,
            entity_type: kind.to_owned(),
            score: 0.95,
            begin_offset,
            end_offset,
            traits: traits
                .iter()
                .map(|name| Trait {
                    name: *name,
                    score: 0.9,
                })
                .collect(),
            attributes: Vec::new(),
            icd10: Vec::new(),
            rxnorm: Vec::new(),
        });
        self
    }

    fn medicine(self, text: &str, traits: &[TraitName]) -> Self {
        self.entity(Category::Medication, "GENERIC_NAME", text, traits)
    }

    fn condition(self, text: &str, icd10: &str, traits: &[TraitName]) -> Self {
        let mut this = self.entity(Category::MedicalCondition, "DX_NAME", text, traits);
        let codes = &mut this.0.entities.last_mut().unwrap().icd10;
        codes.extend((!icd10.is_empty()).then(|| Concept {
            code: icd10.to_owned(),
            description: text.to_owned(),
            score: 0.9,
        }));
        this
    }

    fn private(self, kind: &str, text: &str) -> Self {
        self.entity(Category::ProtectedHealthInformation, kind, text, &[])
    }

    /// An attribute of the entity that was added last.
    fn with(mut self, kind: &str, text: &str, normalized: Option<&str>) -> Self {
        let (begin_offset, end_offset) = self.place(text);
        let attribute = attribute(kind, text, normalized, begin_offset, end_offset);
        self.0
            .entities
            .last_mut()
            .unwrap()
            .attributes
            .push(attribute);
        self
    }

    fn draft(&self) -> PrescriptionContent {
        draft(&self.0, &SmallLexicon)
    }
}

fn summary() -> TranscriptionSummary {
    TranscriptionSummary {
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
    }
}

fn attribute(kind: &str, text: &str, normalized: Option<&str>, begin: u32, end: u32) -> Attribute {
    Attribute {
        attribute_type: kind.to_owned(),
        text: text.to_owned(),
        begin_offset: begin,
        end_offset: end,
        score: 0.9,
        relationship_score: 0.9,
        normalized: normalized.map(str::to_owned),
    }
}

fn names(content: &PrescriptionContent) -> Vec<&str> {
    content
        .medications
        .iter()
        .map(|line| line.name.as_str())
        .collect()
}

#[test]
fn a_line_holds_what_was_said_and_nothing_else() {
    let content = Dictation::of(
        "Start metformin five hundred milligrams twice a day after food for two weeks and Vicodin.",
    )
    .medicine("metformin", &[])
    .with("STRENGTH", "five hundred milligrams", Some("500 mg"))
    .with(
        "FREQUENCY",
        "twice a day after food",
        Some("2 per day; after food"),
    )
    .with("DURATION", "for two weeks", Some("14 days"))
    .medicine("Vicodin", &[])
    .draft();
    let [metformin, vicodin] = &content.medications[..] else {
        panic!("two lines")
    };
    let words = metformin.source.unwrap().words.unwrap();
    assert_eq!(
        (words.first, words.last, words.start_ms, words.end_ms),
        (1, 12, 1000, 12_900)
    );
    assert_eq!(
        *metformin,
        MedicationLine {
            name: "metformin".to_owned(),
            strength: "500 mg".to_owned(),
            frequency: "twice a day after food".to_owned(),
            duration: "14 days".to_owned(),
            rxnorm: "6809".to_owned(),
            source: metformin.source,
            ..MedicationLine::default()
        }
    );
    assert_eq!(
        *vicodin,
        MedicationLine {
            name: "Vicodin".to_owned(),
            source: vicodin.source,
            ..MedicationLine::default()
        }
    );
}

#[test]
fn parts_of_the_day_that_were_spelled_out_are_written_in_figures() {
    let content = Dictation::of("Dolo one zero one after food for five days. Telma 1-0-0 daily.")
        .medicine("Dolo", &[])
        .with(
            "FREQUENCY",
            "one zero one after food",
            Some("1-0-1; after food"),
        )
        .with("DURATION", "five days", Some("5 days"))
        .medicine("Telma", &[])
        .with("FREQUENCY", "1-0-0 daily", Some("1-0-0; 1 per day"))
        .draft();
    let [dolo, telma] = &content.medications[..] else {
        panic!("two lines")
    };
    assert_eq!(dolo.frequency, "1-0-1, after food");
    assert_eq!(dolo.quantity(), Some(10));
    assert_eq!(telma.frequency, "1-0-0 daily");
}

#[test]
fn only_current_medicines_of_the_patient_are_drafted() {
    let content = Dictation::of("No aspirin. Her mother takes insulin. Took codeine last year. If it fails, prednisone. Start Dolo.")
        .medicine("aspirin", &[TraitName::Negation])
        .medicine("insulin", &[TraitName::PertainsToFamily])
        .medicine("codeine", &[TraitName::PastHistory])
        .medicine("prednisone", &[TraitName::Hypothetical])
        .medicine("Dolo", &[TraitName::Future])
        .draft();
    assert_eq!(names(&content), ["Dolo"]);
    assert_eq!(content.medications[0].generic, "paracetamol");
}

#[test]
fn mentions_that_agree_become_one_line() {
    let dictation = Dictation::of("She is on metformin. Continue Metformin 500 mg twice daily.")
        .medicine("metformin", &[])
        .medicine("Metformin", &[])
        .with("STRENGTH", "500 mg", None)
        .with("FREQUENCY", "twice daily", None);
    let content = dictation.draft();
    assert_eq!(names(&content), ["metformin"]);
    assert_eq!(content.medications[0].strength, "500 mg");
    let source = content.medications[0].source.unwrap();
    assert_eq!(
        source.entity_id, dictation.0.entities[1].id,
        "where most of it was said"
    );
}

#[test]
fn mentions_that_disagree_stay_apart() {
    let content = Dictation::of("Give Dolo 650 mg now, and Dolo 500 mg at night.")
        .medicine("Dolo", &[])
        .with("STRENGTH", "650 mg", None)
        .medicine("Dolo 5", &[])
        .with("STRENGTH", "500 mg", None)
        .draft();
    assert_eq!(content.medications.len(), 2);
    let mut twice = Dictation::of("Dolo 650 mg, Dolo 500 mg.")
        .medicine("Dolo", &[])
        .with("STRENGTH", "650 mg", None);
    twice = twice.medicine("Dolo", &[]).with("STRENGTH", "500 mg", None);
    let strengths: Vec<_> = twice
        .draft()
        .medications
        .into_iter()
        .map(|l| l.strength)
        .collect();
    assert_eq!(strengths, ["650 mg", "500 mg"]);
}

#[test]
fn two_doses_of_one_medicine_are_both_kept() {
    let content =
        Dictation::of("Give insulin 10 units in the morning and 6 units at night before food.")
            .medicine("insulin", &[])
            .with("DOSAGE", "10 units", None)
            .with("FREQUENCY", "in the morning", None)
            .with("DOSAGE", "6 units", None)
            .with("FREQUENCY", "at night", None)
            .with("FREQUENCY", "before food", None)
            .draft();
    let line = &content.medications[0];
    assert_eq!(line.dosage, "10 units, 6 units");
    assert_eq!(line.frequency, "in the morning, at night");
    assert_eq!(line.instructions, "before food");
}

#[test]
fn diagnoses_are_what_was_concluded() {
    use TraitName::{Diagnosis, LowConfidence, Negation, PastHistory, Symptom};
    let content = Dictation::of("Cough, no asthma, old gout. Probable dengue. Hypertension and diabetes. High blood pressure again.")
        .condition("Cough", "R05.9", &[Symptom])
        .condition("asthma", "J45.909", &[Diagnosis, Negation])
        .condition("gout", "M10.9", &[Diagnosis, PastHistory])
        .condition("dengue", "A90", &[Diagnosis, LowConfidence])
        .condition("Hypertension", "I10", &[Diagnosis])
        .condition("diabetes", "", &[Diagnosis])
        .condition("High blood pressure", "I10", &[Diagnosis])
        .draft();
    let found: Vec<_> = content
        .diagnoses
        .iter()
        .map(|d| (d.text.as_str(), d.icd10.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("dengue (suspected)", ""),
            ("Hypertension", "I10"),
            ("diabetes", "")
        ]
    );
}

#[test]
fn a_code_that_is_a_guess_is_not_filled_in() {
    let mut dictation = Dictation::of("Arthritis of the left thumb, and gout.")
        .condition("Arthritis", "M19.90", &[TraitName::Diagnosis])
        .condition("gout", "M10.9", &[TraitName::Diagnosis]);
    dictation.0.entities[0].icd10[0].score = 0.7;
    let found: Vec<_> = dictation
        .draft()
        .diagnoses
        .into_iter()
        .map(|diagnosis| diagnosis.with_code())
        .collect();
    assert_eq!(found, ["Arthritis", "gout (M10.9)"]);
}

#[test]
fn the_patient_is_filled_in_where_it_is_certain() {
    let content = Dictation::of("Patient is Mrs. Asha Verma, a 45-year-old female seen by Dr. Rao. Drink water. Review after two weeks.")
        .private("NAME", "Asha Verma")
        .private("AGE", "45-year-old")
        .private("NAME", "Rao")
        .draft();
    assert_eq!(content.patient_name, "Asha Verma");
    assert_eq!(
        (content.patient_age, content.patient_gender.as_str()),
        (Some(45), "Female")
    );
    assert_eq!(content.instructions, "Drink water.");
    assert_eq!(content.follow_up, "Review after two weeks.");
}

#[test]
fn a_given_name_wins_and_titles_tell_the_gender() {
    let mut dictation = Dictation::of("Patient Asha, forty five years old.")
        .private("NAME", "Asha")
        .private("AGE", "forty five");
    dictation.0.summary.patient_name = Some("Mr. Imran Q.".to_owned());
    let content = dictation.draft();
    assert_eq!(content.patient_name, "Mr. Imran Q.");
    assert_eq!(
        (content.patient_age, content.patient_gender.as_str()),
        (Some(45), "Male")
    );
}

#[test]
fn what_is_not_certain_of_the_patient_stays_empty() {
    let two_ages = Dictation::of("A 45 year old. Or 46 years.")
        .private("AGE", "45")
        .private("AGE", "46");
    let others = Dictation::of("Her mother is 70 years old. Called Dr. Rao and her husband Ravi.")
        .private("AGE", "70")
        .private("NAME", "Rao")
        .private("NAME", "Ravi");
    let infant = Dictation::of("A 6-month-old boy.").private("AGE", "6-month-old");
    let two_names = Dictation::of("Patient Asha. Patient Usha.")
        .private("NAME", "Asha")
        .private("NAME", "Usha");
    for dictation in [two_ages, others, infant, two_names] {
        let content = dictation.draft();
        assert_eq!(content.patient_name, "", "{}", dictation.0.transcript);
        assert_eq!(content.patient_age, None, "{}", dictation.0.transcript);
    }
}

#[test]
fn an_empty_dictation_drafts_an_empty_prescription() {
    assert_eq!(
        Dictation::of("Nothing to note").draft(),
        PrescriptionContent::default()
    );
}
