//! The server from its configuration to its end.

use std::{io::Write as _, sync::Arc, time::Duration};

use anyhow::Context as _;
use seva_services::{DEMO_EMAIL, DEMO_PASSWORD, Services, ServicesConfig, Worker, WorkerConfig};
use seva_store::{PgPool, SealedSessionStore};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{BaseUrl, Config, Role},
    router, session, site,
    spool::SpoolDirectory,
    state::AppState,
    wiring::{self, LocalSpeech, Wired},
};

/// How long a stopping process waits for what it is doing.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often sessions that are over are removed.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// A server that is ready to run: the database is migrated, the port is bound.
pub struct Application {
    config: Config,
    base_url: BaseUrl,
    listener: Option<TcpListener>,
    services: Services,
    state: AppState,
    sessions: SealedSessionStore,
    whisper: Option<Arc<LocalSpeech>>,
    pool: PgPool,
    shutdown: CancellationToken,
    spool: SpoolDirectory,
}

impl Application {
    /// Connects, migrates, binds the port and wires everything together.
    ///
    /// # Errors
    /// Whatever is missing: the database does not answer, the port is taken, the
    /// directory can't be written, a provider is not in this build.
    pub async fn build(config: Config) -> anyhow::Result<Self> {
        let pool = seva_store::connect(config.database.url.expose())
            .await
            .context("the database at DATABASE_URL does not answer")?;
        seva_store::migrate(&pool)
            .await
            .context("the database could not be migrated")?;
        let listener = match config.role.serves_web() {
            true => Some(listen(&config).await?),
            false => None,
        };
        let addr = match &listener {
            Some(listener) => listener.local_addr()?,
            None => config.web.addr,
        };
        let base_url = config.web.base_url.clone();
        let base_url = base_url.unwrap_or_else(|| BaseUrl::of_listener(addr));
        let spool = SpoolDirectory::claim(&config.data_dir.join("spool"))
            .context("SEVA_DATA_DIR can't be written")?;
        let wired = wiring::wire(&config, &base_url, &pool, &spool).await?;
        let Wired {
            ports,
            secrets,
            downloads,
            whisper,
        } = wired;
        let sessions = session::store(pool.clone(), &secrets.key("session").await?)?;
        let services_config = ServicesConfig {
            base_url: base_url.as_str().to_owned(),
            spool_dir: spool.recordings(),
        };
        let services = Services::new(services_config, pool.clone(), ports)
            .context("the spool directory can't be made")?;
        let shutdown = CancellationToken::new();
        let state = AppState {
            services: services.clone(),
            leptos: site::options(&config.site, addr),
            base_url: base_url.clone(),
            downloads,
            secrets,
            upload_idle: config.web.upload_idle,
            shutdown: shutdown.clone(),
        };
        if config.demo {
            services
                .ensure_demo_user()
                .await
                .context("the demonstration's account could not be made")?;
        }
        Ok(Self {
            config,
            base_url,
            listener,
            services,
            state,
            sessions,
            whisper,
            pool,
            shutdown,
            spool,
        })
    }

    /// The port it listens on; a worker listens on none.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        let addr = self.listener.as_ref()?.local_addr().ok()?;
        Some(addr.port())
    }

    /// The address people see.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.base_url.as_str()
    }

    /// Cancel it to stop the server.
    #[must_use]
    pub fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// The use cases, wired as the server uses them.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// Says on the standard output where it is, for whoever started it.
    ///
    /// # Errors
    /// Nobody reads the standard output any more.
    pub fn announce(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        if self.listener.is_some() {
            writeln!(out, "SEVA is ready at {}", self.base_url())?;
        } else {
            writeln!(out, "SEVA takes dictations from the queue")?;
        }
        if self.config.demo && self.listener.is_some() {
            writeln!(out, "  e-mail    {DEMO_EMAIL}")?;
            writeln!(out, "  password  {DEMO_PASSWORD}")?;
        }
        out.flush()
    }

    /// Serves and works until [`shutdown`](Self::shutdown) is cancelled. Then
    /// streams end, requests get a little time, and the worker gives its job back.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let shutdown = self.shutdown.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(ended(self.services.spawn_live_updates(shutdown.clone())));
        if self.config.role != Role::Worker {
            tasks.spawn(tidy(self.sessions.clone(), shutdown.clone()));
        }
        if self.config.role.takes_jobs() {
            if let Some(whisper) = self.whisper.clone() {
                tokio::spawn(warm_up(whisper));
            }
            let worker = Worker::new(self.services.clone(), worker_config(&self.config));
            tasks.spawn(worker.run(shutdown.clone()));
        }
        let served = match self.listener {
            Some(listener) => {
                let router = router::router(self.state, self.sessions);
                serve(listener, router, shutdown.clone()).await
            }
            None => {
                shutdown.cancelled().await;
                Ok(())
            }
        };
        shutdown.cancel();
        if timeout(PATIENCE, tasks.join_all()).await.is_err() {
            tracing::warn!("stopped before everything had ended");
        }
        self.pool.close().await;
        drop(self.spool);
        served
    }
}

async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let addr = config.web.addr;
    TcpListener::bind(addr)
        .await
        .with_context(|| format!("can't listen on {addr} (SEVA_ADDR)"))
}

async fn serve(
    listener: TcpListener,
    router: axum::Router,
    shutdown: CancellationToken,
) -> anyhow::Result<()> {
    let stopping = shutdown.clone();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .into_future();
    // Who sends or reads slowly is not waited for without end.
    let late = async {
        stopping.cancelled().await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        served = serving => served.context("the listener failed"),
        () = late => Ok(()),
    }
}

fn worker_config(config: &Config) -> WorkerConfig {
    let default = WorkerConfig::default();
    WorkerConfig {
        parallel: config.worker.parallel.unwrap_or(default.parallel),
        ..default
    }
}

/// Loads the speech model before the first dictation needs it. A model that is
/// missing fails each dictation with its sentence; here it is told once, early.
async fn warm_up(whisper: Arc<LocalSpeech>) {
    if let Err(error) = whisper.warm_up().await {
        tracing::error!(error = %error, source = %error.source, "the speech model is not ready");
    }
}

async fn tidy(sessions: SealedSessionStore, shutdown: CancellationToken) {
    let mut hours = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = sessions.delete_expired().await {
            tracing::warn!(%error, "sessions that are over could not be removed");
        }
    }
}

async fn ended(task: tokio::task::JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(%error, "live updates ended");
    }
}
