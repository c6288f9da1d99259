#![doc = include_str!("../README.md")]

mod abbreviations;
mod advice;
mod alike;
mod codes;
mod compounds;
mod context;
mod dosage;
mod draft;
mod extractor;
mod findings;
mod lexicon;
mod matcher;
mod offsets;
mod phi;
mod prescription;
mod score;
mod search;
mod stems;
mod strangers;
mod suggest;
mod text;
mod times;
mod types;

pub use advice::{AdviceKind, AdviceSpan};
pub use dosage::{
    Dose, Length, Part, Period, Repeat, Sig, Step, Timing, Weekday, When, course, parse_sig,
};
pub use extractor::Extractor;
pub use lexicon::MedicineKind;
pub use search::MedicineHit;
pub use suggest::{Evidence, Reason, Suggestion};
pub use text::lexicon_key;
pub use types::{
    Attribute, AttributeType, Category, Concept, Entity, EntityType, Trait, TraitName,
};

/// What the compiler of the lexicon needs; of no use to callers of the extractor.
pub mod compile {
    pub use crate::lexicon::{Entry, TermKind, Tier};
}
