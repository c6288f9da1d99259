//! What the extractor answers: the names are those of Amazon Comprehend Medical,
//! so that a caller may put either engine behind the same port.

use serde::Serialize;

/// Declares an enum whose variants have a fixed upper-case name.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident => $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vmeta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

named! {
    /// The kind of thing an entity is.
    Category {
        /// Medicines.
        Medication => "MEDICATION",
        /// Diagnoses, symptoms and signs.
        MedicalCondition => "MEDICAL_CONDITION",
        /// What identifies a person.
        ProtectedHealthInformation => "PROTECTED_HEALTH_INFORMATION",
        /// Tests, vital signs, procedures and treatments.
        TestTreatmentProcedure => "TEST_TREATMENT_PROCEDURE",
        /// Parts of the body.
        Anatomy => "ANATOMY",
        /// When something began or for how long it lasted.
        TimeExpression => "TIME_EXPRESSION",
    }
}

named! {
    /// The type of an entity within its category.
    EntityType {
        /// A medicine by its international or national generic name.
        GenericName => "GENERIC_NAME",
        /// A medicine by a trade name.
        BrandName => "BRAND_NAME",
        /// A condition, symptom or sign.
        DxName => "DX_NAME",
        /// A person's name.
        Name => "NAME",
        /// An age.
        Age => "AGE",
        /// A calendar date.
        Date => "DATE",
        /// A telephone or fax number.
        PhoneOrFax => "PHONE_OR_FAX",
        /// An e-mail address.
        Email => "EMAIL",
        /// A record or identity number.
        Id => "ID",
        /// A web address.
        Url => "URL",
        /// A postal address or a part of one.
        Address => "ADDRESS",
        /// An occupation.
        Profession => "PROFESSION",
        /// A test or vital sign.
        TestName => "TEST_NAME",
        /// An intervention on the patient.
        ProcedureName => "PROCEDURE_NAME",
        /// A treatment other than a medicine.
        TreatmentName => "TREATMENT_NAME",
        /// An organ, region or system of the body.
        SystemOrganSite => "SYSTEM_ORGAN_SITE",
        /// Time that belongs to a condition.
        TimeToDxName => "TIME_TO_DX_NAME",
        /// Time that belongs to a medicine.
        TimeToMedicationName => "TIME_TO_MEDICATION_NAME",
        /// Time that belongs to a test.
        TimeToTestName => "TIME_TO_TEST_NAME",
        /// Time that belongs to a procedure.
        TimeToProcedureName => "TIME_TO_PROCEDURE_NAME",
        /// Time that belongs to a treatment.
        TimeToTreatmentName => "TIME_TO_TREATMENT_NAME",
    }
}

named! {
    /// What is said about an entity.
    TraitName {
        /// Observed by the clinician.
        Sign => "SIGN",
        /// Reported by the patient.
        Symptom => "SYMPTOM",
        /// A named illness.
        Diagnosis => "DIAGNOSIS",
        /// Absent; for a medicine: not given, stopped, or not to be given.
        Negation => "NEGATION",
        /// Of a relative.
        PertainsToFamily => "PERTAINS_TO_FAMILY",
        /// Only considered, or on a condition that has not come true.
        Hypothetical => "HYPOTHETICAL",
        /// Stated with doubt.
        LowConfidence => "LOW_CONFIDENCE",
        /// Of the past.
        PastHistory => "PAST_HISTORY",
        /// Planned.
        Future => "FUTURE",
    }
}

named! {
    /// What an attribute tells about its entity.
    AttributeType {
        /// How much is taken at a time.
        Dosage => "DOSAGE",
        /// How much the product contains.
        Strength => "STRENGTH",
        /// Tablet, syrup, drops ...
        Form => "FORM",
        /// By mouth, into a vein, on the skin ...
        RouteOrMode => "ROUTE_OR_MODE",
        /// How often and when.
        Frequency => "FREQUENCY",
        /// For how long.
        Duration => "DURATION",
        /// How fast an infusion runs.
        Rate => "RATE",
        /// The value of a test.
        TestValue => "TEST_VALUE",
        /// The unit of a test's value.
        TestUnit => "TEST_UNIT",
        /// Acute, chronic ...
        Acuity => "ACUITY",
        /// Left, right, upper ...
        Direction => "DIRECTION",
        /// Mild, severe, burning ...
        Quality => "QUALITY",
        /// The part of the body a condition is in.
        SystemOrganSite => "SYSTEM_ORGAN_SITE",
    }
}

/// A statement about an entity, with how sure the extractor is, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trait {
    /// Which statement.
    pub name: TraitName,
    /// 0 to 1.
    pub score: f32,
}

/// A code of a terminology.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Concept {
    /// ICD-10-CM code with its dot, or RxCUI.
    pub code: String,
    /// The terminology's own words.
    pub description: String,
    /// 0 to 1: how well the text matches the concept.
    pub score: f32,
}

/// A part of the text that describes an entity.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attribute {
    /// What it tells.
    pub attribute_type: AttributeType,
    /// First code point.
    pub begin_offset: usize,
    /// One past the last code point.
    pub end_offset: usize,
    /// The text between the offsets.
    pub text: String,
    /// 0 to 1: that this is such an attribute.
    pub score: f32,
    /// 0 to 1: that it belongs to this entity.
    pub relationship_score: f32,
    /// The same in one fixed notation, when it is certain: "500 mg", "1 tablet",
    /// "2 per day; after food", "14 days". `None` when nothing may be concluded.
    pub normalized: Option<String>,
}

/// Something of clinical interest that the text names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entity {
    /// Position in the answer, from 0, in order of appearance.
    pub id: u32,
    /// First code point.
    pub begin_offset: usize,
    /// One past the last code point.
    pub end_offset: usize,
    /// The text between the offsets.
    pub text: String,
    /// Kind.
    pub category: Category,
    /// Type within the kind.
    pub entity_type: EntityType,
    /// 0 to 1: the measured share of such finds that are right.
    pub score: f32,
    /// What is said about it.
    pub traits: Vec<Trait>,
    /// Its details.
    pub attributes: Vec<Attribute>,
    /// ICD-10-CM codes of a condition, the likeliest first.
    pub icd10: Vec<Concept>,
    /// RxNorm concepts of a medicine, the likeliest first.
    pub rxnorm: Vec<Concept>,
}

impl Entity {
    /// Whether `name` is among the traits.
    #[must_use]
    pub fn has_trait(&self, name: TraitName) -> bool {
        self.traits.iter().any(|t| t.name == name)
    }

    /// The attributes of one type, in order of appearance.
    pub fn attributes_of(&self, kind: AttributeType) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(move |a| a.attribute_type == kind)
    }
}
