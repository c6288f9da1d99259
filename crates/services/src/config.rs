//! What the use cases share: the database, the ports and the settings.

use std::{io, path::PathBuf, sync::Arc};

use seva_model::AppError;
use seva_store::{LiveUpdates, PgPool};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    errors::Reported,
    ports::{
        AudioInspector, EntityExtractor, Identity, Lexicon, Mailbox, ObjectStore,
        PrescriptionPrinter, Transcriber,
    },
    spool::Spool,
};

/// Settings of the use cases.
#[derive(Clone, Debug)]
pub struct ServicesConfig {
    /// Where browsers reach SEVA, for example `https://seva.example`.
    pub base_url: String,
    /// Folder for uploads on their way; made when it is missing.
    pub spool_dir: PathBuf,
}

/// The outside, of whichever family.
#[derive(Clone)]
pub struct Ports {
    /// Accounts.
    pub identity: Arc<dyn Identity>,
    /// Recordings and papers.
    pub objects: Arc<dyn ObjectStore>,
    /// Decides what is a usable recording.
    pub inspector: Arc<dyn AudioInspector>,
    /// Speech to text.
    pub transcriber: Arc<dyn Transcriber>,
    /// Medical entities.
    pub extractor: Arc<dyn EntityExtractor>,
    /// Names of medicines, wording of advice.
    pub lexicon: Arc<dyn Lexicon>,
    /// Sent mail, in the embedded profile only.
    pub mailbox: Option<Arc<dyn Mailbox>>,
    /// Makes the paper.
    pub printer: Arc<dyn PrescriptionPrinter>,
}

/// The facade. Cheap to clone.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    config: ServicesConfig,
    pool: PgPool,
    ports: Ports,
    spool: Spool,
    updates: LiveUpdates,
}

impl Services {
    /// Puts the use cases together, over a migrated database.
    ///
    /// # Errors
    /// When the spool folder can't be made.
    pub fn new(mut config: ServicesConfig, pool: PgPool, ports: Ports) -> io::Result<Self> {
        let spool = Spool::open(&config.spool_dir)?;
        config
            .base_url
            .truncate(config.base_url.trim_end_matches('/').len());
        Ok(Self(Arc::new(Inner {
            config,
            pool,
            ports,
            spool,
            updates: LiveUpdates::new(),
        })))
    }

    /// The settings; `base_url` without a slash at its end.
    #[must_use]
    pub fn config(&self) -> &ServicesConfig {
        &self.0.config
    }

    /// The outside.
    #[must_use]
    pub fn ports(&self) -> &Ports {
        &self.0.ports
    }

    /// Where uploads are received.
    #[must_use]
    pub fn spool(&self) -> &Spool {
        &self.0.spool
    }

    pub(crate) fn pool(&self) -> &PgPool {
        &self.0.pool
    }

    pub(crate) fn updates(&self) -> &LiveUpdates {
        &self.0.updates
    }

    /// Starts to listen for changes in the database until `shutdown`. To be
    /// called once a process; without it live views and workers still move, but
    /// only at their slow polls.
    pub fn spawn_live_updates(&self, shutdown: CancellationToken) -> JoinHandle<()> {
        let services = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = async { services.updates().run(services.pool()).await; } => {}
            }
        })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `SERVICE_UNAVAILABLE` when it does not.
    pub async fn health(&self) -> Result<(), AppError> {
        seva_store::ping(self.pool()).await.reported("ping")
    }
}
