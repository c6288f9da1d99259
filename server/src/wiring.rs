//! Who implements the ports. No other place decides between the families.

use std::sync::Arc;

use anyhow::Context as _;
use seva_aws::{
    AwsClients, AwsSecrets, AwsSettings, CognitoIdentity, CognitoSettings, ComprehendMedical,
    Playing, Polling, Recordings, S3Objects, S3Settings, SesMailer, SesSettings, TranscribeMedical,
    TranscribeOptions,
};
use seva_local::{
    ClinicalExtractor, DirectoryMailbox, DirectoryObjects, DownloadLinks, EmbeddedLexicon,
    FileSecrets, LocalIdentity, SpeechInspector, WhisperOptions, WhisperTranscriber,
};
use seva_services::{
    Ports,
    ports::{
        EntityExtractor, Identity, Mailbox, Mailer, ObjectStore, Secret, SecretSource, Transcriber,
    },
};
use seva_store::PgPool;

use crate::{
    breaker::{Breakers, Watch},
    config::{BaseUrl, Config, DatabaseSource, Hidden, Provider},
    printer::TypstPrinter,
    spool::SpoolDirectory,
};

/// Names of medicines that the speech engine is told to expect, the likeliest first. It
/// puts the first few of them before each piece as if they had just been said, where each
/// name takes from the weight of the others; of all of them it goes on with one that is
/// begun, which takes nothing from anybody. As many as were measured.
const PROMPT_TERMS: usize = 1000;

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
    /// Of the ports that are in the cloud.
    pub(crate) breakers: Breakers,
}

/// What everything else is reached with: the clients of AWS where a port is on it,
/// and the secrets.
pub(crate) struct Suppliers {
    aws: Option<AwsClients>,
    secrets: Arc<dyn SecretSource>,
    /// Where the database's address is, when a secret holds it.
    cloud_secrets: Option<Arc<AwsSecrets>>,
}

impl Suppliers {
    /// Builds the clients and asks the secrets' service, if it is on AWS.
    pub(crate) async fn prepare(config: &Config) -> anyhow::Result<Self> {
        let aws = match config.providers.any_aws() {
            true => Some(AwsClients::connect(&settings(config)).await),
            false => None,
        };
        let cloud_secrets = match config.providers.secrets {
            Provider::Local => None,
            Provider::Aws => {
                let client = clients(&aws)?.secrets.clone();
                let secrets = AwsSecrets::new(client, config.aws.secrets.prefix.clone());
                let database = match &config.database.source {
                    DatabaseSource::Secret(name) => Some(name.as_str()),
                    DatabaseSource::Url(_) => None,
                };
                secrets
                    .check(&needed_secrets(config), database)
                    .await
                    .context("Secrets Manager (SEVA_SECRETS=aws)")?;
                Some(Arc::new(secrets))
            }
        };
        let secrets: Arc<dyn SecretSource> = match &cloud_secrets {
            Some(secrets) => Arc::clone(secrets) as _,
            None => Arc::new(FileSecrets::new(config.data_dir.join("secrets"))),
        };
        Ok(Self {
            aws,
            secrets,
            cloud_secrets,
        })
    }

    async fn database_url(&self, config: &Config) -> anyhow::Result<Secret> {
        match (&config.database.source, &self.cloud_secrets) {
            (DatabaseSource::Url(url), _) => Ok(Secret::new(url.expose().as_bytes().to_vec())),
            (DatabaseSource::Secret(name), Some(secrets)) => secrets
                .database_url(name)
                .await
                .context("the database's secret (SEVA_DATABASE_SECRET)"),
            (DatabaseSource::Secret(_), None) => anyhow::bail!("DATABASE_URL is not set"),
        }
    }

    /// What seals the sessions: as configured, else among the secrets.
    pub(crate) async fn session_key(&self, config: &Config) -> anyhow::Result<Secret> {
        match &config.session.key {
            Some(key) => Ok(Secret::new(hex::decode(key.expose())?)),
            None => Ok(self.secrets.key("session").await?),
        }
    }
}

/// Connects to the database, wherever its address comes from.
pub(crate) async fn connect(config: &Config, suppliers: &Suppliers) -> anyhow::Result<PgPool> {
    let url = suppliers.database_url(config).await?;
    let url = std::str::from_utf8(url.expose()).context("the database's address is no text")?;
    seva_store::connect(url, config.database.pool)
        .await
        .context("the database does not answer (DATABASE_URL, SEVA_DATABASE_SECRET)")
}

/// Keys that the chosen families will ask for.
pub(crate) fn needed_secrets(config: &Config) -> Vec<&'static str> {
    let local = |provider| provider == Provider::Local;
    let keys = [
        ("session", config.session.key.is_none()),
        ("codes", local(config.providers.identity)),
        ("links", local(config.providers.objects)),
        ("objects", local(config.providers.objects)),
    ];
    keys.into_iter()
        .filter_map(|(name, needed)| needed.then_some(name))
        .collect()
}

fn settings(config: &Config) -> AwsSettings {
    let aws = &config.aws;
    AwsSettings {
        region: Some(aws.region.clone()),
        cognito_region: aws.cognito_region.clone(),
        comprehend_region: aws.comprehend_region.clone(),
        ses_region: aws.ses_region.clone(),
        transcribe_region: aws.transcribe_region.clone(),
        ..AwsSettings::default()
    }
}

fn clients(aws: &Option<AwsClients>) -> anyhow::Result<&AwsClients> {
    aws.as_ref().context("no port is on AWS")
}

/// Builds what the configuration names. Each cloud service that this process is
/// going to use is asked once; a failure names it.
pub(crate) async fn wire(
    config: &Config,
    base_url: &BaseUrl,
    pool: &PgPool,
    spool: &SpoolDirectory,
    suppliers: Suppliers,
) -> anyhow::Result<Wired> {
    let mut watch = Watch::default();
    let providers = &config.providers;
    let (mailer, mailbox) = mailer(config, &suppliers).await?;
    let mailer = watch.over(mailer, "mailer", providers.mailer);
    let (objects, downloads) = objects(config, base_url, &suppliers).await?;
    let objects: Arc<dyn ObjectStore> = watch.over(objects, "objects", providers.objects);
    let lexicon = Arc::new(EmbeddedLexicon);
    let (transcriber, whisper) = transcriber(config, &objects, &lexicon, spool, &suppliers).await?;
    let identity = identity(config, pool, mailer, &suppliers).await?;
    let extractor = extractor(config, &suppliers).await?;
    let ports = Ports {
        identity: watch.over(identity, "identity", providers.identity),
        objects,
        // Whatever transcribes: an upload is judged here, before it is stored.
        inspector: Arc::new(SpeechInspector),
        transcriber: watch.over(transcriber, "transcriber", providers.transcriber),
        extractor: watch.over(extractor, "extractor", providers.extractor),
        lexicon,
        mailbox,
        printer: Arc::new(TypstPrinter::new()),
    };
    let secrets = watch.over(suppliers.secrets, "secrets", providers.secrets);
    Ok(Wired {
        ports,
        secrets,
        downloads,
        whisper,
        breakers: watch.breakers(),
    })
}

type MailerAndMailbox = (Arc<dyn Mailer>, Option<Arc<dyn Mailbox>>);

async fn mailer(config: &Config, suppliers: &Suppliers) -> anyhow::Result<MailerAndMailbox> {
    match config.providers.mailer {
        Provider::Local => {
            let mailbox = Arc::new(DirectoryMailbox::new(config.data_dir.join("mail")));
            // The page that shows the mail asks nobody who they are.
            let shown = config.web.is_private().then(|| Arc::clone(&mailbox) as _);
            Ok((mailbox, shown))
        }
        Provider::Aws => {
            let settings = SesSettings {
                from: config.aws.ses.from.clone(),
                configuration_set: config.aws.ses.configuration_set.clone(),
            };
            let mailer = SesMailer::new(clients(&suppliers.aws)?.ses.clone(), settings);
            // Cognito sends its mail itself, and nobody else sends any: a sender that
            // SES has still to verify need not keep the server from starting.
            if config.providers.identity == Provider::Local {
                mailer.check().await.context("SES (SEVA_MAILER=aws)")?;
            }
            Ok((Arc::new(mailer), None))
        }
    }
}

type ObjectsAndDownloads = (Arc<dyn ObjectStore>, Option<Arc<LocalObjects>>);

async fn objects(
    config: &Config,
    base_url: &BaseUrl,
    suppliers: &Suppliers,
) -> anyhow::Result<ObjectsAndDownloads> {
    match config.providers.objects {
        Provider::Local => {
            let secrets = &suppliers.secrets;
            let links = DownloadLinks::new(base_url.as_str(), &secrets.key("links").await?);
            let key = secrets.key("objects").await?;
            let objects = DirectoryObjects::open(config.data_dir.join("objects"), &key, links)
                .context("the object store can't be opened")?;
            let objects = Arc::new(objects);
            Ok((objects.clone(), Some(objects)))
        }
        Provider::Aws => {
            let settings = S3Settings {
                audio_bucket: config.aws.s3.audio_bucket.clone(),
                prescriptions_bucket: config.aws.s3.prescriptions_bucket.clone(),
                kms_key_id: config.aws.s3.kms_key_id.clone(),
            };
            let objects = S3Objects::new(clients(&suppliers.aws)?.s3.clone(), settings);
            objects.check().await.context("S3 (SEVA_OBJECTS=aws)")?;
            Ok((Arc::new(objects), None))
        }
    }
}

type TranscriberAndWhisper = (Arc<dyn Transcriber>, Option<Arc<LocalSpeech>>);

async fn transcriber(
    config: &Config,
    objects: &Arc<dyn ObjectStore>,
    lexicon: &EmbeddedLexicon,
    spool: &SpoolDirectory,
    suppliers: &Suppliers,
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
        Provider::Aws => {
            let s3 = &config.aws.s3;
            let options = TranscribeOptions {
                recordings: recordings(config),
                output_bucket: s3.transcribe_output_bucket.clone(),
                kms_key: s3.transcribe_kms_key_id.clone(),
                spool_dir: spool.recordings(),
                polling: Polling::default(),
                playing: Playing::default(),
            };
            let aws = clients(&suppliers.aws)?;
            let transcriber = TranscribeMedical::new(aws, Arc::clone(objects), options);
            if config.role.takes_jobs() {
                transcriber
                    .check()
                    .await
                    .context("Transcribe Medical (SEVA_TRANSCRIBER=aws)")?;
            }
            Ok((Arc::new(transcriber), None))
        }
    }
}

/// Where Transcribe Medical finds recordings: it reads buckets of its own region alone.
fn recordings(config: &Config) -> Recordings {
    let s3 = &config.aws.s3;
    match config.providers.objects {
        Provider::Aws if !s3.transcribe_is_apart => Recordings::InBucket(s3.audio_bucket.clone()),
        _ => Recordings::Elsewhere,
    }
}

async fn extractor(
    config: &Config,
    suppliers: &Suppliers,
) -> anyhow::Result<Arc<dyn EntityExtractor>> {
    match config.providers.extractor {
        Provider::Local => Ok(Arc::new(ClinicalExtractor)),
        Provider::Aws => {
            let extractor = ComprehendMedical::new(clients(&suppliers.aws)?);
            if config.role.takes_jobs() {
                extractor
                    .check()
                    .await
                    .context("Comprehend Medical (SEVA_EXTRACTOR=aws)")?;
            }
            Ok(Arc::new(extractor))
        }
    }
}

async fn identity(
    config: &Config,
    pool: &PgPool,
    mailer: Arc<dyn Mailer>,
    suppliers: &Suppliers,
) -> anyhow::Result<Arc<dyn Identity>> {
    match config.providers.identity {
        Provider::Local => {
            let key = suppliers.secrets.key("codes").await?;
            Ok(Arc::new(LocalIdentity::new(pool.clone(), mailer, &key)))
        }
        Provider::Aws => {
            let identity = CognitoIdentity::new(clients(&suppliers.aws)?, cognito(config));
            if config.role.serves_web() {
                identity
                    .check()
                    .await
                    .context("Cognito (SEVA_IDENTITY=aws)")?;
            }
            Ok(Arc::new(identity))
        }
    }
}

fn cognito(config: &Config) -> CognitoSettings {
    let given = &config.aws.cognito;
    let public = CognitoSettings::new(&given.user_pool_id, &given.client_id);
    let issuer = given.issuer.clone().unwrap_or(public.issuer);
    let secret = |secret: &Hidden| Secret::new(secret.expose().as_bytes().to_vec());
    CognitoSettings {
        client_secret: given.client_secret.as_ref().map(secret),
        jwks_url: given
            .jwks_url
            .clone()
            .unwrap_or_else(|| format!("{issuer}/.well-known/jwks.json")),
        issuer,
        role: given.role.clone(),
        client_id: public.client_id,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::Role;

    #[test]
    fn recordings_are_read_in_place_where_the_service_is_in_their_region() {
        let read = |extra: &[(&str, &str)]| {
            let mut variables = vec![
                ("DATABASE_URL", "postgres://localhost/seva"),
                ("SEVA_DATA_DIR", "/var/lib/seva"),
                ("AWS_REGION", "us-east-1"),
                ("SEVA_TRANSCRIBER", "aws"),
                ("SEVA_TRANSCRIBE_OUTPUT_BUCKET", "transcripts"),
                ("SEVA_S3_AUDIO_BUCKET", "audio"),
                ("SEVA_S3_PRESCRIPTIONS_BUCKET", "prescriptions"),
            ];
            variables.extend(extra);
            Config::read(&variables.into_iter().collect(), Role::All).unwrap()
        };
        let on_aws = ("SEVA_OBJECTS", "aws");
        let near = recordings(&read(&[on_aws]));
        assert!(matches!(near, Recordings::InBucket(bucket) if bucket == "audio"));
        let apart = recordings(&read(&[on_aws, ("SEVA_TRANSCRIBE_REGION", "eu-west-1")]));
        assert!(matches!(apart, Recordings::Elsewhere));
        assert!(matches!(recordings(&read(&[])), Recordings::Elsewhere));
    }
}
