//! What the use cases need from the outside. Each trait has a cloud family and
//! an embedded one; both pass the same contract tests.

mod documents;
mod failure;
mod identity;
mod language;
mod mail;
mod objects;
mod secrets;
mod speech;

pub use self::{
    documents::{PrescriptionPaper, PrescriptionPrinter},
    failure::{PortError, PortFailure},
    identity::{Authenticated, Identity, IdentityError, Registered},
    language::{EntityExtractor, FoundEntity, Lexicon},
    mail::{Mail, Mailbox, Mailer, StoredMail},
    objects::{ByteRange, LINK_LIFETIME, ObjectBody, ObjectError, ObjectStore},
    secrets::{Secret, SecretSource},
    speech::{
        AudioFacts, AudioInspector, AudioRefused, Transcriber, TranscriberError, TranscriberEvent,
        TranscriptionRequest,
    },
};
