//! What the use cases need from the outside. Each trait has a cloud family and
//! an embedded one; both pass the same contract tests.

mod documents;
mod failure;
mod identity;
mod language;
mod mail;
mod objects;
mod percent;
mod secrets;
mod speech;

pub use self::{
    documents::{PrescriptionPaper, PrescriptionPrinter},
    failure::{PortError, PortFailure},
    identity::{
        Authenticated, ChallengeAnswer, Identity, IdentityError, PendingChallenge, ProviderTokens,
        Registered, Sessions, SignInStep, SignedIn,
    },
    language::{Beside, EntityExtractor, FoundEntity, Lexicon},
    mail::{Mail, Mailbox, Mailer, StoredMail},
    objects::{ByteRange, LINK_LIFETIME, ObjectBody, ObjectError, ObjectStore},
    percent::{attachment, percent_encoded},
    secrets::{Secret, SecretSource},
    speech::{
        AudioFacts, AudioInspector, AudioRefused, Forgotten, Transcriber, TranscriberError,
        TranscriberEvent, TranscriptionRequest,
    },
};
