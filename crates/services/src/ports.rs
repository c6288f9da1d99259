//! What the use cases need from the outside. Each trait has a cloud family and
//! an embedded one; both pass the same contract tests.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use seva_model::{
    AdviceText, Attribute, Category, Concept, ConfirmationCode, EmailAddress, FullName,
    MedicineHit, Password, Prescription, Registration, Segment, Specialty, Trait, TranscriptionId,
};
use time::OffsetDateTime;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A port failed for a reason that no caller can mend.
///
/// The source says what happened, for the log; it never holds anything said by
/// or about a patient.
#[derive(Debug, thiserror::Error)]
#[error("{service} failed at {operation}")]
pub struct PortError {
    /// `objects`, `identity`, `transcriber`, ...
    pub service: &'static str,
    /// What was being done.
    pub operation: &'static str,
    /// Whether the same call may succeed later.
    pub may_retry: bool,
    /// What happened.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// How long a link to a stored object lives.
pub const LINK_LIFETIME: Duration = Duration::from_secs(3600);

// ---------------------------------------------------------------- identity

/// Why an identity provider says no.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Unknown e-mail or wrong password; never told apart.
    #[error("e-mail or password is wrong")]
    Refused,
    /// The account awaits its code.
    #[error("the account is not confirmed")]
    NotConfirmed,
    /// The e-mail address is taken.
    #[error("the e-mail address has an account")]
    AlreadyRegistered,
    /// Wrong code, or none was asked for.
    #[error("the code is wrong")]
    CodeMismatch,
    /// The code is too old, or was tried too often.
    #[error("the code has expired")]
    CodeExpired,
    /// Slow down.
    #[error("too many attempts")]
    TooManyAttempts,
    /// The provider itself failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// An identity provider's answer to a successful sign-in.
#[derive(Clone, Debug)]
pub struct Authenticated {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Name of the account.
    pub email: EmailAddress,
    /// The doctor's name.
    pub full_name: FullName,
}

/// The answer to a registration.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The provider's own, lasting name for the person.
    pub subject: String,
    /// Whether a code was sent that has to be entered first.
    pub confirmation_required: bool,
}

/// Accounts: who somebody is.
#[async_trait]
pub trait Identity: Send + Sync {
    /// Opens an account and sends a code.
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError>;

    /// Confirms the e-mail address by the code.
    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError>;

    /// Sends a new code. An unknown or confirmed address is a silent success, so
    /// that nobody learns who has an account.
    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError>;

    /// Checks e-mail and password.
    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<Authenticated, IdentityError>;

    /// Ends what the provider holds for this person's sign-in, if it holds
    /// anything.
    async fn sign_out(&self, subject: &str) -> Result<(), IdentityError>;
}

// ---------------------------------------------------------------- objects

/// Why an object could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// Nothing is stored under the key.
    #[error("there is no such object")]
    NotFound,
    /// The range starts behind the end.
    #[error("the range lies outside the object of {length} bytes")]
    RangeNotSatisfiable {
        /// Bytes of the whole object.
        length: u64,
    },
    /// The store itself failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// First and last byte, inclusive; an open end reads to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteRange {
    /// First byte.
    pub start: u64,
    /// Last byte, inclusive.
    pub end: Option<u64>,
}

/// Bytes of an object on their way.
pub struct ObjectBody {
    /// Bytes of the whole object.
    pub length: u64,
    /// First and last byte that `stream` gives, inclusive.
    pub range: (u64, u64),
    /// The bytes.
    pub stream: BoxStream<'static, Result<Bytes, ObjectError>>,
}

/// Files: recordings and prescriptions, encrypted at rest.
#[async_trait]
pub trait ObjectStore: Send + Sync {
    /// Stores a file, streamed from disk. Atomic: readers see all of it or
    /// nothing; an object of the same key is replaced.
    async fn put_file(&self, key: &str, file: &Path, mime: &str) -> Result<(), ObjectError>;

    /// Stores bytes, atomically.
    async fn put_bytes(&self, key: &str, bytes: Bytes, mime: &str) -> Result<(), ObjectError>;

    /// Opens an object, or a part of it.
    async fn open(&self, key: &str, range: Option<ByteRange>) -> Result<ObjectBody, ObjectError>;

    /// Copies an object into a file.
    async fn fetch_to(&self, key: &str, file: &Path) -> Result<(), ObjectError>;

    /// Removes an object; one that is not there is a success.
    async fn delete(&self, key: &str) -> Result<(), ObjectError>;

    /// A link by which anybody may download the object as `file_name` until it
    /// is [`LINK_LIFETIME`] old.
    async fn download_link(&self, key: &str, file_name: &str) -> Result<String, ObjectError>;
}

// ---------------------------------------------------------------- speech

/// What a recording turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioFacts {
    /// Usual file name ending of what the content is.
    pub extension: &'static str,
    /// MIME type of what the content is.
    pub mime: &'static str,
    /// Length in seconds.
    pub duration_seconds: f64,
}

/// A recording that can't be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{code}")]
pub struct AudioRefused {
    /// Stable code, for example `AUDIO_SILENT`.
    pub code: &'static str,
    /// What is wrong and what to do, for the doctor.
    pub message: String,
}

/// Decides by content whether a file is a usable recording.
#[async_trait]
pub trait AudioInspector: Send + Sync {
    /// Decodes the whole file once; refuses silence, truncation and what holds
    /// no audio.
    async fn inspect(&self, file: &Path) -> Result<AudioFacts, AudioRefused>;
}

/// What to transcribe.
#[derive(Clone, Debug)]
pub struct TranscriptionRequest {
    /// Names the job at a cloud provider, so that a repeated start is the same one.
    pub id: TranscriptionId,
    /// Where the recording is in the object store.
    pub audio_key: String,
    /// Medical specialty.
    pub specialty: Specialty,
    /// BCP 47.
    pub language_code: String,
    /// Length in seconds.
    pub duration_seconds: f64,
}

/// News of a running transcription.
#[derive(Clone, Debug)]
pub enum TranscriberEvent {
    /// 0 to 100, never falling.
    Progress(u8),
    /// Decided text, in order of `index`.
    Segment(Segment),
}

/// Why a transcription ended without a transcript.
#[derive(Debug, thiserror::Error)]
pub enum TranscriberError {
    /// The cancellation token was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// The audio can't be transcribed, now or later.
    #[error("the audio was refused: {0}")]
    Refused(AudioRefused),
    /// The engine failed.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Speech to text.
#[async_trait]
pub trait Transcriber: Send + Sync {
    /// Transcribes one recording. Sends news while it runs and returns all
    /// segments at the end. Ends within a second of the token's cancellation.
    async fn transcribe(
        &self,
        request: &TranscriptionRequest,
        news: mpsc::Sender<TranscriberEvent>,
        cancel: CancellationToken,
    ) -> Result<Vec<Segment>, TranscriberError>;
}

// ---------------------------------------------------------------- language

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

/// What is known about medicines' names and about how advice is worded, with no
/// network in any profile.
pub trait Lexicon: Send + Sync {
    /// Medicines whose name starts with, or nearly is, what was typed. Best first.
    fn search_medicines(&self, query: &str, limit: usize) -> Vec<MedicineHit>;

    /// Names that may have been meant by a name that is not known. Best first;
    /// only ever offered.
    fn suggest_medicines(&self, heard: &str, limit: usize) -> Vec<MedicineHit>;

    /// Advice and follow-up in a transcript.
    fn advice(&self, text: &str) -> AdviceText;
}

// ---------------------------------------------------------------- mail

/// A message to one person.
#[derive(Clone)]
pub struct Mail {
    /// Receiver.
    pub to: EmailAddress,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a message over.
    async fn send(&self, mail: &Mail) -> Result<(), PortError>;
}

/// A message in the embedded profile's mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMail {
    /// Receiver.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// When it was sent.
    pub sent_at: OffsetDateTime,
}

/// The mailbox that exists in the embedded profile only.
#[async_trait]
pub trait Mailbox: Send + Sync {
    /// All messages, newest first.
    async fn messages(&self) -> Result<Vec<StoredMail>, PortError>;
}

// ---------------------------------------------------------------- secrets

/// A secret that can't be printed and is wiped from memory.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Wraps it.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Where secrets come from.
#[async_trait]
pub trait SecretSource: Send + Sync {
    /// A 32-byte key by name (`session`, `objects`, `links`), the same one every time.
    async fn key(&self, name: &str) -> Result<Secret, PortError>;
}

// ---------------------------------------------------------------- documents

/// Everything the paper shows.
#[derive(Clone, Debug)]
pub struct PrescriptionPaper {
    /// The prescription.
    pub prescription: Prescription,
    /// Who signs it.
    pub doctor: seva_model::CurrentUser,
    /// Address a pharmacist opens to verify it.
    pub verification_url: String,
}

/// Makes the PDF of a prescription.
#[async_trait]
pub trait PrescriptionPrinter: Send + Sync {
    /// Equal input gives equal bytes. A draft is marked as one.
    async fn print(&self, paper: &PrescriptionPaper) -> Result<Bytes, PortError>;
}
