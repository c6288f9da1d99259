//! A prescription drafted from a dictation.
//!
//! Everything in it was said: a medicine only when it is the patient's, now, and
//! a fact; a dose only where it was spoken of that medicine. What was not said
//! stays empty, for the doctor to fill or to leave empty on purpose.

mod align;
mod diagnoses;
mod medicines;
mod patient;
#[cfg(test)]
mod tests;

use seva_model::{PrescriptionContent, Transcription, Word};

use crate::ports::Lexicon;

/// The draft for a completed dictation.
#[must_use]
pub fn draft(dictation: &Transcription, lexicon: &dyn Lexicon) -> PrescriptionContent {
    let text = &dictation.transcript;
    let entities = &dictation.entities;
    let words: Vec<&Word> = dictation.segments.iter().flat_map(|s| &s.words).collect();
    let alignment = align::Alignment::new(text, &words);
    let patient = patient::patient(text, entities, dictation.summary.patient_name.as_deref());
    let advice = lexicon.advice(text);
    PrescriptionContent {
        patient_name: patient.name,
        patient_age: patient.age,
        patient_gender: patient.gender.to_owned(),
        diagnoses: diagnoses::diagnoses(entities, &alignment),
        medications: medicines::lines(entities, &alignment, lexicon),
        instructions: advice.advice,
        follow_up: advice.follow_up,
    }
}
