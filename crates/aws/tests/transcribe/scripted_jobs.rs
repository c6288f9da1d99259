//! A service of jobs that answers as a test says.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::AbortHandle,
};

/// One answer.
#[derive(Clone)]
pub(crate) enum Answer {
    /// Success, with this body.
    Ok(Value),
    /// The status, and the error's name.
    Error(u16, &'static str),
    /// None, ever.
    Never,
}

/// A job in this state.
pub(crate) fn job(status: &str) -> Answer {
    Answer::Ok(json!({"MedicalTranscriptionJob": {"TranscriptionJobStatus": status}}))
}

/// A job that failed for this reason.
pub(crate) fn failed_job(reason: &str) -> Answer {
    Answer::Ok(json!({"MedicalTranscriptionJob": {
        "TranscriptionJobStatus": "FAILED", "FailureReason": reason,
    }}))
}

/// Its answers by operation: `Start`, `Get`, `Delete`. The last of each is
/// repeated.
pub(crate) struct ScriptedJobs {
    state: Arc<State>,
    url: String,
    serving: AbortHandle,
}

#[derive(Default)]
struct State {
    scripts: Mutex<HashMap<&'static str, VecDeque<Answer>>>,
    asked: watch::Sender<Vec<&'static str>>,
}

impl ScriptedJobs {
    pub(crate) async fn new(
        scripts: impl IntoIterator<Item = (&'static str, Vec<Answer>)>,
    ) -> Self {
        let state = Arc::new(State::default());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(socket, Arc::clone(&served)));
            }
        });
        let jobs = Self {
            state,
            url,
            serving: serving.abort_handle(),
        };
        for (operation, answers) in scripts {
            jobs.will(operation, answers);
        }
        jobs
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Replaces the answers of an operation.
    pub(crate) fn will(&self, operation: &'static str, answers: Vec<Answer>) {
        self.state
            .scripts
            .lock()
            .unwrap()
            .insert(operation, answers.into());
    }

    /// What it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.state.asked.borrow().clone()
    }

    /// Waits until it was asked for this so often.
    pub(crate) async fn until_asked(&self, operation: &str, times: usize) {
        let enough = |asked: &Vec<&str>| asked.iter().filter(|o| **o == operation).count() >= times;
        self.state.asked.subscribe().wait_for(enough).await.unwrap();
    }
}

impl Drop for ScriptedJobs {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn answer(&self, target: &str) -> Answer {
        let operation = ["Start", "Get", "Delete"]
            .into_iter()
            .find(|name| target.starts_with(name))
            .unwrap();
        let answer = {
            let mut scripts = self.scripts.lock().unwrap();
            let script = scripts
                .get_mut(operation)
                .unwrap_or_else(|| panic!("no script for {target}"));
            if script.len() > 1 {
                script.pop_front()
            } else {
                script.front().cloned()
            }
        };
        self.asked.send_modify(|asked| asked.push(operation));
        answer.unwrap()
    }
}

async fn serve(socket: TcpStream, state: Arc<State>) {
    let mut socket = BufReader::new(socket);
    while let Some(target) = read_request(&mut socket).await {
        let (status, error, body) = match state.answer(&target) {
            Answer::Ok(body) => (200, None, body),
            Answer::Error(status, name) => (
                status,
                Some(name),
                json!({"__type": name, "Message": "as the test says"}),
            ),
            Answer::Never => std::future::pending().await,
        };
        let body = body.to_string();
        let error = error
            .map(|name| format!("x-amzn-errortype: {name}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {status} Answer\r\ncontent-type: application/x-amz-json-1.1\r\n{error}\
             x-amzn-requestid: request-1\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if socket.write_all((head + &body).as_bytes()).await.is_err() {
            return;
        }
    }
}

/// The operation that is asked for; `None` when nobody asks any more.
async fn read_request(socket: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut target, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        socket
            .read_line(&mut line)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "x-amz-target" => target = value.rsplit_once('.').map(|(_, name)| name.to_owned()),
            "content-length" => length = value.trim().parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await.ok()?;
    target
}
