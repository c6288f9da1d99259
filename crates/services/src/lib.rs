//! The use cases of SEVA, one module a topic, and the ports they need.
//!
//! Pages, REST handlers and the worker all call [`Services`]. A call names the
//! caller and sees nothing of anybody else's: what is another doctor's does not
//! exist. Every change of state is one transaction together with its audit event.

mod access_tokens;
mod accounts;
pub mod acting;
mod audited;
mod config;
mod content;
mod drafting;
mod entities;
mod errors;
mod export;
pub mod fhir;
mod idempotency;
mod live;
mod medicines;
mod objects;
mod paging;
pub mod ports;
mod prescriptions;
mod signing;
mod spool;
#[cfg(test)]
mod testing;
mod transcriptions;
mod uploads;
mod verification;
mod warnings;
mod worker;
mod wrong;

pub use access_tokens::{CreatedAccessToken, TokenHolder};
pub use accounts::{
    Account, AuthenticatorSetup, DEMO_EMAIL, DEMO_PASSWORD, OpenSignIn, RegisteredAccount,
    SignInOutcome, SignedOut,
};
pub use config::{Ports, Services, ServicesConfig};
pub use drafting::draft;
pub use export::{ExportFormat, FoundEntities, TranscriptExport};
pub use idempotency::{Created, IdempotencyKey, OnceOnly};
pub use paging::Page;
pub use prescriptions::{PrescriptionFilter, VerifiedPrescription};
pub use spool::{Spool, SpooledUpload};
pub use transcriptions::{AudioError, AudioStream, TranscriptionFilter};
pub use uploads::NewDictation;
pub use worker::{Worker, WorkerConfig};

pub use seva_store::{SessionKey, SignInEpoch};
