//! What is shown of a patient's data where a program prints it for its makers,
//! in a log or a failed test: ids, states, counts and times; never what was said
//! or written. A new field is hidden until it is named here.

use std::fmt::{Debug, Formatter, Result};

use crate::{
    AdviceText, Attribute, Concept, Diagnosis, Entity, MedicationLine, Prescription,
    PrescriptionContent, PrescriptionSummary, PrescriptionWarning, Segment, Transcription,
    TranscriptionSummary, Word,
};

impl Debug for Word {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Word")
            .field("start", &self.start)
            .field("end", &self.end)
            .field("confidence", &self.confidence)
            .field("alternatives", &self.alternatives.len())
            .finish_non_exhaustive()
    }
}

impl Debug for Segment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Segment")
            .field("index", &self.index)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}

impl Debug for TranscriptionSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("TranscriptionSummary")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("stage", &self.stage)
            .field("progress", &self.progress)
            .field("queue_ahead", &self.queue_ahead)
            .field("failure", &self.failure)
            .field("duration_seconds", &self.duration_seconds)
            .field("prescription", &self.prescription)
            .field("version", &self.version)
            .field("created_at", &self.created_at)
            .field("times", &self.times)
            .finish_non_exhaustive()
    }
}

impl Debug for Transcription {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Transcription")
            .field("summary", &self.summary)
            .field("language_code", &self.language_code)
            .field("attempt", &self.attempt)
            .field("transcript_version", &self.transcript_version)
            .field("segments", &self.segments.len())
            .field("entities", &self.entities.len())
            .finish_non_exhaustive()
    }
}

impl Debug for Attribute {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Attribute")
            .field("type", &self.attribute_type)
            .field("begin_offset", &self.begin_offset)
            .field("end_offset", &self.end_offset)
            .field("score", &self.score)
            .field("relationship_score", &self.relationship_score)
            .finish_non_exhaustive()
    }
}

impl Debug for Concept {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Concept")
            .field("score", &self.score)
            .finish_non_exhaustive()
    }
}

impl Debug for Entity {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Entity")
            .field("id", &self.id)
            .field("category", &self.category)
            .field("type", &self.entity_type)
            .field("score", &self.score)
            .field("begin_offset", &self.begin_offset)
            .field("end_offset", &self.end_offset)
            .field("traits", &self.traits)
            .field("attributes", &self.attributes)
            .field("icd10", &self.icd10.len())
            .field("rxnorm", &self.rxnorm.len())
            .finish_non_exhaustive()
    }
}

impl Debug for MedicationLine {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("MedicationLine")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Debug for Diagnosis {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Diagnosis")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl Debug for AdviceText {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("AdviceText").finish_non_exhaustive()
    }
}

impl Debug for PrescriptionContent {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("PrescriptionContent")
            .field("diagnoses", &self.diagnoses)
            .field("medications", &self.medications)
            .finish_non_exhaustive()
    }
}

impl Debug for PrescriptionSummary {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("PrescriptionSummary")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("medicines", &self.medicines.len())
            .field("updated_at", &self.updated_at)
            .field("created_at", &self.created_at)
            .field("finalized_at", &self.finalized_at)
            .finish_non_exhaustive()
    }
}

impl Debug for Prescription {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("Prescription")
            .field("id", &self.id)
            .field("transcription_id", &self.transcription_id)
            .field("status", &self.status)
            .field("version", &self.version)
            .field("content", &self.content)
            .field("updated_at", &self.updated_at)
            .field("created_at", &self.created_at)
            .field("finalized_at", &self.finalized_at)
            .finish_non_exhaustive()
    }
}

impl Debug for PrescriptionWarning {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.debug_struct("PrescriptionWarning")
            .field("lines", &self.lines)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;
    use crate::DictationEvent;

    const SECRET: &str = "Asha";
    const ID: &str = "019a0000-0000-7000-8000-000000000001";
    const TIME: &str = "2026-01-02T03:04:05Z";

    /// Asserts that a value made of the fields does not show the secret in them.
    fn hides<T: DeserializeOwned + Debug>(fields: &Value) {
        assert!(fields.to_string().contains(SECRET));
        let value: T = serde_json::from_value(fields.clone()).unwrap();
        for shown in [format!("{value:?}"), format!("{value:#?}")] {
            assert!(!shown.contains(SECRET), "{shown}");
        }
    }

    fn with(mut fields: Value, more: Value) -> Value {
        if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
            fields.extend(more);
        }
        fields
    }

    #[test]
    fn what_is_heard_is_hidden() {
        let word = json!({"text": SECRET, "start": 0.0, "end": 1.0, "confidence": 0.5,
            "alternatives": [SECRET]});
        hides::<Word>(&word);
        let segment = json!({"index": 0, "start": 0.0, "end": 1.0, "text": SECRET,
            "words": [word]});
        hides::<Segment>(&segment);
        let moving = json!({"version": 1, "status": "COMPLETED", "stage": "DONE",
            "progress": 100, "queue_ahead": null, "failure": null, "times": {}});
        let event = json!({"transcription_id": ID, "attempt": 1, "segments": [segment]});
        hides::<DictationEvent>(&with(moving.clone(), event));
        let summary = with(
            moving,
            json!({"id": ID, "patient_name": SECRET, "specialty": "CARDIOLOGY",
                "duration_seconds": 1.0, "medicine_count": 1, "extraction_failed": false,
                "unsure_count": 1, "prescription": null, "created_at": TIME}),
        );
        hides::<TranscriptionSummary>(&summary);
        let whole = json!({"language_code": "en-US", "attempt": 1, "file_name": SECRET,
            "transcript": SECRET, "transcript_version": 0, "segments": [segment],
            "entities": [entity()]});
        hides::<Transcription>(&with(summary, whole));
    }

    fn entity() -> Value {
        let concept = json!({"code": SECRET, "description": SECRET, "score": 0.9});
        let attribute = json!({"type": "STRENGTH", "text": SECRET, "begin_offset": 0,
            "end_offset": 4, "score": 0.9, "relationship_score": 0.9, "normalized": SECRET});
        json!({"id": ID, "text": SECRET, "category": "MEDICATION", "type": "BRAND_NAME",
            "confidence_score": 0.9, "begin_offset": 0, "end_offset": 4,
            "traits": [{"name": "NEGATION", "score": 0.9}], "attributes": [attribute],
            "icd10": [concept], "rxnorm": [concept]})
    }

    #[test]
    fn what_is_found_is_hidden() {
        let entity = entity();
        hides::<Entity>(&entity);
        hides::<Attribute>(&entity["attributes"][0]);
        hides::<Concept>(&entity["icd10"][0]);
    }

    #[test]
    fn what_is_prescribed_is_hidden() {
        let line = json!({"name": SECRET, "generic": SECRET, "strength": SECRET,
            "dosage": SECRET, "form": SECRET, "route": SECRET, "frequency": SECRET,
            "duration": SECRET, "instructions": SECRET, "rxnorm": SECRET});
        hides::<MedicationLine>(&line);
        let diagnosis = json!({"text": SECRET, "icd10": SECRET});
        hides::<Diagnosis>(&diagnosis);
        hides::<AdviceText>(&json!({"advice": SECRET, "follow_up": SECRET}));
        let content = json!({"patient_name": SECRET, "patient_age": 54,
            "patient_gender": SECRET, "diagnoses": [diagnosis], "medications": [line],
            "instructions": SECRET, "follow_up": SECRET});
        hides::<PrescriptionContent>(&content);
        let row = json!({"id": ID, "status": "DRAFT", "updated_at": TIME, "created_at": TIME});
        hides::<PrescriptionSummary>(&with(
            row.clone(),
            json!({"patient_name": SECRET, "medicines": [SECRET]}),
        ));
        let whole = json!({"transcription_id": null, "version": 1, "verification_code": SECRET});
        hides::<Prescription>(&with(with(row, content), whole));
        hides::<PrescriptionWarning>(&json!({"lines": [0], "message": SECRET}));
    }
}
