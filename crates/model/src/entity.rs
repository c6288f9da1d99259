//! Medical entities, in the vocabulary of Amazon Comprehend Medical, whichever
//! engine found them.

use serde::{Deserialize, Serialize};

use crate::{EntityId, names::names};

names!(
    /// What kind of thing an entity is.
    Category {
        /// Medicine, by brand or generic name.
        Medication = "MEDICATION",
        /// Sign, symptom or diagnosis.
        MedicalCondition = "MEDICAL_CONDITION",
        /// Test, treatment or procedure.
        TestTreatmentProcedure = "TEST_TREATMENT_PROCEDURE",
        /// Part of the body.
        Anatomy = "ANATOMY",
        /// Point in time or span of it.
        TimeExpression = "TIME_EXPRESSION",
        /// Whatever identifies the patient. Never logged, never listed.
        ProtectedHealthInformation = "PROTECTED_HEALTH_INFORMATION",
        /// Smoking, alcohol and the like.
        BehavioralEnvironmentalSocial = "BEHAVIORAL_ENVIRONMENTAL_SOCIAL",
    }
);

names!(
    /// What the sentence says about an entity.
    TraitName {
        /// Said to be absent.
        Negation = "NEGATION",
        /// Of a relative, not of the patient.
        PertainsToFamily = "PERTAINS_TO_FAMILY",
        /// Of the past.
        PastHistory = "PAST_HISTORY",
        /// Only considered.
        Hypothetical = "HYPOTHETICAL",
        /// Spoken of with doubt.
        LowConfidence = "LOW_CONFIDENCE",
        /// Planned.
        Future = "FUTURE",
        /// Seen by the doctor.
        Sign = "SIGN",
        /// Told by the patient.
        Symptom = "SYMPTOM",
        /// Concluded by the doctor.
        Diagnosis = "DIAGNOSIS",
    }
);

/// A trait with the engine's confidence in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Trait {
    /// Which one.
    pub name: TraitName,
    /// 0 to 1.
    pub score: f32,
}

/// Something said about an entity elsewhere in the text: a dose, a value.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attribute {
    /// `STRENGTH`, `DOSAGE`, `FORM`, `ROUTE_OR_MODE`, `FREQUENCY`, `DURATION`,
    /// `TEST_VALUE`, `TEST_UNIT`, ...
    #[serde(rename = "type")]
    pub attribute_type: String,
    /// As it stands in the transcript.
    pub text: String,
    /// First code point.
    pub begin_offset: u32,
    /// Code point after the last.
    pub end_offset: u32,
    /// 0 to 1.
    pub score: f32,
    /// How sure it belongs to this entity, 0 to 1.
    pub relationship_score: f32,
    /// The same in a canonical form ("10 mg", "twice daily"), where it is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalized: Option<String>,
}

/// From this score on the best candidate for a code is what was said.
const SURE_CODE: f32 = 0.8;

/// So much worse is the next candidate than one that is certain.
const CLEARLY_WORSE: f32 = 0.05;

/// A code of a terminology (ICD-10-CM, RxNorm).
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Concept {
    /// For example `E11.9` or `6809`.
    pub code: String,
    /// The terminology's own words.
    pub description: String,
    /// 0 to 1.
    pub score: f32,
}

/// A medical entity in a transcript.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entity {
    /// Row id.
    pub id: EntityId,
    /// As it stands in the transcript.
    pub text: String,
    /// Kind.
    pub category: Category,
    /// `GENERIC_NAME`, `BRAND_NAME`, `DX_NAME`, `TEST_NAME`, ...
    #[serde(rename = "type")]
    pub entity_type: String,
    /// Confidence, 0 to 1; nothing under 0.5 is kept.
    #[serde(rename = "confidence_score")]
    pub score: f32,
    /// First Unicode code point in the transcript.
    pub begin_offset: u32,
    /// Code point after the last.
    pub end_offset: u32,
    /// What the sentence says of it.
    #[serde(default)]
    pub traits: Vec<Trait>,
    /// Doses, values and the like.
    #[serde(default)]
    pub attributes: Vec<Attribute>,
    /// Best first; conditions only.
    #[serde(default)]
    pub icd10: Vec<Concept>,
    /// Best first; medicines only.
    #[serde(default)]
    pub rxnorm: Vec<Concept>,
}

impl Entity {
    /// Whether the sentence gives the entity this trait.
    #[must_use]
    pub fn has(&self, name: TraitName) -> bool {
        self.traits.iter().any(|t| t.name == name)
    }

    /// Whether it is said of the patient, now, and as a fact: what a
    /// prescription may be drafted from.
    #[must_use]
    pub fn is_current(&self) -> bool {
        use TraitName::{Hypothetical, Negation, PastHistory, PertainsToFamily};
        ![Negation, PastHistory, PertainsToFamily, Hypothetical]
            .into_iter()
            .any(|t| self.has(t))
    }

    /// The ICD-10-CM code where it is certain: the best candidate has a score of 0.8 at
    /// least, and no other comes near it. The others are there to choose from: nothing is
    /// filled in with them.
    #[must_use]
    pub fn certain_icd10(&self) -> Option<&Concept> {
        let best = self.icd10.first().filter(|best| best.score >= SURE_CODE)?;
        self.icd10
            .get(1)
            .is_none_or(|next| next.score <= best.score - CLEARLY_WORSE)
            .then_some(best)
    }

    /// The first attribute of a type.
    #[must_use]
    pub fn attribute(&self, attribute_type: &str) -> Option<&Attribute> {
        self.attributes
            .iter()
            .find(|a| a.attribute_type == attribute_type)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(candidates: &[(&str, f32)]) -> Entity {
        let concept = |(code, score): &(&str, f32)| Concept {
            code: (*code).to_owned(),
            description: String::new(),
            score: *score,
        };
        Entity {
            id: EntityId::generate(),
            text: "diabetes".to_owned(),
            category: Category::MedicalCondition,
            entity_type: "DX_NAME".to_owned(),
            score: 0.9,
            begin_offset: 0,
            end_offset: 8,
            traits: Vec::new(),
            attributes: Vec::new(),
            icd10: candidates.iter().map(concept).collect(),
            rxnorm: Vec::new(),
        }
    }

    #[test]
    fn a_code_is_certain_where_it_is_good_and_no_other_comes_near() {
        for (candidates, certain) in [
            (&[("E11.9", 0.95), ("E11.8", 0.47)][..], Some("E11.9")),
            (&[("E11.9", 0.8)][..], Some("E11.9")),
            (&[("E11.9", 0.79), ("E11.8", 0.1)][..], None),
            (&[("R51.9", 0.9), ("R51.0", 0.9)][..], None),
            (&[("R51.9", 0.9), ("R51.0", 0.88)][..], None),
            (&[][..], None),
        ] {
            let condition = condition(candidates);
            let found = condition
                .certain_icd10()
                .map(|concept| concept.code.as_str());
            assert_eq!(found, certain, "{candidates:?}");
        }
    }
}
