//! Prescriptions: list, write, sign, hand over.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use seva_model::{
    Diagnosis, LineSource, MedicationLine, MedicineHit, Prescription, PrescriptionContent,
    PrescriptionId, PrescriptionSummary, PrescriptionWarning,
};

use super::Listing;
use crate::UiError;

/// A prescription as its page shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrescriptionView {
    /// The prescription.
    pub prescription: Prescription,
    /// What to look at before signing.
    pub warnings: Vec<PrescriptionWarning>,
}

/// The form as it is posted. Flat, because a browser without script sends it so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PrescriptionForm {
    /// As typed.
    #[serde(default)]
    pub patient_name: String,
    /// As typed; a number or nothing.
    #[serde(default)]
    pub patient_age: String,
    /// As typed or chosen.
    #[serde(default)]
    pub patient_gender: String,
    /// Most important first.
    #[serde(default)]
    pub diagnoses: Vec<DiagnosisRow>,
    /// In the order they are printed.
    #[serde(default)]
    pub medications: Vec<MedicationRow>,
    /// Advice to the patient.
    #[serde(default)]
    pub instructions: String,
    /// When to come back.
    #[serde(default)]
    pub follow_up: String,
}

/// A diagnosis in the form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DiagnosisRow {
    /// In words.
    #[serde(default)]
    pub text: String,
    /// ICD-10-CM.
    #[serde(default)]
    pub icd10: String,
    /// The source as JSON, or empty; carried along unread.
    #[serde(default)]
    pub source: String,
}

/// A medicine in the form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MedicationRow {
    /// The editable fields.
    #[serde(flatten)]
    pub line: MedicationLine,
    /// The source as JSON, or empty; carried along unread.
    #[serde(default)]
    pub heard: String,
}

fn source_of(json: &str) -> Option<LineSource> {
    serde_json::from_str(json).ok()
}

/// A source as the form carries it.
pub(crate) fn source_json(source: Option<&LineSource>) -> String {
    source
        .and_then(|source| serde_json::to_string(source).ok())
        .unwrap_or_default()
}

impl PrescriptionForm {
    /// What the form says, checked where the type needs it.
    ///
    /// # Errors
    /// The age is not a whole number of years.
    pub fn into_content(self) -> Result<PrescriptionContent, seva_model::AppError> {
        let age = self.patient_age.trim();
        let patient_age = match age {
            "" => None,
            _ => Some(
                age.parse::<u16>()
                    .ok()
                    .filter(|years| *years <= 150)
                    .ok_or_else(|| {
                        seva_model::AppError::field(
                            "patient_age",
                            "Enter the age in whole years, 0 to 150, or leave it empty.",
                        )
                    })?,
            ),
        };
        Ok(PrescriptionContent {
            patient_name: self.patient_name,
            patient_age,
            patient_gender: self.patient_gender,
            diagnoses: self.diagnoses.into_iter().map(Diagnosis::from).collect(),
            medications: self
                .medications
                .into_iter()
                .map(MedicationLine::from)
                .collect(),
            instructions: self.instructions,
            follow_up: self.follow_up,
        })
    }
}

impl From<PrescriptionContent> for PrescriptionForm {
    /// The form as it stands before anybody types.
    fn from(content: PrescriptionContent) -> Self {
        let age = content.patient_age.map(|years| years.to_string());
        Self {
            patient_name: content.patient_name,
            patient_age: age.unwrap_or_default(),
            patient_gender: content.patient_gender,
            diagnoses: content
                .diagnoses
                .into_iter()
                .map(DiagnosisRow::from)
                .collect(),
            medications: content
                .medications
                .into_iter()
                .map(MedicationRow::from)
                .collect(),
            instructions: content.instructions,
            follow_up: content.follow_up,
        }
    }
}

impl From<Diagnosis> for DiagnosisRow {
    fn from(diagnosis: Diagnosis) -> Self {
        Self {
            source: source_json(diagnosis.source.as_ref()),
            text: diagnosis.text,
            icd10: diagnosis.icd10,
        }
    }
}

impl From<DiagnosisRow> for Diagnosis {
    fn from(row: DiagnosisRow) -> Self {
        Self {
            source: source_of(&row.source),
            text: row.text,
            icd10: row.icd10,
        }
    }
}

impl From<MedicationLine> for MedicationRow {
    fn from(line: MedicationLine) -> Self {
        Self {
            heard: source_json(line.source.as_ref()),
            line,
        }
    }
}

impl From<MedicationRow> for MedicationLine {
    fn from(row: MedicationRow) -> Self {
        Self {
            source: source_of(&row.heard),
            ..row.line
        }
    }
}

/// All prescriptions, newest first, whose patient or medicines hold the words.
#[server(prefix = "/fn", endpoint = "list_prescriptions")]
pub async fn list_prescriptions(
    search: String,
    before: Option<String>,
) -> Result<Listing<PrescriptionSummary>, UiError> {
    let caller = super::caller().await?;
    let filter = seva_services::PrescriptionFilter {
        search: super::search_words(&search),
        before,
        ..Default::default()
    };
    let page = super::services()?
        .list_prescriptions(caller, &filter)
        .await?;
    Ok(Listing::of(page, filter.search.as_deref()))
}

/// One prescription with what to look at before signing.
#[server(prefix = "/fn", endpoint = "load_prescription")]
pub async fn load_prescription(id: PrescriptionId) -> Result<PrescriptionView, UiError> {
    let caller = super::caller().await?;
    let services = super::services()?;
    let prescription = services.get_prescription(caller, id).await?;
    let warnings = services.prescription_warnings(&prescription.content);
    Ok(PrescriptionView {
        prescription,
        warnings,
    })
}

/// Saves a draft while it is being written. The version it was made on guards
/// against a second window.
#[server(prefix = "/fn", endpoint = "autosave_prescription", input = server_fn::codec::Json)]
pub async fn autosave_prescription(
    id: PrescriptionId,
    version: i32,
    form: PrescriptionForm,
) -> Result<PrescriptionView, UiError> {
    let caller = super::caller().await?;
    let services = super::services()?;
    let prescription = services
        .save_prescription(caller, id, version, form.into_content()?)
        .await?;
    let warnings = services.prescription_warnings(&prescription.content);
    Ok(PrescriptionView {
        prescription,
        warnings,
    })
}

/// What a press of a button of the form does, for a browser without script:
/// saves what was typed, and then adds, moves or removes a row, or asks whether
/// to sign.
#[server(prefix = "/fn", endpoint = "submit_prescription")]
pub async fn submit_prescription(
    id: PrescriptionId,
    version: i32,
    #[server(default)] form: PrescriptionForm,
    #[server(default)] op: String,
) -> Result<(), UiError> {
    let caller = super::caller().await?;
    let services = super::services()?;
    let mut content = form.into_content()?;
    let row = op
        .parse::<crate::components::prescription::rows::RowOp>()
        .ok();
    if let Some(row) = row {
        row.apply(&mut content);
    }
    services
        .save_prescription(caller, id, version, content)
        .await?;
    let page = format!("/prescriptions/{id}");
    leptos_axum::redirect(&match row.filter(|row| row.adds()) {
        Some(row) => format!("{page}?row={row}"),
        None if op == "sign" => format!("{page}?sign=ask"),
        None => page,
    });
    Ok(())
}

/// Signs a prescription. It can't be changed afterwards.
#[server(prefix = "/fn", endpoint = "sign_prescription")]
pub async fn sign_prescription(id: PrescriptionId, version: i32) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?
        .finalize_prescription(caller, id, version, crate::clock::callers_offset())
        .await?;
    leptos_axum::redirect(&format!("/prescriptions/{id}"));
    Ok(())
}

/// An empty prescription.
#[server(prefix = "/fn", endpoint = "new_prescription")]
pub async fn new_prescription() -> Result<(), UiError> {
    let caller = super::caller().await?;
    let id = super::services()?
        .create_prescription(caller, None, PrescriptionContent::default())
        .await?;
    leptos_axum::redirect(&format!("/prescriptions/{id}"));
    Ok(())
}

/// A new draft with the same content.
#[server(prefix = "/fn", endpoint = "copy_prescription")]
pub async fn copy_prescription(id: PrescriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    let copy = super::services()?.copy_prescription(caller, id).await?;
    leptos_axum::redirect(&format!("/prescriptions/{copy}"));
    Ok(())
}

/// Deletes a draft; [`undelete_prescription`] brings it back.
#[server(prefix = "/fn", endpoint = "delete_prescription")]
pub async fn delete_prescription(id: PrescriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.delete_prescription(caller, id).await?;
    leptos_axum::redirect("/prescriptions");
    Ok(())
}

/// Brings a deleted draft back.
#[server(prefix = "/fn", endpoint = "undelete_prescription")]
pub async fn undelete_prescription(id: PrescriptionId) -> Result<(), UiError> {
    let caller = super::caller().await?;
    super::services()?.undelete_prescription(caller, id).await?;
    leptos_axum::redirect(&format!("/prescriptions/{id}"));
    Ok(())
}

/// Medicines for what was typed so far.
#[server(prefix = "/fn", endpoint = "search_medicines")]
pub async fn search_medicines(query: String) -> Result<Vec<MedicineHit>, UiError> {
    super::caller().await?;
    Ok(super::services()?.search_medicines(&query, 8))
}
