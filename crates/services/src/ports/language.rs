//! What a text says, in medical terms.

use async_trait::async_trait;
use seva_model::{AdviceText, Attribute, Category, Concept, MedicineHit, Trait};

use super::PortError;

/// An entity before it is a row.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEntity {
    /// As it stands in the text.
    pub text: String,
    /// Kind.
    pub category: Category,
    /// `GENERIC_NAME`, `DX_NAME`, ...
    pub entity_type: String,
    /// 0 to 1.
    pub score: f32,
    /// First Unicode code point.
    pub begin_offset: u32,
    /// Code point after the last.
    pub end_offset: u32,
    /// What the sentence says of it.
    pub traits: Vec<Trait>,
    /// Doses, values and the like.
    pub attributes: Vec<Attribute>,
    /// Best first.
    pub icd10: Vec<Concept>,
    /// Best first.
    pub rxnorm: Vec<Concept>,
}

/// Medical entities in text.
#[async_trait]
pub trait EntityExtractor: Send + Sync {
    /// Finds them, ordered by offset.
    async fn extract(&self, text: &str) -> Result<Vec<FoundEntity>, PortError>;
}

/// What was said beside a name that nobody knows: it speaks for one candidate or another.
#[derive(Clone, Copy, Default)]
pub struct Beside<'a> {
    /// One dose with its unit, "25 mg"; empty where none was said.
    pub dose: &'a str,
    /// What the patient has, in words.
    pub conditions: &'a [&'a str],
}

/// What is known about medicines' names and about how advice is worded, with no
/// network in any profile.
pub trait Lexicon: Send + Sync {
    /// Medicines whose name starts with, or nearly is, what was typed. Best first.
    fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit>;

    /// Names that may have been meant by a name that is not known, the likeliest by
    /// spelling, sound and what was said beside it first; only ever offered.
    fn suggest_medicines(&self, heard: &str, beside: &Beside<'_>, limit: usize)
    -> Vec<MedicineHit>;

    /// The names that a medicine's name is mistaken for, by look or by sound; empty
    /// for most. The doctor is asked which was meant.
    fn mistaken_for(&self, name: &str) -> Vec<String>;

    /// Advice and follow-up in a transcript.
    fn advice(&self, text: &str) -> AdviceText;
}
