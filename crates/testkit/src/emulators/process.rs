//! A server in a process of its own that ends with this one.

use std::{
    env,
    fs::File,
    io::{Read as _, Seek as _},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// Long enough for a machine that compiles at the same time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two questions whether a server is ready.
const GLANCE: Duration = Duration::from_millis(20);
/// Another process may take the free port first.
const PORTS_TRIED: u32 = 5;

/// Runs the program of its arguments until either the program ends or the pipe on
/// its input closes, as it does however the owner of the other end dies. Asking the
/// kernel for a signal instead would tie the program to the thread that started it,
/// and a thread ends with the test that brought it.
const UNTIL_THE_PIPE_CLOSES: &str = r#"
exec 3<&0
"$@" 3<&- &
program=$!
(read -r _ <&3; kill -9 "$program") 2>/dev/null &
exec 3<&-
wait "$program"
"#;

/// What to start.
pub(super) struct Program<'a> {
    pub(super) name: &'static str,
    /// What Python is told to run.
    pub(super) python: [&'static str; 2],
    pub(super) arguments: &'a (dyn Fn(u16) -> Vec<String> + Sync),
    pub(super) environment: &'a (dyn Fn(u16) -> Vec<(&'static str, String)> + Sync),
    /// Path that answers with success as soon as the server is ready.
    pub(super) ready: &'static str,
}

/// A server that answers.
pub(super) struct Server {
    url: String,
    child: Child,
}

impl Server {
    /// Starts a program and waits until it is ready.
    ///
    /// # Panics
    /// It can't be started, or does not get ready.
    pub(super) async fn start(program: &Program<'_>) -> Self {
        for _ in 0..PORTS_TRIED {
            let port = free_port();
            let mut log = tempfile::tempfile().expect("a file for the log");
            let url = format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
            let mut server = Self {
                child: spawn(program, port, &log),
                url,
            };
            match server.until_ready(program).await {
                Ok(()) => return server,
                Err(NotReady::Ended) if said(&mut log).contains("already in use") => {}
                Err(why) => panic!("{} {why}:\n{}", program.name, said(&mut log)),
            }
        }
        panic!("{}: no free port stayed free", program.name);
    }

    /// Its address, with no slash at the end.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    async fn until_ready(&mut self, program: &Program<'_>) -> Result<(), NotReady> {
        let begun = Instant::now();
        let http = http();
        let url = format!("{}{}", self.url, program.ready);
        while begun.elapsed() < PATIENCE {
            if self.child.try_wait().expect("the process").is_some() {
                return Err(NotReady::Ended);
            }
            let answer = http.get(&url).timeout(PATIENCE).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            tokio::time::sleep(GLANCE).await;
        }
        Err(NotReady::Late)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The pipe closes, so the program ends; then nothing is left of it.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

enum NotReady {
    Ended,
    Late,
}

impl std::fmt::Display for NotReady {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ended => "ended before it was ready",
            Self::Late => "did not get ready",
        })
    }
}

/// A client for this machine: no proxy stands between.
pub(super) fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("an HTTP client")
}

fn spawn(program: &Program<'_>, port: u16, log: &File) -> Child {
    let python = home().join("bin/python");
    assert!(
        python.is_file(),
        "no emulators in {}: run `cargo xtask setup`, or set SEVA_EMULATORS to where they are",
        home().display()
    );
    let mut command = Command::new("sh");
    command
        .args(["-c", UNTIL_THE_PIPE_CLOSES, program.name])
        .arg(python)
        .args(program.python)
        .args((program.arguments)(port))
        .envs((program.environment)(port))
        // A session of the developer's own must not become what the server expects.
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("the log"))
        .stderr(log.try_clone().expect("the log"));
    command.spawn().expect("sh")
}

/// The virtual environment that set-up made.
fn home() -> PathBuf {
    let given = |name| env::var_os(name).filter(|value| !value.is_empty());
    given("SEVA_EMULATORS").map_or_else(
        || {
            given("XDG_CACHE_HOME")
                .map(PathBuf::from)
                .or_else(|| env::home_dir().map(|home| home.join(".cache")))
                .unwrap_or_default()
                .join(Path::new("seva-arogya/emulators"))
        },
        PathBuf::from,
    )
}

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

fn said(log: &mut File) -> String {
    let mut said = Vec::new();
    let read = log.rewind().and_then(|()| log.read_to_end(&mut said));
    read.map_or_else(
        |error| error.to_string(),
        |_| String::from_utf8_lossy(&said).into_owned(),
    )
}
