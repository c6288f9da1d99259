//! Servers that SEVA's authors did not write, which speak AWS's protocols on this
//! machine: what the AWS adapters are tested against, over HTTP and with the real SDK.
//!
//! Each starts in under a second, so every test process has its own and nothing is
//! shared between runs: [`Ministack::shared`] and [`Moto::shared`] serve all tests of
//! one process, which keep apart by names of their own (buckets, pools, prefixes).
//! A server ends with the process that started it, however that ends.
//!
//! They come from a virtual environment that `cargo xtask setup` makes, in the folder
//! that `SEVA_EMULATORS` names or else `seva-arogya/emulators` of the user's cache.

mod faults;
mod process;

use serde::Deserialize;
use tokio::sync::OnceCell;

pub use self::faults::{Fired, Microburst};
use self::process::{Program, Server, http};

/// Key id and secret that the servers take, and the region they are in.
pub const ACCESS_KEY_ID: &str = "test";
/// The secret that belongs to [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "test";
/// Where the servers say they are.
pub const REGION: &str = "us-east-1";

/// Cognito, S3, Secrets Manager, SES, KMS. Signatures, codes and expiries are checked.
pub struct Ministack {
    server: Server,
}

/// A message that Ministack's SES took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentMail {
    /// Sender.
    pub from: String,
    /// Receivers.
    pub to: Vec<String>,
    /// Subject line.
    pub subject: String,
    /// Plain text, empty if there is none.
    pub text: String,
    /// HTML, empty if there is none.
    pub html: String,
}

impl Ministack {
    /// Starts one that holds nothing yet.
    ///
    /// # Panics
    /// It is not installed or does not get ready.
    pub async fn start() -> Self {
        let server = Server::start(&Program {
            name: "ministack",
            python: ["-m", "ministack"],
            arguments: &|_| Vec::new(),
            environment: &|port| {
                vec![
                    ("AUTH", "true".to_owned()),
                    ("BIND_HOST", "127.0.0.1".to_owned()),
                    ("GATEWAY_PORT", port.to_string()),
                    ("MINISTACK_REGION", REGION.to_owned()),
                    ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
                    ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
                    // A fixed port, on which a second one would fail.
                    ("IOT_MTLS_ENABLED", "0".to_owned()),
                    // It would remove containers of its other instances.
                    ("DOCKER_HOST", "unix:///nowhere".to_owned()),
                    ("PERSIST_STATE", "0".to_owned()),
                    ("S3_PERSIST", "0".to_owned()),
                    ("LOG_LEVEL", "WARNING".to_owned()),
                ]
            },
            ready: "/_ministack/health",
        })
        .await;
        Self { server }
    }

    /// The one of this process.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Ministack> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Its address, with no slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// All mail that was sent, oldest first.
    ///
    /// # Panics
    /// It can't be read.
    pub async fn sent_mail(&self) -> Vec<SentMail> {
        #[derive(Deserialize)]
        struct Answer {
            messages: std::collections::BTreeMap<String, Vec<Message>>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Message {
            source: String,
            to: Vec<String>,
            subject: String,
            body_text: Option<String>,
            body_html: Option<String>,
        }
        let url = format!("{}/_ministack/ses/messages", self.url());
        let answer = http().get(url).send().await.expect("an answer");
        let answer: Answer = answer.json().await.expect("messages");
        let messages = answer.messages.into_values().flatten();
        messages
            .map(|message| SentMail {
                from: message.source,
                to: message.to,
                subject: message.subject,
                text: message.body_text.unwrap_or_default(),
                html: message.body_html.unwrap_or_default(),
            })
            .collect()
    }
}

/// Transcribe. It checks little, advances a job at each question about it, and writes
/// no transcript.
pub struct Moto {
    server: Server,
}

impl Moto {
    /// Starts one that holds nothing yet.
    ///
    /// # Panics
    /// It is not installed or does not get ready.
    pub async fn start() -> Self {
        let server = Server::start(&Program {
            name: "moto",
            python: ["-m", "moto.server"],
            arguments: &|port| {
                ["-H", "127.0.0.1", "-p", &port.to_string()]
                    .map(str::to_owned)
                    .to_vec()
            },
            environment: &|_| Vec::new(),
            ready: "/moto-api/",
        })
        .await;
        Self { server }
    }

    /// The one of this process.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Moto> = OnceCell::const_new();
        SHARED.get_or_init(Self::start).await
    }

    /// Its address, with no slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_ends_with_its_owner() {
        let ministack = Ministack::start().await;
        let other = Ministack::start().await;
        let [url, others] = [&ministack, &other].map(|server| server.url().to_owned());
        assert_ne!(url, others);
        drop(ministack);
        let gone = http().get(&url).send().await;
        assert!(gone.is_err_and(|error| error.is_connect()));
        assert_eq!(other.sent_mail().await, Vec::new());
    }
}
