//! Mail that stays on this machine, for the page that shows it.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use seva_services::ports::{Mail, Mailbox, Mailer, PortError, StoredMail};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::failure::Service;

const SERVICE: Service = Service("mail");

/// A directory with one file a message. Names of files are UUIDs of version 7,
/// so that their order is the order of sending.
#[derive(Debug)]
pub struct DirectoryMailbox {
    directory: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Message {
    to: String,
    subject: String,
    text: String,
    #[serde(with = "time::serde::rfc3339")]
    sent_at: OffsetDateTime,
}

impl DirectoryMailbox {
    /// Messages live in `directory`, which is made, mode 0700, by the first one.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }
}

#[async_trait]
impl Mailer for DirectoryMailbox {
    async fn send(&self, mail: &Mail) -> Result<(), PortError> {
        let message = Message {
            to: mail.to.as_str().to_owned(),
            subject: mail.subject.clone(),
            text: mail.text.clone(),
            sent_at: OffsetDateTime::now_utc(),
        };
        let directory = self.directory.clone();
        SERVICE
            .blocking("send", move || store(&directory, &message))
            .await?
            .map_err(|error| SERVICE.passing("send", error))
    }
}

#[async_trait]
impl Mailbox for DirectoryMailbox {
    async fn messages(&self) -> Result<Vec<StoredMail>, PortError> {
        let directory = self.directory.clone();
        SERVICE
            .blocking("messages", move || read_all(&directory))
            .await?
            .map_err(|error| SERVICE.passing("messages", error))
    }
}

fn store(directory: &Path, message: &Message) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let id = Uuid::now_v7();
    let aside = directory.join(format!("{id}.part"));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(&serde_json::to_vec(message)?)?;
    file.sync_all()?;
    fs::rename(aside, directory.join(format!("{id}.json")))
}

fn read_all(directory: &Path) -> io::Result<Vec<StoredMail>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths.iter().map(|path| read_one(path)).collect()
}

fn read_one(path: &Path) -> io::Result<StoredMail> {
    let message: Message = serde_json::from_slice(&fs::read(path)?)?;
    Ok(StoredMail {
        to: message.to,
        subject: message.subject,
        text: message.text,
        sent_at: message.sent_at,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[tokio::test]
    async fn messages_come_back_newest_first_and_only_their_owner_can_read_them() {
        let home = tempfile::tempdir().unwrap();
        let mailbox = DirectoryMailbox::new(home.path().join("mail"));
        assert_eq!(mailbox.messages().await.unwrap(), Vec::new());
        for number in 0..20 {
            mailbox
                .send(&Mail {
                    to: "doctor@clinic.example".parse().unwrap(),
                    subject: format!("Message {number}"),
                    text: "Your code is 123456.".to_owned(),
                    html: "<!doctype html><p>Your code is 123456.</p>".to_owned(),
                })
                .await
                .unwrap();
        }
        let messages = mailbox.messages().await.unwrap();
        let subjects: Vec<_> = messages.iter().map(|m| m.subject.clone()).collect();
        let expected: Vec<_> = (0..20).rev().map(|n| format!("Message {n}")).collect();
        assert_eq!(subjects, expected);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.path().join("mail")), 0o700);
        for entry in fs::read_dir(home.path().join("mail")).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}
