//! Who implements the ports. No other place decides between the families.

use std::sync::Arc;

use anyhow::Context as _;
use seva_local::{
    ClinicalExtractor, DirectoryMailbox, DirectoryObjects, DownloadLinks, EmbeddedLexicon,
    FileSecrets, LocalIdentity, SpeechInspector, WhisperOptions, WhisperTranscriber,
};
use seva_services::{
    Ports,
    ports::{Identity, Mailbox, Mailer, ObjectStore, SecretSource, Transcriber},
};
use seva_store::PgPool;

use crate::{
    config::{BaseUrl, Config, Provider},
    printer::TypstPrinter,
    spool::SpoolDirectory,
};

/// Names of medicines that the speech engine is told to expect. A longer list was
/// measured to help less: each name takes from the weight of the others.
const PROMPT_TERMS: usize = 20;

/// A port whose family is not in this build.
#[derive(Debug, thiserror::Error)]
#[error(
    "this build has no AWS family yet: {variable} can't be aws. Leave it out, or set it to local"
)]
pub struct NotInThisBuild {
    variable: &'static str,
}

/// Objects on this machine, with the signed links to them.
pub(crate) type LocalObjects = DirectoryObjects;
/// Speech on this machine, with a model to load.
pub(crate) type LocalSpeech = WhisperTranscriber;

/// The ports, and what else the chosen families bring.
pub(crate) struct Wired {
    pub(crate) ports: Ports,
    pub(crate) secrets: Arc<dyn SecretSource>,
    /// Where objects are on this machine, links to them are served here too.
    pub(crate) downloads: Option<Arc<LocalObjects>>,
    /// What takes a while to get ready.
    pub(crate) whisper: Option<Arc<LocalSpeech>>,
}

/// Builds what the configuration names.
pub(crate) async fn wire(
    config: &Config,
    base_url: &BaseUrl,
    pool: &PgPool,
    spool: &SpoolDirectory,
) -> anyhow::Result<Wired> {
    let secrets = secrets(config)?;
    let (mailer, mailbox) = mailer(config)?;
    let (objects, downloads) = objects(config, base_url, &*secrets).await?;
    let lexicon = Arc::new(EmbeddedLexicon);
    let (transcriber, whisper) = transcriber(config, &objects, &lexicon, spool)?;
    let ports = Ports {
        identity: identity(config, pool, mailer, &*secrets).await?,
        objects,
        // Whatever transcribes: an upload is judged here, before it is stored.
        inspector: Arc::new(SpeechInspector),
        transcriber,
        extractor: match config.providers.extractor {
            Provider::Local => Arc::new(ClinicalExtractor),
            Provider::Aws => return not_in_this_build("SEVA_EXTRACTOR"),
        },
        lexicon,
        mailbox,
        printer: Arc::new(TypstPrinter::new()),
    };
    Ok(Wired {
        ports,
        secrets,
        downloads,
        whisper,
    })
}

fn secrets(config: &Config) -> anyhow::Result<Arc<dyn SecretSource>> {
    match config.providers.secrets {
        Provider::Local => Ok(Arc::new(FileSecrets::new(config.data_dir.join("secrets")))),
        Provider::Aws => not_in_this_build("SEVA_SECRETS"),
    }
}

type MailerAndMailbox = (Arc<dyn Mailer>, Option<Arc<dyn Mailbox>>);

fn mailer(config: &Config) -> anyhow::Result<MailerAndMailbox> {
    match config.providers.mailer {
        Provider::Local => {
            let mailbox = Arc::new(DirectoryMailbox::new(config.data_dir.join("mail")));
            // The page that shows the mail asks nobody who they are.
            let shown = config.web.is_private().then(|| Arc::clone(&mailbox) as _);
            Ok((mailbox, shown))
        }
        Provider::Aws => not_in_this_build("SEVA_MAILER"),
    }
}

type ObjectsAndDownloads = (Arc<dyn ObjectStore>, Option<Arc<LocalObjects>>);

async fn objects(
    config: &Config,
    base_url: &BaseUrl,
    secrets: &dyn SecretSource,
) -> anyhow::Result<ObjectsAndDownloads> {
    match config.providers.objects {
        Provider::Local => {
            let links = DownloadLinks::new(base_url.as_str(), &secrets.key("links").await?);
            let key = secrets.key("objects").await?;
            let objects = DirectoryObjects::open(config.data_dir.join("objects"), &key, links)
                .context("the object store can't be opened")?;
            let objects = Arc::new(objects);
            Ok((objects.clone(), Some(objects)))
        }
        Provider::Aws => not_in_this_build("SEVA_OBJECTS"),
    }
}

type TranscriberAndWhisper = (Arc<dyn Transcriber>, Option<Arc<LocalSpeech>>);

fn transcriber(
    config: &Config,
    objects: &Arc<dyn ObjectStore>,
    lexicon: &EmbeddedLexicon,
    spool: &SpoolDirectory,
) -> anyhow::Result<TranscriberAndWhisper> {
    match config.providers.transcriber {
        Provider::Local => {
            let options = WhisperOptions {
                model: config.speech.model.clone(),
                threads: config.speech.threads,
                spool_dir: spool.recordings(),
                prompt_terms: lexicon.prompt_terms(PROMPT_TERMS),
            };
            let whisper = Arc::new(WhisperTranscriber::new(Arc::clone(objects), options));
            Ok((whisper.clone(), Some(whisper)))
        }
        Provider::Aws => not_in_this_build("SEVA_TRANSCRIBER"),
    }
}

async fn identity(
    config: &Config,
    pool: &PgPool,
    mailer: Arc<dyn Mailer>,
    secrets: &dyn SecretSource,
) -> anyhow::Result<Arc<dyn Identity>> {
    match config.providers.identity {
        Provider::Local => {
            let key = secrets.key("codes").await?;
            Ok(Arc::new(LocalIdentity::new(pool.clone(), mailer, &key)))
        }
        Provider::Aws => not_in_this_build("SEVA_IDENTITY"),
    }
}

fn not_in_this_build<T>(variable: &'static str) -> anyhow::Result<T> {
    Err(NotInThisBuild { variable }.into())
}
