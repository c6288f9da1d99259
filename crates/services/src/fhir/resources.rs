//! The part of FHIR R4 (4.0.1) that a prescription needs, as it is written in JSON.
//! Nothing empty is written: FHIR knows no empty texts, lists or objects.

use serde::Serialize;

pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// A prescription with everything it refers to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    pub(super) resource_type: &'static str,
    pub(super) id: String,
    pub(super) identifier: Identifier,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) entry: Vec<Entry>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) full_url: String,
    pub(super) resource: Resource,
}

#[derive(Serialize)]
#[serde(tag = "resourceType")]
pub(super) enum Resource {
    Patient(Patient),
    Practitioner(Practitioner),
    Observation(Box<Observation>),
    Condition(Box<Condition>),
    MedicationRequest(Box<MedicationRequest>),
    DocumentReference(Box<DocumentReference>),
}

#[derive(Serialize)]
pub(super) struct Patient {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) name: Vec<HumanName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) gender: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Practitioner {
    pub(super) id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) identifier: Vec<Identifier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) name: Vec<HumanName>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Observation {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) code: CodeableConcept,
    pub(super) subject: Reference,
    pub(super) effective_date_time: String,
    pub(super) value_quantity: Quantity,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Condition {
    pub(super) id: String,
    pub(super) clinical_status: CodeableConcept,
    pub(super) category: Vec<CodeableConcept>,
    pub(super) code: CodeableConcept,
    pub(super) subject: Reference,
    pub(super) recorded_date: String,
    pub(super) recorder: Reference,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MedicationRequest {
    pub(super) id: String,
    pub(super) status: &'static str,
    pub(super) intent: &'static str,
    pub(super) medication_codeable_concept: CodeableConcept,
    pub(super) subject: Reference,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) supporting_information: Vec<Reference>,
    pub(super) authored_on: String,
    pub(super) requester: Reference,
    pub(super) group_identifier: Identifier,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dosage_instruction: Vec<Dosage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) dispense_request: Option<DispenseRequest>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocumentReference {
    pub(super) id: String,
    pub(super) identifier: Vec<Identifier>,
    pub(super) status: &'static str,
    pub(super) doc_status: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: CodeableConcept,
    pub(super) subject: Reference,
    pub(super) date: String,
    pub(super) author: Vec<Reference>,
    pub(super) content: Vec<Content>,
}

#[derive(Serialize)]
pub(super) struct Content {
    pub(super) attachment: Attachment,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attachment {
    pub(super) content_type: &'static str,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) creation: String,
}

/// Dosages with the same `sequence` go on at the same time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Dosage {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sequence: Option<u32>,
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) patient_instruction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) timing: Option<Timing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_needed_boolean: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) route: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dose_and_rate: Vec<DoseAndRate>,
}

#[derive(Serialize)]
pub(super) struct Timing {
    pub(super) repeat: Repeat,
}

#[derive(Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Repeat {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) bounds_duration: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) frequency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) period: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) period_unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) when: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DoseAndRate {
    pub(super) dose_quantity: Quantity,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DispenseRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) quantity: Option<Quantity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expected_supply_duration: Option<Quantity>,
}

#[derive(Serialize)]
pub(super) struct HumanName {
    pub(super) text: String,
}

#[derive(Serialize)]
pub(super) struct Identifier {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<CodeableConcept>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) system: Option<String>,
    pub(super) value: String,
}

#[derive(Serialize)]
pub(super) struct CodeableConcept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) coding: Vec<Coding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Coding {
    pub(super) system: &'static str,
    pub(super) code: String,
}

#[derive(Serialize)]
pub(super) struct Reference {
    pub(super) reference: String,
}

#[derive(PartialEq, Serialize)]
pub(super) struct Quantity {
    pub(super) value: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) system: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<&'static str>,
}

impl CodeableConcept {
    /// A code of a published system.
    pub(super) fn coded(system: &'static str, code: &str) -> Self {
        Self {
            coding: vec![Coding {
                system,
                code: code.to_owned(),
            }],
            text: None,
        }
    }

    /// Words alone.
    pub(super) const fn said(text: String) -> Self {
        Self {
            coding: Vec::new(),
            text: Some(text),
        }
    }
}

impl Quantity {
    /// In the unit that UCUM writes as `code`.
    pub(super) fn of(value: f64, unit: &str, code: &'static str) -> Self {
        Self {
            value,
            unit: Some(unit.to_owned()),
            system: Some(UCUM),
            code: Some(code),
        }
    }
}
