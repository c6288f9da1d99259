//! Mail.

use async_trait::async_trait;
use seva_model::EmailAddress;
use time::OffsetDateTime;

use super::PortError;

/// A message to one person.
#[derive(Clone)]
pub struct Mail {
    /// Receiver.
    pub to: EmailAddress,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as a document of HTML.
    pub html: String,
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
