//! A prescription: what the doctor drafts, edits, signs and hands over.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::{EntityId, PrescriptionId, TranscriptionId, names::names};

names!(
    /// Draft or signed.
    PrescriptionStatus {
        /// May be edited.
        Draft = "DRAFT",
        /// Signed; never changes again.
        Finalized = "FINALIZED",
    }
);

names!(
    /// Where a medicine's name comes from.
    MedicineKind {
        /// Substance.
        Generic = "GENERIC",
        /// Trade name.
        Brand = "BRAND",
    }
);

/// Words of the dictation, by their place in the whole transcript as heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordRange {
    /// First word, from 0 over all segments.
    pub first: u32,
    /// Last word, inclusive.
    pub last: u32,
    /// Milliseconds from the start of the audio.
    pub start_ms: u32,
    /// Milliseconds from the start of the audio.
    pub end_ms: u32,
}

/// Where a drafted line was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineSource {
    /// The medicine's entity.
    pub entity_id: EntityId,
    /// Medicine and everything said of it.
    pub words: Option<WordRange>,
}

/// One medicine. Empty text means that it was not said; nothing is guessed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MedicationLine {
    /// As it shall be printed.
    pub name: String,
    /// Substance of a brand, where known.
    #[serde(default)]
    pub generic: String,
    /// For example "500 mg".
    #[serde(default)]
    pub strength: String,
    /// How much at a time: "1 tablet", "half a tablet", "10 ml".
    #[serde(default)]
    pub dosage: String,
    /// "tablet", "syrup", ...
    #[serde(default)]
    pub form: String,
    /// "by mouth", "inhaled", ...
    #[serde(default)]
    pub route: String,
    /// "twice daily", "1-0-1", ...
    #[serde(default)]
    pub frequency: String,
    /// "5 days", ...
    #[serde(default)]
    pub duration: String,
    /// "after food", ...
    #[serde(default)]
    pub instructions: String,
    /// RxNorm concept, where the name is known.
    #[serde(default)]
    pub rxnorm: String,
    /// Where it was heard; `None` for a line the doctor typed.
    #[serde(default)]
    pub source: Option<LineSource>,
}

/// A diagnosis with its code, where one is known.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosis {
    /// In words.
    pub text: String,
    /// ICD-10-CM, may be empty.
    #[serde(default)]
    pub icd10: String,
    /// Where it was heard.
    #[serde(default)]
    pub source: Option<LineSource>,
}

impl Diagnosis {
    /// "Hypertension (I10)", or the words alone.
    #[must_use]
    pub fn with_code(&self) -> String {
        if self.icd10.is_empty() {
            self.text.clone()
        } else {
            format!("{} ({})", self.text, self.icd10)
        }
    }
}

/// Advice and follow-up as the extractor found them in the transcript.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdviceText {
    /// Sentences of advice, joined by line ends.
    pub advice: String,
    /// "Review after two weeks".
    pub follow_up: String,
}

/// Everything of a prescription that a doctor may edit.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrescriptionContent {
    /// Required to sign.
    #[serde(default)]
    pub patient_name: String,
    /// Years, 0 to 150.
    #[serde(default)]
    pub patient_age: Option<u16>,
    /// Free text: "Female", "Male", "Other".
    #[serde(default)]
    pub patient_gender: String,
    /// Most important first.
    #[serde(default)]
    pub diagnoses: Vec<Diagnosis>,
    /// In the order they are printed.
    #[serde(default)]
    pub medications: Vec<MedicationLine>,
    /// Advice to the patient, lines apart.
    #[serde(default)]
    pub instructions: String,
    /// When to come back.
    #[serde(default)]
    pub follow_up: String,
}

/// A row of the list of prescriptions.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrescriptionSummary {
    /// Row id.
    pub id: PrescriptionId,
    /// Draft or signed.
    pub status: PrescriptionStatus,
    /// Whom it is for; may be empty in a draft.
    pub patient_name: String,
    /// Names of the medicines, in order.
    pub medicines: Vec<String>,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was signed.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub finalized_at: Option<OffsetDateTime>,
}

/// A whole prescription.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prescription {
    /// Row id.
    pub id: PrescriptionId,
    /// The dictation it was drafted from.
    pub transcription_id: Option<TranscriptionId>,
    /// Draft or signed.
    pub status: PrescriptionStatus,
    /// Grows with each save; a save names the version it was made on.
    pub version: i32,
    /// What the doctor edits.
    #[serde(flatten)]
    pub content: PrescriptionContent,
    /// Short code on the paper, by which a pharmacist verifies it; signed only.
    #[serde(default)]
    pub verification_code: Option<String>,
    /// Last change.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it was signed.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub finalized_at: Option<OffsetDateTime>,
}

/// Something the doctor should look at before signing. Never blocks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrescriptionWarning {
    /// Lines concerned, from 0.
    pub lines: Vec<u32>,
    /// One sentence.
    pub message: String,
}

/// A medicine found in the lexicon while typing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MedicineHit {
    /// Name to be put in the line.
    pub name: String,
    /// Substance, for a brand.
    pub generic: Option<String>,
    /// Generic or brand.
    pub kind: MedicineKind,
    /// RxNorm concept.
    pub rxnorm: Option<String>,
}
