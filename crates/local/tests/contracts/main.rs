//! The embedded family keeps the promises of the ports: the same ones that the
//! cloud family has to keep.
#![allow(clippy::unwrap_used)]

mod identity;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
use bytes::Bytes;
use futures::TryStreamExt as _;
use seva_local::{
    ClinicalExtractor, DirectoryMailbox, DirectoryObjects, DownloadLinks, FileSecrets,
    WhisperOptions, WhisperTranscriber,
};
use seva_model::{EmailAddress, Language, Specialty, TranscriptionId};
use seva_services::ports::{
    Mailbox as _, Mailer, ObjectStore, Secret, SecretSource, Transcriber, TranscriptionRequest,
};
use seva_testkit::contracts;
use tempfile::TempDir;
use time::OffsetDateTime;

const BASE_URL: &str = "https://seva.example";

fn secret(byte: u8) -> Secret {
    Secret::new(vec![byte; 32])
}

// ---------------------------------------------------------------- objects

struct Objects {
    store: DirectoryObjects,
    _home: TempDir,
}

#[async_trait]
impl contracts::ObjectWorld for Objects {
    fn objects(&self) -> &dyn ObjectStore {
        &self.store
    }

    async fn download(&self, link: &str) -> Option<Bytes> {
        let file = self.store.signed_file(token(link))?;
        let body = self.store.open(&file.key, None).await.ok()?;
        let chunks: Vec<Bytes> = body.stream.try_collect().await.ok()?;
        Some(chunks.concat().into())
    }

    fn lifetime(&self, link: &str) -> Duration {
        let claims = token(link).split('.').next().unwrap();
        let claims: serde_json::Value =
            serde_json::from_slice(&BASE64.decode(claims).unwrap()).unwrap();
        let left = claims["e"].as_i64().unwrap() - OffsetDateTime::now_utc().unix_timestamp();
        Duration::from_secs(left.try_into().unwrap())
    }
}

fn token(link: &str) -> &str {
    link.strip_prefix(BASE_URL)
        .unwrap()
        .strip_prefix("/files/")
        .unwrap()
}

fn directory_objects(root: &Path) -> DirectoryObjects {
    DirectoryObjects::open(root, &secret(1), DownloadLinks::new(BASE_URL, &secret(2))).unwrap()
}

#[tokio::test]
async fn directory_objects_keep_the_contract() {
    contracts::object_store(async || {
        let home = tempfile::tempdir().unwrap();
        Objects {
            store: directory_objects(home.path()),
            _home: home,
        }
    })
    .await;
}

// ---------------------------------------------------------------- mail, secrets, language

struct Mail {
    mailbox: DirectoryMailbox,
    _home: TempDir,
}

#[async_trait]
impl contracts::MailWorld for Mail {
    fn mailer(&self) -> &dyn Mailer {
        &self.mailbox
    }

    async fn inbox(&self, email: &EmailAddress) -> Vec<(String, String)> {
        let mut messages = self.mailbox.messages().await.unwrap();
        messages.reverse();
        messages.retain(|message| message.to == email.as_str());
        messages
            .into_iter()
            .map(|message| (message.subject, message.text))
            .collect()
    }
}

#[tokio::test]
async fn directory_mailbox_keeps_the_contract() {
    contracts::mailer(async || {
        let home = tempfile::tempdir().unwrap();
        Mail {
            mailbox: DirectoryMailbox::new(home.path().join("mail")),
            _home: home,
        }
    })
    .await;
}

struct Place(TempDir);

impl contracts::SecretWorld for Place {
    fn source(&self) -> Arc<dyn SecretSource> {
        Arc::new(FileSecrets::new(self.0.path().join("secrets")))
    }
}

#[tokio::test]
async fn file_secrets_keep_the_contract() {
    contracts::secrets(async || Place(tempfile::tempdir().unwrap())).await;
}

#[tokio::test]
async fn clinical_extractor_keeps_the_contract() {
    contracts::extractor(async || Arc::new(ClinicalExtractor) as _).await;
}

// ---------------------------------------------------------------- speech

struct Speech {
    transcriber: WhisperTranscriber,
    objects: Arc<DirectoryObjects>,
    home: TempDir,
}

/// Ten seconds of a dictation.
const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../speech/tests/fixtures/speech.m4a"
);

fn request(key: &str) -> TranscriptionRequest {
    let info = seva_speech::probe(Path::new(RECORDING)).unwrap();
    TranscriptionRequest {
        id: TranscriptionId::generate(),
        audio_key: key.to_owned(),
        specialty: Specialty::PrimaryCare,
        language_code: "en-IN".to_owned(),
        duration_seconds: info.duration_seconds,
    }
}

#[async_trait]
impl contracts::SpeechWorld for Speech {
    fn transcriber(&self) -> &dyn Transcriber {
        &self.transcriber
    }

    async fn speech(&self) -> TranscriptionRequest {
        let key = "audio/user/speech.m4a";
        self.objects
            .put_file(key, Path::new(RECORDING), "audio/mp4")
            .await
            .unwrap();
        request(key)
    }

    async fn missing(&self) -> TranscriptionRequest {
        request("audio/user/missing.m4a")
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        let spooled = std::fs::read_dir(self.home.path().join("spool")).unwrap();
        assert_eq!(spooled.count(), 0, "no recording stays in the spool");
    }
}

/// As the README says: the variable, or where setting up puts the model.
fn model() -> PathBuf {
    let in_cache = || {
        let cache = std::env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(std::env::home_dir()?.join(".cache")))
            .unwrap();
        cache.join("seva-arogya/models/ggml-base.bin")
    };
    std::env::var_os("SEVA_WHISPER_MODEL").map_or_else(in_cache, PathBuf::from)
}

#[tokio::test]
async fn whisper_keeps_the_contract() {
    contracts::transcriber(async || {
        let home = tempfile::tempdir().unwrap();
        let spool_dir = home.path().join("spool");
        std::fs::create_dir(&spool_dir).unwrap();
        let objects = Arc::new(directory_objects(&home.path().join("objects")));
        let options = WhisperOptions {
            model: model(),
            threads: None,
            spool_dir,
            prompt_terms: vec!["metformin".to_owned()],
        };
        Speech {
            transcriber: WhisperTranscriber::new(objects.clone(), options),
            objects,
            home,
        }
    })
    .await;
}

#[tokio::test]
async fn a_choice_of_languages_takes_a_multilingual_model() {
    // A model begins with a mark, and with the size of its vocabulary.
    let header = |vocabulary: i32| {
        let mut bytes = [0_u8; 44];
        bytes[..4].copy_from_slice(b"lmgg");
        bytes[4..8].copy_from_slice(&vocabulary.to_le_bytes());
        bytes.to_vec()
    };
    let english: &[Language] = &[Language::English];
    for (file, offered) in [
        (Some(header(51_864)), english),
        (Some(header(51_865)), Language::ALL),
        (Some(header(51_866)), Language::ALL),
        (Some(b"no model".to_vec()), english),
        (None, english),
    ] {
        let home = tempfile::tempdir().unwrap();
        let model = home.path().join("model.bin");
        if let Some(bytes) = file {
            std::fs::write(&model, bytes).unwrap();
        }
        let options = WhisperOptions {
            model,
            threads: None,
            spool_dir: home.path().to_owned(),
            prompt_terms: Vec::new(),
        };
        let objects = Arc::new(directory_objects(&home.path().join("objects")));
        let transcriber = WhisperTranscriber::new(objects, options);
        assert_eq!(transcriber.languages().await, offered);
    }
}
