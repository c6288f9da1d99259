//! What is sent and answered about prescriptions.

use serde::{Deserialize, Serialize};
use seva_model::{
    AppError, Diagnosis, MedicationLine, Prescription, PrescriptionContent, PrescriptionId,
    PrescriptionStatus, PrescriptionWarning, TranscriptionId,
};
use time::UtcOffset;
use utoipa::ToSchema;

use crate::rest::bodies::Success;

/// The farthest from UTC that any clock is, in minutes.
const FARTHEST: i32 = 14 * 60;

/// A new prescription: drafted from a dictation, written, or both.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewPrescriptionBody)]
pub(crate) struct NewBody {
    /// The dictation that it is for.
    pub(super) transcription_id: Option<TranscriptionId>,
    #[serde(flatten)]
    pub(super) content: ContentBody,
}

/// Everything that a doctor may write. What is left out is empty.
#[derive(Deserialize, ToSchema)]
#[schema(as = PrescriptionContentBody)]
pub(crate) struct ContentBody {
    patient_name: Option<String>,
    /// In years, 0 to 150.
    // Beyond the range of ages, so that a wrong one is answered with a sentence.
    patient_age: Option<i64>,
    patient_gender: Option<String>,
    /// All diagnoses as one text; else `diagnoses`.
    diagnosis: Option<String>,
    diagnoses: Option<Vec<Diagnosis>>,
    medications: Option<Vec<MedicationLine>>,
    instructions: Option<String>,
    follow_up: Option<String>,
}

impl ContentBody {
    /// Whether nothing at all is said of the prescription.
    pub(super) const fn is_absent(&self) -> bool {
        self.patient_name.is_none()
            && self.patient_age.is_none()
            && self.patient_gender.is_none()
            && self.diagnosis.is_none()
            && self.diagnoses.is_none()
            && self.medications.is_none()
            && self.instructions.is_none()
            && self.follow_up.is_none()
    }

    /// # Errors
    /// `diagnosis` and `diagnoses` say two different things.
    pub(super) fn content(self) -> Result<PrescriptionContent, AppError> {
        let diagnoses = match (self.diagnoses, self.diagnosis) {
            (Some(list), Some(line)) if line.trim() != in_one_line(&list).trim() => {
                return Err(AppError::field(
                    "diagnosis",
                    "diagnosis and diagnoses differ. Send one of them.",
                ));
            }
            (Some(list), _) => list,
            (None, line) => line.map(written).into_iter().collect(),
        };
        Ok(PrescriptionContent {
            patient_name: self.patient_name.unwrap_or_default(),
            // One that is no age at all is refused with those that are too high.
            patient_age: self
                .patient_age
                .map(|years| u16::try_from(years).unwrap_or(u16::MAX)),
            patient_gender: self.patient_gender.unwrap_or_default(),
            diagnoses,
            medications: self.medications.unwrap_or_default(),
            instructions: self.instructions.unwrap_or_default(),
            follow_up: self.follow_up.unwrap_or_default(),
        })
    }
}

fn written(text: String) -> Diagnosis {
    Diagnosis {
        text,
        ..Diagnosis::default()
    }
}

/// All diagnoses as one text: "Hypertension; Type 2 diabetes".
fn in_one_line(diagnoses: &[Diagnosis]) -> String {
    let said = |diagnosis: &Diagnosis| match diagnosis.text.as_str() {
        "" => diagnosis.icd10.clone(),
        text => text.to_owned(),
    };
    diagnoses.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// Where the doctor is who signs: the paper bears the date of that day.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = FinalizePrescriptionBody)]
pub(crate) struct FinalizeBody {
    /// What to add to UTC, -840 to 840: 330 in India.
    utc_offset_minutes: Option<i32>,
}

impl FinalizeBody {
    /// # Errors
    /// No clock is so far from UTC.
    pub(super) fn offset(&self) -> Result<Option<UtcOffset>, AppError> {
        let Some(minutes) = self.utc_offset_minutes else {
            return Ok(None);
        };
        let refused = || {
            AppError::field(
                "utc_offset_minutes",
                "Send the minutes to add to UTC, from -840 to 840.",
            )
        };
        if !(-FARTHEST..=FARTHEST).contains(&minutes) {
            return Err(refused());
        }
        let offset = UtcOffset::from_whole_seconds(minutes * 60);
        offset.map(Some).map_err(|_| refused())
    }
}

/// A prescription as it is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = WholePrescriptionBody)]
pub(super) struct WholeBody {
    #[schema(inline)]
    success: Success,
    prescription: PrescriptionBody,
}

#[derive(Serialize, ToSchema)]
struct PrescriptionBody {
    #[serde(flatten)]
    prescription: Prescription,
    /// All diagnoses as one text.
    diagnosis: String,
    /// The paper, or a link to the signed one.
    pdf_url: String,
    /// What to look at before signing.
    warnings: Vec<PrescriptionWarning>,
}

impl WholeBody {
    pub(super) fn new(
        prescription: Prescription,
        warnings: Vec<PrescriptionWarning>,
        base_url: &str,
    ) -> Self {
        let id = prescription.id;
        let pdf_url = match prescription.status {
            PrescriptionStatus::Draft => preview_url(base_url, id),
            PrescriptionStatus::Finalized => format!("{base_url}/api/v1/prescriptions/{id}/pdf"),
        };
        Self {
            success: Success,
            prescription: PrescriptionBody {
                diagnosis: in_one_line(&prescription.content.diagnoses),
                prescription,
                pdf_url,
                warnings,
            },
        }
    }
}

/// A new prescription as it is answered: the same however often it is asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = MadePrescriptionBody)]
pub(super) struct MadeBody {
    #[schema(inline)]
    success: Success,
    prescription_id: PrescriptionId,
    pdf_url: String,
}

impl MadeBody {
    pub(super) fn new(id: PrescriptionId, base_url: &str) -> Self {
        Self {
            success: Success,
            prescription_id: id,
            pdf_url: preview_url(base_url, id),
        }
    }
}

/// The paper as it would be now.
fn preview_url(base_url: &str, id: PrescriptionId) -> String {
    format!("{base_url}/api/v1/prescriptions/{id}/preview.pdf")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::*;

    fn content(body: Value) -> Result<PrescriptionContent, AppError> {
        serde_json::from_value::<ContentBody>(body)
            .unwrap()
            .content()
    }

    #[test]
    fn a_diagnosis_may_be_a_text_or_a_list() {
        let one = content(json!({ "diagnosis": "Hypertension" })).unwrap();
        assert_eq!(one.diagnoses[0].text, "Hypertension");
        let list = json!([{ "text": "Hypertension", "icd10": "I10" }, { "text": "Asthma" }]);
        let same = json!({ "diagnosis": "Hypertension; Asthma", "diagnoses": list });
        let both = content(same).unwrap();
        assert_eq!(both.diagnoses.len(), 2);
        assert_eq!(both.diagnoses[0].icd10, "I10");
        let other = json!({ "diagnosis": "Gout", "diagnoses": list });
        let refused = content(other).unwrap_err();
        assert!(refused.fields.contains_key("diagnosis"));
    }

    #[test]
    fn what_is_no_age_becomes_one_that_is_refused() {
        for (written, read) in [
            (json!(45), 45),
            (json!(-1), u16::MAX),
            (json!(70_000), u16::MAX),
        ] {
            let content = content(json!({ "patient_age": written })).unwrap();
            assert_eq!(content.patient_age, Some(read));
        }
    }

    #[test]
    fn a_clock_is_within_fourteen_hours_of_utc() {
        let offset = |minutes: Option<i32>| {
            let body = FinalizeBody {
                utc_offset_minutes: minutes,
            };
            body.offset()
                .map(|offset| offset.map(UtcOffset::whole_minutes))
        };
        assert_eq!(offset(None), Ok(None));
        assert_eq!(offset(Some(330)), Ok(Some(330)));
        assert!(offset(Some(841)).is_err() && offset(Some(i32::MIN)).is_err());
    }
}
