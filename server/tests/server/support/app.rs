use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use seva_local::FileSecrets;
use seva_model::{CurrentUser, DoctorProfile, Password};
use seva_server::{Application, Config, Role, config::Variables};
use seva_services::{Ports, Services, ports::SecretSource as _};
use seva_store::SealedSessionStore;
use seva_testkit::TestDatabase;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Browser, PASSWORD, Rows};

/// A running server with a world of its own.
pub(crate) struct TestApp {
    pub(crate) address: String,
    pub(crate) services: Services,
    metrics_port: Option<u16>,
    shutdown: CancellationToken,
    running: Option<JoinHandle<anyhow::Result<()>>>,
    accounts: AtomicU32,
    home: TempDir,
    database: TestDatabase,
}

/// With a worker.
pub(crate) async fn spawn_app() -> TestApp {
    spawn(Role::All, &[], |_| {}, |_| {}).await
}

/// Without a worker: dictations stay in the queue.
pub(crate) async fn spawn_web() -> TestApp {
    spawn(Role::Web, &[], |_| {}, |_| {}).await
}

/// Without a worker, with some variables of its own.
pub(crate) async fn spawn_web_with(variables: &[(&str, &str)]) -> TestApp {
    spawn(Role::Web, variables, |_| {}, |_| {}).await
}

/// Without a worker; an upload may stand still for so long only.
pub(crate) async fn spawn_impatient_web(upload_idle: Duration) -> TestApp {
    let impatient = |config: &mut Config| config.web.upload_idle = upload_idle;
    spawn(Role::Web, &[], impatient, |_| {}).await
}

/// Without a worker; a request may take so long only.
pub(crate) async fn spawn_hasty_web(request_timeout: Duration) -> TestApp {
    let hasty = |config: &mut Config| config.web.request_timeout = request_timeout;
    spawn(Role::Web, &[], hasty, |_| {}).await
}

/// Without a worker; a request's head may take so long only.
pub(crate) async fn spawn_curt_web(head_timeout: Duration) -> TestApp {
    let curt = |config: &mut Config| config.web.head_timeout = head_timeout;
    spawn(Role::Web, &[], curt, |_| {}).await
}

/// Without a worker; event streams look so often whether they may go on.
pub(crate) async fn spawn_wary_web(stream_check: Duration) -> TestApp {
    let wary = |config: &mut Config| config.web.stream_check = stream_check;
    spawn(Role::Web, &[], wary, |_| {}).await
}

/// Without a worker, with some ports of its own.
pub(crate) async fn spawn_web_exchanging(exchange: impl FnOnce(&mut Ports)) -> TestApp {
    spawn(Role::Web, &[], |_| {}, exchange).await
}

async fn spawn(
    role: Role,
    extra: &[(&str, &str)],
    adjust: impl FnOnce(&mut Config),
    exchange: impl FnOnce(&mut Ports),
) -> TestApp {
    let database = TestDatabase::new().await;
    let home = tempfile::tempdir().unwrap();
    let variables = variables(&database, home.path()).into_iter();
    let extra = extra
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let variables: Variables = variables.chain(extra).collect();
    let mut config = Config::read(&variables, role).unwrap();
    adjust(&mut config);
    let application = Application::build_with(config, exchange).await.unwrap();
    TestApp {
        address: format!("http://127.0.0.1:{}", application.port().unwrap()),
        services: application.services().clone(),
        metrics_port: application.metrics_port(),
        shutdown: application.shutdown(),
        running: Some(tokio::spawn(application.run_until_stopped())),
        accounts: AtomicU32::new(0),
        home,
        database,
    }
}

/// The environment of a server that keeps everything under `home`.
pub(crate) fn variables(database: &TestDatabase, home: &Path) -> Vec<(String, String)> {
    [
        ("SEVA_PROFILE", "local".to_owned()),
        ("SEVA_ADDR", "127.0.0.1:0".to_owned()),
        ("DATABASE_URL", database.url()),
        ("SEVA_DATA_DIR", home.to_str().unwrap().to_owned()),
        ("SEVA_WHISPER_MODEL", model().to_str().unwrap().to_owned()),
        (
            "LEPTOS_SITE_ROOT",
            home.join("site").to_str().unwrap().to_owned(),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The speech model: the variable, or where `cargo xtask` puts it.
fn model() -> PathBuf {
    let in_cache = || {
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(env::home_dir()?.join(".cache")));
        cache.unwrap().join("seva-arogya/models/ggml-base.bin")
    };
    let model = env::var_os("SEVA_WHISPER_MODEL").map_or_else(in_cache, PathBuf::from);
    assert!(
        model.is_file(),
        "the speech model is missing: run `cargo xtask test`, or set SEVA_WHISPER_MODEL"
    );
    model
}

impl TestApp {
    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(&self.address)
    }

    /// A doctor with an account of her own, signed in.
    pub(crate) async fn doctor(&self) -> Browser {
        let number = self.accounts.fetch_add(1, Ordering::Relaxed);
        let email = format!("doctor{number}@clinic.example");
        let browser = self.stranger();
        browser
            .open_account(&email, &self.home.path().join("mail"))
            .await;
        browser.sign_in(&email).await;
        browser
    }

    /// The account of a doctor of this app, who are numbered from 0.
    pub(crate) async fn user(&self, number: u32) -> CurrentUser {
        let email = format!("doctor{number}@clinic.example").parse().unwrap();
        let password = Password::attempt(PASSWORD.to_owned());
        let outcome = self.services.sign_in(&email, &password).await.unwrap();
        outcome.signed_in().unwrap()
    }

    /// Enters a doctor's name and the registration number that signing takes.
    pub(crate) async fn register(&self, user: &CurrentUser, name: &str, number: &str) {
        let profile = DoctorProfile {
            registration_number: number.to_owned(),
            ..user.profile.clone()
        };
        self.services
            .update_profile(user.id, name, profile)
            .await
            .unwrap();
    }

    pub(crate) fn rows(&self) -> Rows {
        Rows::of(&self.database)
    }

    /// The server's sessions, opened with its own key.
    pub(crate) async fn sessions(&self) -> SealedSessionStore {
        let secrets = FileSecrets::new(self.home.path().join("secrets"));
        let key = secrets.key("session").await.unwrap();
        let key = key.expose().try_into().unwrap();
        SealedSessionStore::new(self.database.pool().clone(), key)
    }

    /// Where codes arrive.
    pub(crate) fn mail(&self) -> PathBuf {
        self.home.path().join("mail")
    }

    /// Where the built site would be.
    pub(crate) fn site(&self) -> PathBuf {
        self.home.path().join("site")
    }

    /// Where objects are.
    pub(crate) fn objects(&self) -> PathBuf {
        self.home.path().join("objects")
    }

    /// Names of all stored objects and of all recordings on their way.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for directory in ["objects", "spool"] {
            collect(&self.home.path().join(directory), &mut found);
        }
        found.retain(|path| path.file_name().unwrap() != "lock");
        found
    }

    /// What Prometheus would read.
    pub(crate) async fn metrics(&self) -> String {
        let address = format!("http://127.0.0.1:{}", self.metrics_port.unwrap());
        let answer = Browser::new(&address).get("/metrics").await;
        assert_eq!(answer.status(), reqwest::StatusCode::OK);
        answer.text().await.unwrap()
    }

    /// Another server over the same database and files.
    pub(crate) async fn beside(&self, extra: &[(&str, &str)]) -> Beside {
        let variables = variables(&self.database, self.home.path()).into_iter();
        let extra = extra
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let variables: Variables = variables.chain(extra).collect();
        let config = Config::read(&variables, Role::Web).unwrap();
        let application = Application::build(config).await.unwrap();
        let address = format!("http://127.0.0.1:{}", application.port().unwrap());
        let shutdown = application.shutdown();
        tokio::spawn(application.run_until_stopped());
        Beside {
            address,
            _running: shutdown.drop_guard(),
        }
    }

    /// Stops the server and waits until it has.
    pub(crate) async fn stop(mut self) {
        self.end().await;
    }

    /// The same; its database stays to be looked at.
    pub(crate) async fn end(&mut self) {
        self.shutdown.cancel();
        self.running.take().unwrap().await.unwrap().unwrap();
    }
}

/// A server that stops when it is dropped.
pub(crate) struct Beside {
    address: String,
    _running: DropGuard,
}

impl Beside {
    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser::new(&self.address)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

fn collect(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(path);
        }
    }
}
