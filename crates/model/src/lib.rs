//! Types that the browser and the server share: ids, values that can only be
//! built valid, the shapes that travel between them, and the error every layer
//! ends in. No I/O, no framework; compiles natively and to WebAssembly.

mod access_token;
pub mod alignment;
mod audio;
mod debug;
mod entity;
mod error;
mod event;
mod id;
mod language;
mod moments;
mod names;
mod need;
mod pieces;
mod prescription;
mod quantity;
mod rate;
mod sig;
mod specialty;
mod transcript_document;
mod transcription;
mod user;
mod values;

pub use access_token::{AccessToken, NewAccessToken, Scope, Scopes};
pub use audio::{ACCEPTED_EXTENSIONS, MAX_AUDIO_BYTES};
pub use entity::{Attribute, Category, Concept, Entity, Trait, TraitName};
pub use error::{AppError, ErrorCode};
pub use event::DictationEvent;
pub use id::{AccessTokenId, EntityId, PrescriptionId, TranscriptionId, UserId};
pub use language::Language;
pub use prescription::{
    AdviceText, Diagnosis, LineSource, MedicationLine, MedicineHit, MedicineKind, Prescription,
    PrescriptionContent, PrescriptionStatus, PrescriptionSummary, PrescriptionWarning, WordRange,
};
pub use rate::{Rate, RateUnit};
pub use sig::Dose;
pub use specialty::Specialty;
pub use transcript_document::{TimedWord, TranscriptDocument};
pub use transcription::{
    Failure, Segment, Stage, StageTimes, Transcription, TranscriptionStatus, TranscriptionSummary,
    Word,
};
pub use user::{CurrentUser, DoctorProfile, Registration, SignInChallenge};
pub use values::{
    ConfirmationCode, EmailAddress, FullName, Password, PatientName, ValueError, holds_invisible,
    turns_direction,
};
