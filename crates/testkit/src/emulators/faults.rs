//! Faults between a client and a server that speaks AWS's protocols.

use serde::Deserialize;
use serde_json::Value;

use super::process::{Program, Server, http};

/// It would read the descriptions of all of AWS's services, for seconds, to know them by
/// their host names. Here there is one host, without a name.
const WITHOUT_HOST_NAMES: &str = "
import microburst.detection.host
microburst.detection.host._endpoint_prefix_map = dict
from microburst.cli import main
main()
";

/// A proxy that throttles, fails, delays and breaks off by rule, in the form AWS would.
///
/// Presigned links do not pass it: they are signed for another address.
pub struct Microburst {
    server: Server,
}

/// A fault that was done.
#[derive(Clone, Debug, Deserialize)]
pub struct Fired {
    /// `s3`, `secretsmanager`, ...
    pub service: String,
    /// `PutObject`, ...
    pub operation: Option<String>,
    /// `error:SlowDown`, `reset`, ...
    pub action: String,
}

impl Microburst {
    /// Starts one before the server at `upstream`, with no rules.
    ///
    /// # Panics
    /// It is not installed or does not get ready.
    pub async fn start(upstream: &str) -> Self {
        let server = Server::start(&Program {
            name: "microburst",
            python: ["-c", WITHOUT_HOST_NAMES],
            arguments: &|port| {
                let port = port.to_string();
                ["--host", "127.0.0.1", "--port", &port]
                    .into_iter()
                    .chain(["--upstream", upstream])
                    .map(str::to_owned)
                    .collect()
            },
            environment: &|_| Vec::new(),
            ready: "/_microburst/health",
        })
        .await;
        Self { server }
    }

    /// Its address, with no slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Replaces the rules: an array of objects as microburst's own documentation
    /// describes them.
    ///
    /// # Panics
    /// It does not take them.
    pub async fn set_rules(&self, rules: &Value) {
        let answer = http()
            .post(format!("{}/_microburst/rules", self.url()))
            .json(rules)
            .send()
            .await
            .expect("an answer");
        let status = answer.status();
        let said = answer.text().await.unwrap_or_default();
        assert!(status.is_success(), "the rules were refused: {said}");
    }

    /// Forgets the faults done so far.
    ///
    /// # Panics
    /// It does not answer.
    pub async fn forget(&self) {
        let url = format!("{}/_microburst/fired", self.url());
        let answer = http().delete(url).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// The faults done since the start or since they were forgotten, oldest first, at
    /// most a hundred.
    ///
    /// # Panics
    /// They can't be read.
    pub async fn fired(&self) -> Vec<Fired> {
        let url = format!("{}/_microburst/fired", self.url());
        let answer = http().get(url).send().await.expect("an answer");
        answer.json().await.expect("faults")
    }
}
