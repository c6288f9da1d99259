//! A prescription as FHIR R4: a bundle of the patient, the doctor, the diagnoses, the
//! medicines and the signed paper, each of which refers to others within the bundle.
//!
//! It is a module and no crate of its own: all it reads are the types of `seva-model`,
//! and the one who asks for it is the service function below.
//!
//! Nothing is guessed. What a line says in words stays in words; a timing, a dose or a
//! code is written where the words are plain. General advice has no place among these
//! resources; it is on the paper.

mod dosage;
mod resources;
mod text;

#[cfg(test)]
mod tests;

use seva_model::{
    AppError, Diagnosis, MedicationLine, Prescription, PrescriptionId, PrescriptionStatus, UserId,
};
use seva_store::prescriptions;
use sha1::{Digest, Sha1};
use time::OffsetDateTime;
use uuid::{Builder, Uuid};

use crate::{
    Services,
    audited::{Action, PRESCRIPTION},
    errors::Reported,
};
use dosage::{dispense, dosages};
pub use resources::Bundle;
use resources::{
    Attachment, CodeableConcept, Coding, Condition, Content, DocumentReference, Entry, HumanName,
    Identifier, MedicationRequest, Observation, Patient, Practitioner, Quantity, Reference,
    Resource,
};
use text::{clean, icd10, joined, moment, rxnorm};

const URI: &str = "urn:ietf:rfc:3986";
const LOINC: &str = "http://loinc.org";
const RXNORM: &str = "http://www.nlm.nih.gov/research/umls/rxnorm";
const ICD10_CM: &str = "http://hl7.org/fhir/sid/icd-10-cm";
const CLINICAL_STATUS: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CATEGORY: &str = "http://terminology.hl7.org/CodeSystem/condition-category";
const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";

/// Who prescribes, as the prescription has it.
struct Prescriber {
    name: String,
    registration_number: String,
}

impl Services {
    /// A prescription as a FHIR R4 bundle. A signed one names the doctor as it was
    /// signed. Whoever takes it out leaves a trace.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn prescription_fhir(
        &self,
        user_id: UserId,
        id: PrescriptionId,
    ) -> Result<Bundle, AppError> {
        let prescription = self.get_prescription(user_id, id).await?;
        let signer = prescriptions::signer(self.pool(), user_id, id)
            .await
            .reported_for("read prescription", PRESCRIPTION)?;
        let prescriber = match signer {
            Some(signer) => Prescriber {
                name: signer.name,
                registration_number: signer.registration_number,
            },
            None => {
                let doctor = self.current_user(user_id).await?;
                Prescriber {
                    name: doctor.full_name,
                    registration_number: doctor.profile.registration_number,
                }
            }
        };
        let bundle = bundle(&prescription, &prescriber, &self.config().base_url);
        let read = Action::of(
            user_id,
            "prescription.read_fhir",
            PRESCRIPTION,
            id.as_uuid(),
        );
        self.record(read).await?;
        Ok(bundle)
    }
}

/// The prescription while it is put into resources.
struct Source<'a> {
    prescription: &'a Prescription,
    /// When it was signed, else when it was last changed.
    at: OffsetDateTime,
}

fn bundle(prescription: &Prescription, prescriber: &Prescriber, base_url: &str) -> Bundle {
    let source = Source {
        prescription,
        at: prescription.finalized_at.unwrap_or(prescription.updated_at),
    };
    let content = &prescription.content;
    let mut entry = vec![source.patient(), source.practitioner(prescriber)];
    entry.extend(content.patient_age.map(|years| source.age(years)));
    entry.extend(
        (0..)
            .zip(&content.diagnoses)
            .map(|(place, diagnosis)| source.condition(place, diagnosis)),
    );
    entry.extend(
        (0..)
            .zip(&content.medications)
            .map(|(place, line)| source.medication_request(place, line)),
    );
    entry.extend(source.document(base_url));
    Bundle {
        resource_type: "Bundle",
        id: prescription.id.to_string(),
        identifier: source.group(),
        kind: "collection",
        entry,
    }
}

/// A name-based id (UUID version 5) within the prescription's own: the same in each
/// copy of the bundle.
fn named(namespace: Uuid, name: &str) -> Uuid {
    let digest = Sha1::new()
        .chain_update(namespace.as_bytes())
        .chain_update(name)
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Builder::from_sha1_bytes(bytes).into_uuid()
}

impl Source<'_> {
    fn id(&self, name: &str) -> Uuid {
        named(self.prescription.id.as_uuid(), name)
    }

    fn reference(&self, name: &str) -> Reference {
        Reference {
            reference: format!("urn:uuid:{}", self.id(name)),
        }
    }

    /// An entry whose resource carries the id of that name.
    fn entry(&self, name: &str, resource: impl FnOnce(String) -> Resource) -> Entry {
        let id = self.id(name);
        Entry {
            full_url: format!("urn:uuid:{id}"),
            resource: resource(id.to_string()),
        }
    }

    fn is_signed(&self) -> bool {
        self.prescription.status == PrescriptionStatus::Finalized
    }

    fn patient(&self) -> Entry {
        let content = &self.prescription.content;
        self.entry("patient", |id| {
            Resource::Patient(Patient {
                id,
                name: name(&content.patient_name),
                gender: gender(&content.patient_gender),
            })
        })
    }

    fn practitioner(&self, prescriber: &Prescriber) -> Entry {
        let registration = clean(&prescriber.registration_number).map(|value| Identifier {
            kind: Some(CodeableConcept::coded(IDENTIFIER_TYPE, "MD")),
            system: None,
            value,
        });
        self.entry("practitioner", |id| {
            Resource::Practitioner(Practitioner {
                id,
                identifier: registration.into_iter().collect(),
                name: name(&prescriber.name),
            })
        })
    }

    /// A patient of FHIR has a date of birth and no age: what is known is an
    /// observation of the day.
    fn age(&self, years: u16) -> Entry {
        self.entry("age", |id| {
            Resource::Observation(Box::new(Observation {
                id,
                status: if self.is_signed() {
                    "final"
                } else {
                    "preliminary"
                },
                code: CodeableConcept {
                    text: Some("Age".to_owned()),
                    ..CodeableConcept::coded(LOINC, "30525-0")
                },
                subject: self.reference("patient"),
                effective_date_time: moment(self.at),
                value_quantity: Quantity::of(f64::from(years), "years", "a"),
            }))
        })
    }

    fn condition(&self, place: usize, diagnosis: &Diagnosis) -> Entry {
        let code = icd10(&diagnosis.icd10);
        let text = clean(&diagnosis.text).or_else(|| match code {
            Some(_) => None,
            None => clean(&diagnosis.icd10).or_else(|| Some("Not named".to_owned())),
        });
        let coding = code.map(|code| Coding {
            system: ICD10_CM,
            code,
        });
        self.entry(&format!("condition/{place}"), |id| {
            Resource::Condition(Box::new(Condition {
                id,
                clinical_status: CodeableConcept::coded(CLINICAL_STATUS, "active"),
                category: vec![CodeableConcept::coded(CATEGORY, "encounter-diagnosis")],
                code: CodeableConcept {
                    coding: coding.into_iter().collect(),
                    text,
                },
                subject: self.reference("patient"),
                recorded_date: moment(self.at),
                recorder: self.reference("practitioner"),
            }))
        })
    }

    fn medication_request(&self, place: usize, line: &MedicationLine) -> Entry {
        // Which medicine is for which diagnosis is not known.
        let diagnoses = (0..self.prescription.content.diagnoses.len())
            .map(|place| self.reference(&format!("condition/{place}")));
        self.entry(&format!("medication-request/{place}"), |id| {
            Resource::MedicationRequest(Box::new(MedicationRequest {
                id,
                status: if self.is_signed() { "active" } else { "draft" },
                intent: "order",
                medication_codeable_concept: medication(line),
                subject: self.reference("patient"),
                supporting_information: diagnoses.collect(),
                authored_on: moment(self.at),
                requester: self.reference("practitioner"),
                group_identifier: self.group(),
                dosage_instruction: dosages(line),
                dispense_request: dispense(line),
            }))
        })
    }

    /// What all medicines of the prescription share.
    fn group(&self) -> Identifier {
        Identifier {
            kind: None,
            system: Some(URI.to_owned()),
            value: format!("urn:uuid:{}", self.prescription.id),
        }
    }

    /// The signed paper, where there is one.
    fn document(&self, base_url: &str) -> Option<Entry> {
        let code = self.prescription.verification_code.as_deref()?;
        let signed_at = moment(self.prescription.finalized_at?);
        let id = self.prescription.id;
        Some(self.entry("document", |document| {
            Resource::DocumentReference(Box::new(DocumentReference {
                id: document,
                identifier: vec![Identifier {
                    kind: None,
                    system: Some(format!("{base_url}/verify")),
                    value: code.to_owned(),
                }],
                status: "current",
                doc_status: "final",
                kind: CodeableConcept {
                    text: Some("Prescription".to_owned()),
                    ..CodeableConcept::coded(LOINC, "57833-6")
                },
                subject: self.reference("patient"),
                date: signed_at.clone(),
                author: vec![self.reference("practitioner")],
                content: vec![Content {
                    attachment: Attachment {
                        content_type: "application/pdf",
                        url: format!("{base_url}/api/v1/prescriptions/{id}/pdf"),
                        title: format!("prescription-{code}.pdf"),
                        creation: signed_at,
                    },
                }],
            }))
        }))
    }
}

fn name(text: &str) -> Vec<HumanName> {
    clean(text)
        .map(|text| HumanName { text })
        .into_iter()
        .collect()
}

/// Only words that mean one of FHIR's four.
fn gender(written: &str) -> Option<&'static str> {
    Some(match written.trim().to_lowercase().as_str() {
        "female" | "f" | "woman" | "girl" => "female",
        "male" | "m" | "man" | "boy" => "male",
        "other" | "o" => "other",
        "unknown" => "unknown",
        _ => return None,
    })
}

/// "Dolo 650 mg tablet (paracetamol)".
fn medication(line: &MedicationLine) -> CodeableConcept {
    let mut text = joined(&[&line.name, &line.strength, &line.form], " ");
    let generic = clean(&line.generic);
    let is_other = |generic: &String| generic.to_lowercase() != line.name.trim().to_lowercase();
    if let Some(generic) = generic.filter(is_other) {
        text = Some(match text {
            Some(text) => format!("{text} ({generic})"),
            None => generic,
        });
    }
    let coding = rxnorm(&line.rxnorm).map(|code| Coding {
        system: RXNORM,
        code: code.to_owned(),
    });
    CodeableConcept {
        coding: coding.into_iter().collect(),
        text: text.or_else(|| Some("Not named".to_owned())),
    }
}
