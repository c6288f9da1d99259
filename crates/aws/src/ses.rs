//! Mail through SES.

use async_trait::async_trait;
use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message},
};
use seva_services::ports::{Mail, Mailer, PortError, PortFailure};

use crate::call::{Service, about};

/// What SES says of a refusal names the addresses.
const SERVICE: Service = Service::private("ses");
const CHARSET: &str = "UTF-8";

/// Who sends, and with which of SES's own settings.
#[derive(Clone, Debug)]
pub struct SesSettings {
    /// The sender: `doctor@clinic.example` or `SEVA Arogya <doctor@clinic.example>`.
    pub from: String,
    /// Name of a configuration set.
    pub configuration_set: Option<String>,
}

/// Sends mail through SES, as text and as HTML.
#[derive(Clone, Debug)]
pub struct SesMailer {
    client: Client,
    settings: SesSettings,
}

impl SesMailer {
    /// Builds it. Nothing is sent yet.
    #[must_use]
    pub const fn new(client: Client, settings: SesSettings) -> Self {
        Self { client, settings }
    }

    /// Whether SES may send for the sender's address or its domain, and knows the
    /// configuration set.
    ///
    /// # Errors
    /// It does not; the source of the error says what to do.
    pub async fn check(&self) -> Result<(), PortError> {
        self.check_sender().await?;
        let Some(name) = &self.settings.configuration_set else {
            return Ok(());
        };
        let sent = self
            .client
            .get_configuration_set()
            .configuration_set_name(name)
            .send();
        let known = SERVICE.call("GetConfigurationSet", sent).await;
        known
            .map(drop)
            .map_err(|error| about(&format!("the configuration set {name}"), error))
    }

    async fn check_sender(&self) -> Result<(), PortError> {
        let address = bare(&self.settings.from);
        let domain = address.rsplit('@').next().unwrap_or_default();
        // An address may be verified by itself or through its domain.
        if self.verified(address).await? || self.verified(domain).await? {
            return Ok(());
        }
        Err(SERVICE.broken(
            "GetEmailIdentity",
            format!("SES has not verified {domain}, so it does not send for {address}"),
        ))
    }

    async fn verified(&self, identity: &str) -> Result<bool, PortError> {
        let sent = self
            .client
            .get_email_identity()
            .email_identity(identity)
            .send();
        match SERVICE.call("GetEmailIdentity", sent).await {
            Ok(answer) => Ok(answer.verified_for_sending_status()),
            Err(error) if error.failure == PortFailure::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, mail: &Mail) -> Result<(), PortError> {
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.settings.from)
            .destination(
                Destination::builder()
                    .to_addresses(mail.to.as_str())
                    .build(),
            )
            .content(content(mail)?)
            .set_configuration_set_name(self.settings.configuration_set.clone())
            .send();
        SERVICE.call("SendEmail", sent).await.map(drop)
    }
}

fn content(mail: &Mail) -> Result<EmailContent, PortError> {
    let part = |text: &str| {
        Content::builder()
            .data(text)
            .charset(CHARSET)
            .build()
            .map_err(|error| SERVICE.broken("SendEmail", error))
    };
    let body = Body::builder()
        .text(part(&mail.text)?)
        .html(part(&mail.html)?)
        .build();
    let message = Message::builder()
        .subject(part(&mail.subject)?)
        .body(body)
        .build();
    Ok(EmailContent::builder().simple(message).build())
}

/// The address in `Name <address>`.
fn bare(from: &str) -> &str {
    let inner = from.rsplit_once('<').map_or(from, |(_, rest)| rest);
    inner.trim_end_matches('>').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_may_have_a_name() {
        for from in [
            "a@b.example",
            "SEVA Arogya <a@b.example>",
            "\"SEVA <x>\" <a@b.example>",
        ] {
            assert_eq!(bare(from), "a@b.example", "{from}");
        }
    }
}
