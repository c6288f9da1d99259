use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

use seva_testkit::TestDatabase;

use super::app::variables;

/// The real program, started as `cargo xtask run` starts it, with the
/// demonstration's account. It is killed when it is dropped.
pub(crate) struct ServerProcess {
    child: Child,
    log: Option<JoinHandle<String>>,
    /// Empty when it only works.
    pub(crate) address: String,
}

impl ServerProcess {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(database: &TestDatabase, home: &Path, role: &str) -> Self {
        Self::start_with(database, home, role, &[])
    }

    /// The same, with some variables of its own.
    pub(crate) fn start_with(
        database: &TestDatabase,
        home: &Path,
        role: &str,
        extra: &[(&str, &str)],
    ) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_seva-server"))
            .args(["serve", "--role", role])
            .env_clear()
            .envs(variables(database, home))
            .env("SEVA_DEMO", "1")
            .envs(extra.iter().copied())
            .current_dir(home)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = child.stderr.take().unwrap();
        let log = thread::spawn(move || {
            let mut log = String::new();
            let _ = stderr.read_to_string(&mut log);
            log
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            match line.strip_prefix("SEVA is ready at ") {
                Some(address) => Some(address.to_owned()),
                None => (line == "SEVA takes dictations from the queue").then(String::new),
            }
        });
        // Whoever writes to a pipe nobody reads stops when it is full.
        thread::spawn(move || lines.for_each(drop));
        let Some(address) = address else {
            let _ = child.wait();
            panic!("the server did not start:\n{}", log.join().unwrap());
        };
        Self {
            child,
            log: Some(log),
            address,
        }
    }

    /// `kill -9`: it gets no chance to do anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As an operator stops it, with all that it has logged.
    ///
    /// # Panics
    /// When it did not end in good order.
    pub(crate) fn terminate(mut self) -> String {
        let pid = self.child.id().to_string();
        let signal = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(signal.unwrap().success());
        assert!(
            self.child.wait().unwrap().success(),
            "it ended in good order"
        );
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
