//! The ports of `seva-services` with no cloud: accounts in the database, files
//! in a directory, speech and language on this machine's processor, mail in a
//! mailbox that a page shows. One file a port.
//!
//! Everything that rests on a disk is sealed or readable by its owner only, and
//! nothing in here logs what was said by or about a patient.

mod entities;
mod failure;
mod identity;
mod inspector;
mod lexicon;
mod mailbox;
mod objects;
mod secrets;
mod transcriber;

pub use entities::ClinicalExtractor;
pub use identity::LocalIdentity;
pub use inspector::SpeechInspector;
pub use lexicon::EmbeddedLexicon;
pub use mailbox::DirectoryMailbox;
pub use objects::{DirectoryObjects, DownloadLinks, SignedFile};
pub use secrets::FileSecrets;
pub use transcriber::{WhisperOptions, WhisperTranscriber};
