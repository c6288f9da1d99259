//! The paper of a prescription: what `seva-documents` prints, filled from what
//! the doctor signed.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use seva_documents::{
    Clinic, Diagnosis, Doctor, MedicineLine, Patient, PrescriptionDocument, Renderer, Verification,
};
use seva_model::{CurrentUser, MedicationLine, Prescription};
use seva_services::ports::{PortError, PortFailure, PrescriptionPaper, PrescriptionPrinter};
use time::OffsetDateTime;

/// Prints with Typst, on a thread that may block.
pub(crate) struct TypstPrinter(Arc<Renderer>);

impl TypstPrinter {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Renderer::new()))
    }
}

#[async_trait]
impl PrescriptionPrinter for TypstPrinter {
    async fn print(&self, paper: &PrescriptionPaper) -> Result<Bytes, PortError> {
        let renderer = Arc::clone(&self.0);
        let document = document(paper);
        let printed =
            tokio::task::spawn_blocking(move || renderer.prescription_pdf(&document)).await;
        match printed {
            Ok(Ok(pdf)) => Ok(pdf.into()),
            Ok(Err(error)) => Err(failed(error)),
            Err(error) => Err(failed(error)),
        }
    }
}

fn failed(source: impl std::error::Error + Send + Sync + 'static) -> PortError {
    let operation = "print a prescription";
    PortError::new("printer", operation, PortFailure::Broken, source)
}

fn document(paper: &PrescriptionPaper) -> PrescriptionDocument {
    let Prescription { content, .. } = &paper.prescription;
    let here = |at: OffsetDateTime| at.to_offset(paper.utc_offset);
    let signed_at = paper.prescription.finalized_at.map(here);
    PrescriptionDocument {
        clinic: clinic(&paper.doctor),
        doctor: doctor(&paper.doctor),
        patient: Patient {
            name: content.patient_name.clone(),
            age: content.patient_age.map(|age| format!("{age} years")),
            gender: said(&content.patient_gender),
            identifier: None,
        },
        date: signed_at
            .unwrap_or_else(|| here(paper.prescription.updated_at))
            .date(),
        diagnoses: content
            .diagnoses
            .iter()
            .map(|diagnosis| Diagnosis {
                text: diagnosis.text.clone(),
                icd10: said(&diagnosis.icd10),
            })
            .collect(),
        medicines: content.medications.iter().map(medicine).collect(),
        advice: lines(&content.instructions),
        follow_up: said(&content.follow_up),
        verification: Verification {
            url: paper.verification_url.clone(),
            short_code: paper
                .prescription
                .verification_code
                .clone()
                .unwrap_or_default(),
        },
        signed_at,
        prescription_id: paper.prescription.id.to_string(),
        version: u32::try_from(paper.prescription.version).unwrap_or(1),
    }
}

fn clinic(user: &CurrentUser) -> Clinic {
    Clinic {
        name: user.profile.clinic_name.clone(),
        address_lines: lines(&user.profile.clinic_address),
        phone: said(&user.profile.clinic_phone),
        // The account's address is for signing in, not for patients.
        email: None,
    }
}

fn doctor(user: &CurrentUser) -> Doctor {
    Doctor {
        name: user.full_name.clone(),
        qualification: said(&user.profile.qualification),
        registration_number: said(&user.profile.registration_number),
        specialty: None,
    }
}

fn medicine(line: &MedicationLine) -> MedicineLine {
    MedicineLine {
        name: line.name.clone(),
        generic: said(&line.generic),
        strength: said(&line.strength),
        dose: said(&line.dosage),
        form: said(&line.form),
        route: said(&line.route),
        frequency: said(&line.frequency),
        duration: said(&line.duration),
        quantity: line.quantity().map(|pieces| pieces.to_string()),
        instructions: said(&line.instructions),
    }
}

fn said(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.to_owned())
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use seva_model::{
        DoctorProfile, PrescriptionContent, PrescriptionId, PrescriptionStatus, UserId,
    };
    use time::macros::{date, datetime, offset};

    use super::*;

    #[test]
    fn the_paper_bears_the_date_of_the_doctors_day() {
        // Half past one at night on the 23rd, in Pune.
        let signed = datetime!(2026-11-22 20:00 UTC);
        let paper = |finalized_at| PrescriptionPaper {
            prescription: Prescription {
                id: PrescriptionId::generate(),
                transcription_id: None,
                status: PrescriptionStatus::Draft,
                version: 1,
                content: PrescriptionContent::default(),
                verification_code: None,
                updated_at: signed,
                created_at: signed,
                finalized_at,
            },
            doctor: CurrentUser {
                id: UserId::generate(),
                email: "doctor@seva.example".to_owned(),
                full_name: "Asha Verma".to_owned(),
                profile: DoctorProfile::default(),
            },
            utc_offset: offset!(+5:30),
            verification_url: String::new(),
        };
        for finalized_at in [None, Some(signed)] {
            let document = document(&paper(finalized_at));
            assert_eq!(document.date, date!(2026 - 11 - 23));
        }
        let document = document(&paper(Some(signed)));
        assert_eq!(document.signed_at.unwrap().offset(), offset!(+5:30));
    }
}
