//! What is there before schemathesis comes: dictations that were transcribed, and drafts. Ids
//! that it makes up are answered with 404 alone.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::request::Caller;
use crate::paths::Paths;

/// So many, because it deletes what it finds.
const DRAFTS: usize = 20;
const DICTATIONS: usize = 6;
/// A few seconds of speech are transcribed in less on any machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Makes it, and says in schemathesis's configuration which route takes which. Some requests
/// still have an id of nothing.
pub(super) fn make(paths: &Paths, doctor: &Caller) -> Result<String> {
    let sample = fs::read(paths.root.join("crates/speech/tests/fixtures/speech.wav"))?;
    let dictations = (0..DICTATIONS).map(|_| dictate(doctor, &sample));
    let dictations = dictations.collect::<Result<Vec<_>>>()?;
    let drafts = (0..DRAFTS).map(|_| draft(doctor));
    let drafts = drafts.collect::<Result<Vec<_>>>()?;
    Ok(configuration(&dictations, &drafts))
}

fn dictate(doctor: &Caller, sample: &[u8]) -> Result<String> {
    let begun = doctor.upload("/api/v1/transcriptions", "audio_file", sample)?;
    let id = text(&begun["transcription_id"])?;
    let began = Instant::now();
    loop {
        let dictation = doctor.get(&format!("/api/v1/transcriptions/{id}"))?;
        match dictation["transcription"]["status"].as_str() {
            Some("COMPLETED") => return Ok(id),
            Some("PENDING" | "IN_PROGRESS") => {}
            other => anyhow::bail!("the dictation is {other:?}"),
        }
        ensure!(began.elapsed() < PATIENCE, "the dictation takes too long");
        thread::sleep(Duration::from_millis(300));
    }
}

fn draft(doctor: &Caller) -> Result<String> {
    let content = json!({
        "patient_name": "Imran Qureshi", "patient_age": 54, "patient_gender": "Male",
        "diagnoses": [{ "text": "Type 2 diabetes", "icd10": "E11.9" }],
        "medications": [{
            "name": "Metformin", "strength": "500 mg", "dosage": "1 tablet", "form": "tablet",
            "route": "oral", "frequency": "twice daily", "duration": "30 days",
        }],
    });
    let made = doctor.post("/api/v1/prescriptions", &content)?;
    text(&made["prescription_id"])
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("the answer has no id")?.to_owned())
}

fn configuration(dictations: &[String], drafts: &[String]) -> String {
    let versions: Vec<_> = (1..=9).map(|version| format!("\"{version}\"")).collect();
    format!(
        "[dictionaries]\n\
         dictation = {{ values = {dictations:?} }}\n\
         draft = {{ values = {drafts:?} }}\n\
         version = {{ values = {versions:?} }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"getTranscription\", \"extractTranscription\", \
         \"retryTranscription\", \"cancelTranscription\", \"getTranscriptionAudio\", \
         \"listTranscriptionEntities\", \"exportTranscript\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"dictation\", probability = 0.8 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"getPrescription\", \"updatePrescription\", \
         \"copyPrescription\", \"previewPrescription\", \"getPrescriptionFhir\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"draft\", probability = 0.8 }}\n\
         parameters.\"header.If-Match\" = {{ dictionary = \"version\", probability = 0.8 }}\n"
    )
}
