//! What is there before schemathesis comes: dictations that were transcribed, drafts, and signed
//! prescriptions. Ids that it makes up are answered with 404 alone.

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
const SIGNED: usize = 4;
/// Nothing but signing and deleting asks for these: what was signed is changed no more, and
/// what was deleted is gone.
const TO_SIGN: usize = 12;
const TO_DELETE: usize = 12;
/// A few seconds of speech are transcribed in less on any machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Makes it, and says in schemathesis's configuration which route takes which. Some requests
/// still have an id of nothing.
pub(super) fn make(paths: &Paths, doctor: &Caller) -> Result<String> {
    let sample = fs::read(paths.root.join("crates/speech/tests/fixtures/speech.wav"))?;
    let known = Known {
        dictations: several(DICTATIONS, || dictate(doctor, &sample))?,
        drafts: several(DRAFTS, || draft(doctor))?,
        signed: several(SIGNED, || signed(doctor))?,
        to_sign: several(TO_SIGN, || draft(doctor))?,
        to_delete: several(TO_DELETE, || draft(doctor))?,
    };
    Ok(configuration(&known))
}

/// Ids.
struct Known {
    dictations: Vec<String>,
    drafts: Vec<String>,
    signed: Vec<String>,
    to_sign: Vec<String>,
    to_delete: Vec<String>,
}

fn several(count: usize, make: impl Fn() -> Result<String>) -> Result<Vec<String>> {
    (0..count).map(|_| make()).collect()
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

fn signed(doctor: &Caller) -> Result<String> {
    let id = draft(doctor)?;
    let path = format!("/api/v1/prescriptions/{id}/finalize");
    doctor.post_on_first(&path, &json!({}))?;
    Ok(id)
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("the answer has no id")?.to_owned())
}

fn configuration(known: &Known) -> String {
    let versions: Vec<_> = (1..=9).map(|version| format!("\"{version}\"")).collect();
    let prescriptions = [known.drafts.as_slice(), &known.signed].concat();
    // What can't be done to all of them is refused with 409.
    let papers = [known.signed.as_slice(), &known.to_sign].concat();
    let to_delete = [known.to_delete.as_slice(), &known.signed].concat();
    format!(
        "[dictionaries]\n\
         dictation = {{ values = {dictations:?} }}\n\
         prescription = {{ values = {prescriptions:?} }}\n\
         to_sign = {{ values = {to_sign:?} }}\n\
         to_delete = {{ values = {to_delete:?} }}\n\
         paper = {{ values = {papers:?} }}\n\
         version = {{ values = {versions:?} }}\n\
         first = {{ values = [{first:?}] }}\n\
         zone = {{ values = [0, 330, -840, 841] }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"getTranscription\", \"extractTranscription\", \
         \"retryTranscription\", \"cancelTranscription\", \"getTranscriptionAudio\", \
         \"listTranscriptionEntities\", \"exportTranscript\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"dictation\", probability = 0.8 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"getPrescription\", \"updatePrescription\", \
         \"copyPrescription\", \"previewPrescription\", \"getPrescriptionFhir\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"prescription\", probability = 0.8 }}\n\
         parameters.\"header.If-Match\" = {{ dictionary = \"version\", probability = 0.8 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"finalizePrescription\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"to_sign\", probability = 0.9 }}\n\
         parameters.\"header.If-Match\" = {{ dictionary = \"first\", probability = 0.9 }}\n\
         parameters.\"body.utc_offset_minutes\" = {{ dictionary = \"zone\", probability = 0.9 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"deletePrescription\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"to_delete\", probability = 0.8 }}\n\n\
         [[operations]]\n\
         include-operation-id = [\"getPrescriptionPdf\"]\n\
         parameters.\"path.id\" = {{ dictionary = \"paper\", probability = 0.8 }}\n",
        dictations = known.dictations,
        to_sign = known.to_sign,
        first = "\"1\"",
    )
}
