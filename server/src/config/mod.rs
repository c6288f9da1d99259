//! How the server is configured: from the environment, then from `.env`. One
//! struct a concern; each lists its variables. `docs/configuration.md` has them
//! all with their defaults.

mod aws;
mod database;
mod limits;
mod log;
mod observing;
mod providers;
mod session;
mod site;
mod source;
mod speech;
mod web;
mod worker;

use std::path::PathBuf;

use self::source::Reader;
pub use self::{
    aws::{AwsConfig, CognitoConfig, S3Config, SecretsConfig, SesConfig},
    database::{DatabaseConfig, DatabaseSource},
    limits::LimitsConfig,
    log::{LogConfig, LogFormat},
    observing::ObservingConfig,
    providers::{Provider, ProvidersConfig},
    session::SessionConfig,
    site::SiteConfig,
    source::{ConfigError, Hidden, Origin, Used, Variables},
    speech::SpeechConfig,
    web::{BaseUrl, WebConfig},
    worker::WorkerSettings,
};

/// Which part of the work this process does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Pages and the API.
    Web,
    /// Dictations from the queue.
    Worker,
    /// Both.
    #[default]
    All,
}

impl Role {
    /// Whether this process serves pages.
    #[must_use]
    pub const fn serves_web(self) -> bool {
        matches!(self, Self::Web | Self::All)
    }

    /// Whether this process takes jobs.
    #[must_use]
    pub const fn takes_jobs(self) -> bool {
        matches!(self, Self::Worker | Self::All)
    }
}

/// The whole configuration. Its debug output holds no secret.
///
/// - `SEVA_DATA_DIR`: recordings, prescriptions, keys and mail of the embedded
///   profile, and uploads on their way; required
/// - `SEVA_DEMO`: `1` makes an account for a demonstration
#[derive(Clone, Debug)]
pub struct Config {
    /// Which part of the work this process does; not a variable but `--role`.
    pub role: Role,
    /// Root of everything this process keeps on a disk.
    pub data_dir: PathBuf,
    /// Whether the demonstration's doctor shall exist.
    pub demo: bool,
    /// Where it listens and under which address people see it.
    pub web: WebConfig,
    /// How much one caller may ask for.
    pub limits: LimitsConfig,
    /// How long somebody stays signed in.
    pub session: SessionConfig,
    /// Where the rows are.
    pub database: DatabaseConfig,
    /// Who does what SEVA does not do itself.
    pub providers: ProvidersConfig,
    /// Speech on this machine.
    pub speech: SpeechConfig,
    /// The queue.
    pub worker: WorkerSettings,
    /// What the browser loads.
    pub site: SiteConfig,
    /// What is logged.
    pub log: LogConfig,
    /// What whoever watches over the machines is told.
    pub observing: ObservingConfig,
    /// Amazon Web Services.
    pub aws: AwsConfig,
    /// Every variable that was asked for, and what came of it.
    pub used: Vec<Used>,
}

impl Config {
    /// Reads and checks everything at once.
    ///
    /// # Errors
    /// All missing and all wrong variables by name, in one error.
    pub fn read(variables: &Variables, role: Role) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(variables);
        let providers = ProvidersConfig::read(&mut reader);
        let data_dir = reader.required("SEVA_DATA_DIR");
        let data_dir = source::absolute(&data_dir).unwrap_or_else(|_| data_dir.into());
        let web = WebConfig::read(&mut reader);
        let demo = reader.flag("SEVA_DEMO");
        if demo && !web.is_private() {
            reader.refuse("SEVA_DEMO", "left out on a server that others reach");
        }
        let limits = LimitsConfig::read(&mut reader, &providers);
        let session = SessionConfig::read(&mut reader);
        let database = DatabaseConfig::read(&mut reader, providers.secrets);
        let speech = SpeechConfig::read(&mut reader, providers.transcriber);
        let worker = WorkerSettings::read(&mut reader);
        let site = SiteConfig::read(&mut reader);
        let log = LogConfig::read(&mut reader);
        let observing = ObservingConfig::read(&mut reader);
        let aws = AwsConfig::read(&mut reader, &providers);
        reader.finish(|used| Self {
            role,
            data_dir,
            demo,
            web,
            limits,
            session,
            database,
            providers,
            speech,
            worker,
            site,
            log,
            observing,
            aws,
            used,
        })
    }
}

#[cfg(test)]
mod tests;
