//! What anybody may ask: whether a prescription is genuine, and, on a
//! developer's machine, the mail that would have been sent.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::UiError;

/// A message of the embedded mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Receiver.
    pub to: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// When it was sent.
    #[serde(with = "time::serde::rfc3339")]
    pub sent_at: OffsetDateTime,
}

/// What a pharmacist learns from a code: who signed, and when. Nothing of the
/// patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    pub signed_at: OffsetDateTime,
    /// Who signed it.
    pub doctor_name: String,
    /// The doctor's registration number.
    pub registration_number: String,
}

/// All messages, newest first. `NotFound` unless mail stays on this machine.
#[server(prefix = "/fn", endpoint = "mailbox")]
pub async fn mailbox() -> Result<Vec<Mail>, UiError> {
    let messages = super::services()?.mailbox().await?;
    Ok(messages
        .into_iter()
        .map(|mail| Mail {
            to: mail.to,
            subject: mail.subject,
            text: mail.text,
            sent_at: mail.sent_at,
        })
        .collect())
}

/// Whether mail stays on this machine, so that a page may link to it.
#[server(prefix = "/fn", endpoint = "has_mailbox")]
pub async fn has_mailbox() -> Result<bool, UiError> {
    Ok(super::services()?.has_mailbox())
}

/// Looks a prescription's code up; `None` if no signed prescription has it.
#[server(prefix = "/fn", endpoint = "verify")]
pub async fn verify(code: String) -> Result<Option<Verification>, UiError> {
    let found = super::services()?.verify_prescription(&code).await?;
    Ok(found.map(|found| Verification {
        signed_at: found.signed_at,
        doctor_name: found.doctor_name,
        registration_number: found.registration_number,
    }))
}
