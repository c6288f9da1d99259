//! The server from its configuration to its end.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use seva_services::{
    DEMO_EMAIL, DEMO_PASSWORD, Ports, Services, ServicesConfig, Worker, WorkerConfig,
};
use seva_store::{PgPool, sign_in_limits};
use tokio::{
    net::{TcpListener, TcpSocket},
    task::JoinSet,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{BaseUrl, Config, Role},
    cors::Origins,
    limits::Limits,
    metrics::Metrics,
    rest::health::Checks,
    router,
    serving::{Patience, serve},
    session::Sessions,
    site,
    spool::SpoolDirectory,
    state::AppState,
    wiring::{self, LocalSpeech, Suppliers, Wired},
};

/// How long a stopping process waits for what is left when no request is: jobs that are
/// given back, and connections to the database. Whoever stops it has to allow for both,
/// after a request and its margin (`stop_grace_period`, `stopTimeout`).
const PATIENCE: Duration = Duration::from_secs(10);
/// When the process stops, connections are kept so much longer than a request may take:
/// for answers that are on their way.
const MARGIN: Duration = Duration::from_secs(5);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;
/// How often what is over is removed: sessions, counts of sign-ins.
const TIDY_EVERY: Duration = Duration::from_secs(60 * 60);

/// A server that is ready to run: the database is migrated, the port is bound.
pub struct Application {
    config: Config,
    base_url: BaseUrl,
    listener: Option<TcpListener>,
    services: Services,
    state: AppState,
    sessions: Sessions,
    metrics: Option<(TcpListener, Metrics)>,
    whisper: Option<Arc<LocalSpeech>>,
    pool: PgPool,
    shutdown: CancellationToken,
    spool: SpoolDirectory,
}

impl Application {
    /// How many threads the runtime needs for what waits for a file or keeps a processor
    /// busy. Each keeps memory of its own, and with the usual 512 every upload under way
    /// would have one. Each dictation that is worked on may hold one, and needs others to
    /// get on.
    #[must_use]
    pub fn waiting_threads(config: &Config) -> usize {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        (4 * processors).max(16) + worker_config(config).parallel
    }

    /// Connects, wires everything together and checks it, migrates, and listens.
    ///
    /// # Errors
    /// Whatever is missing: the database does not answer, the port is taken, the
    /// directory can't be written, a cloud service refuses.
    pub async fn build(config: Config) -> anyhow::Result<Self> {
        Self::build_with(config, |_| {}).await
    }

    /// The same, with some ports exchanged for others.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub async fn build_with(
        config: Config,
        exchange: impl FnOnce(&mut Ports),
    ) -> anyhow::Result<Self> {
        let suppliers = Suppliers::prepare(&config).await?;
        let pool = wiring::connect(&config, &suppliers).await?;
        let session_key = suppliers.session_key(&config).await?;
        let reserved = match config.role.serves_web() {
            true => Some(reserve(config.web.addr)?),
            false => None,
        };
        let for_metrics = match config.observing.metrics_addr {
            Some(addr) => Some(listen_for_metrics(addr).await?),
            None => None,
        };
        let addr = match &reserved {
            Some(socket) => socket.local_addr()?,
            None => config.web.addr,
        };
        let base_url = config.web.base_url.clone();
        let base_url = base_url.unwrap_or_else(|| BaseUrl::of_listener(addr));
        let spool = SpoolDirectory::claim(&config.data_dir.join("spool"))
            .context("SEVA_DATA_DIR can't be written")?;
        let wired = wiring::wire(&config, &base_url, &pool, &spool, suppliers).await?;
        let Wired {
            mut ports,
            secrets,
            downloads,
            whisper,
            breakers,
        } = wired;
        exchange(&mut ports);
        // After every check: a version that can't start must not take the database
        // away from the one that it was to follow.
        seva_store::migrate(&pool)
            .await
            .context("the database could not be migrated")?;
        let sessions = Sessions::new(&config.session, pool.clone(), &session_key)?;
        let metrics = match for_metrics {
            Some(listener) => Some((listener, Metrics::start(pool.clone(), breakers.clone())?)),
            None => None,
        };
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
            checks: Arc::new(Checks::new(secrets, wiring::needed_secrets(&config))),
            breakers,
            origins: Origins::new(base_url.clone(), &config.web.cors_origins),
            limits: Limits::new(&config.limits, pool.clone(), &session_key),
            sessions: Arc::new(sessions.store.clone()),
            stream_check: config.web.stream_check,
            request_timeout: config.web.request_timeout,
            upload_idle: config.web.upload_idle,
            shutdown: shutdown.clone(),
        };
        if config.demo {
            services
                .ensure_demo_user()
                .await
                .context("the demonstration's account could not be made")?;
        }
        let listener = match reserved {
            Some(socket) => Some(listen(socket, addr)?),
            None => None,
        };
        Ok(Self {
            config,
            base_url,
            listener,
            services,
            state,
            sessions,
            metrics,
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

    /// The port on which it serves metrics, if it does.
    #[must_use]
    pub fn metrics_port(&self) -> Option<u16> {
        let (listener, _) = self.metrics.as_ref()?;
        Some(listener.local_addr().ok()?.port())
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
    pub fn announce(&self) -> io::Result<()> {
        let mut out = io::stdout().lock();
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
    /// streams end, requests get the time that any request has, the worker gives its
    /// jobs back, and the connections to the database are closed.
    ///
    /// # Errors
    /// The listener failed.
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let shutdown = self.shutdown.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(ended(self.services.spawn_live_updates(shutdown.clone())));
        if self.config.role != Role::Worker {
            let (sessions, pool) = (self.sessions.clone(), self.pool.clone());
            tasks.spawn(tidy(sessions, pool, shutdown.clone()));
        }
        if let Some((listener, metrics)) = self.metrics {
            tasks.spawn(metrics.serve(listener, shutdown.clone()));
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
                let patience = Patience {
                    head: self.config.web.head_timeout,
                    end: self.state.request_timeout + MARGIN,
                };
                let router = router::router(self.state, &self.sessions);
                let served = serve(listener, router, patience, shutdown.clone()).await;
                served.context("the listener failed")
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
        // Whoever still has a connection does not keep the process for ever.
        if timeout(PATIENCE, self.pool.close()).await.is_err() {
            tracing::warn!("stopped before every connection to the database was closed");
        }
        drop(self.spool);
        served
    }
}

/// Brings the database up to this version's schema.
///
/// # Errors
/// The database, or the service that keeps its credentials, does not answer.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let suppliers = Suppliers::prepare(config).await?;
    let pool = wiring::connect(config, &suppliers).await?;
    Ok(seva_store::migrate(&pool).await?)
}

/// Takes the address, and nobody's connection yet: links to this server may hold it,
/// and what they lead to is checked first.
fn reserve(addr: SocketAddr) -> anyhow::Result<TcpSocket> {
    let take = || {
        let socket = match addr {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(addr)?;
        Ok(socket)
    };
    take().map_err(|error| unavailable(addr, "SEVA_ADDR", error))
}

fn listen(socket: TcpSocket, addr: SocketAddr) -> anyhow::Result<TcpListener> {
    socket
        .listen(BACKLOG)
        .map_err(|error| unavailable(addr, "SEVA_ADDR", error))
}

async fn listen_for_metrics(addr: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| unavailable(addr, "SEVA_METRICS_ADDR", error))
}

fn unavailable(addr: SocketAddr, variable: &str, error: io::Error) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("can't listen on {addr} ({variable})"))
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

async fn tidy(sessions: Sessions, pool: PgPool, shutdown: CancellationToken) {
    let mut hours = tokio::time::interval(TIDY_EVERY);
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = hours.tick() => {}
        }
        if let Err(error) = sessions.store.delete_expired().await {
            tracing::warn!(%error, "sessions that are over could not be removed");
        }
        if let Err(error) = sign_in_limits::delete_expired(&pool).await {
            tracing::warn!(%error, "counts of sign-ins that are over could not be removed");
        }
    }
}

async fn ended(task: tokio::task::JoinHandle<()>) {
    if let Err(error) = task.await {
        tracing::error!(%error, "live updates ended");
    }
}
