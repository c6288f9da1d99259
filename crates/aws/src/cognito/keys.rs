//! The public keys a user pool signs with, as its JWKS document lists them.

use std::{
    collections::HashMap,
    fmt,
    time::{Duration, Instant},
};

use aws_sdk_cognitoidentityprovider::{
    Client,
    config::http::{HttpRequest, HttpResponse},
    error::{ErrorMetadata, ProvideErrorMetadata},
};
use aws_smithy_runtime::client::{
    orchestrator::operation::Operation,
    retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier},
};
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use seva_services::ports::PortError;
use tokio::sync::Mutex;

use super::SERVICE;

const FETCH: &str = "GetJwks";

/// An unknown key has the document read again, but no sooner than this.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// After a failure it is asked again sooner; whoever waits in between fails with it.
const ASK_AGAIN_AFTER_FAILURE: Duration = Duration::from_secs(2);
/// A key that was withdrawn is believed no longer than this.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// Why there is no key to verify a token with.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeyError {
    /// The pool lists no such key.
    #[error("the pool has no such key")]
    Unknown,
    /// The document could not be had.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// The keys of one pool, fetched when they are needed.
pub(super) struct Keys {
    document: Document,
    known: Mutex<Known>,
}

impl Keys {
    /// Keys at `jwks_url`, fetched with the HTTP client, the pauses and the time
    /// limits of `client`.
    pub(super) fn new(client: &Client, jwks_url: &str) -> Self {
        Self {
            document: Document::new(client, jwks_url),
            known: Mutex::new(Known::default()),
        }
    }

    /// The key of this id.
    pub(super) async fn find(&self, id: &str) -> Result<DecodingKey, KeyError> {
        // Held while the document is fetched: one request for all who wait.
        let mut known = self.known.lock().await;
        match known.look_up(id, Instant::now()) {
            Found::Key(key) => return Ok(key),
            Found::Nothing => return Err(KeyError::Unknown),
            Found::FailedJustNow => {
                let error = SERVICE.unavailable(FETCH, "it failed a moment ago");
                return Err(error.into());
            }
            Found::Stale => {}
        }
        match self.document.fetch().await {
            Ok(keys) => known.learn(keys, Instant::now()),
            Err(error) => {
                known.fail(Instant::now());
                // Known keys outlive a document that can't be had.
                return known.keys.get(id).cloned().ok_or_else(|| error.into());
            }
        }
        known.keys.get(id).cloned().ok_or(KeyError::Unknown)
    }

    /// Fetches the document now.
    pub(super) async fn load(&self) -> Result<(), PortError> {
        let mut known = self.known.lock().await;
        known.learn(self.document.fetch().await?, Instant::now());
        Ok(())
    }
}

type KeySet = HashMap<String, DecodingKey>;

/// What was read last.
#[derive(Default)]
struct Known {
    keys: KeySet,
    read_at: Option<Instant>,
    failed_at: Option<Instant>,
}

/// What is known about one key.
enum Found {
    Key(DecodingKey),
    /// The document was read a moment ago, and the key was not there.
    Nothing,
    FailedJustNow,
    /// Read the document.
    Stale,
}

impl Known {
    fn look_up(&self, id: &str, now: Instant) -> Found {
        let within = |past: Option<Instant>, span| {
            past.is_some_and(|past| now.saturating_duration_since(past) < span)
        };
        let failed = within(self.failed_at, ASK_AGAIN_AFTER_FAILURE);
        match self.keys.get(id) {
            Some(key) if failed || within(self.read_at, FRESH) => Found::Key(key.clone()),
            None if within(self.read_at, ASK_AGAIN) => Found::Nothing,
            None if failed => Found::FailedJustNow,
            _ => Found::Stale,
        }
    }

    /// Keys that are no longer listed are forgotten.
    fn learn(&mut self, keys: KeySet, now: Instant) {
        *self = Self {
            keys,
            read_at: Some(now),
            failed_at: None,
        };
    }

    fn fail(&mut self, now: Instant) {
        self.failed_at = Some(now);
    }
}

/// Where the keys are published.
struct Document {
    /// Gives the body as it came.
    get: Operation<(), Vec<u8>, NotServed>,
}

impl Document {
    fn new(client: &Client, url: &str) -> Self {
        let config = client.config();
        let (origin, path) = split(url);
        let mut get = Operation::builder()
            .service_name("cognito")
            .operation_name(FETCH)
            .endpoint_url(origin)
            .no_auth()
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<NotServed>::new());
        if let Some(http) = config.http_client() {
            get = get.http_client(http);
        }
        if let Some(retries) = config.retry_config() {
            get = get.standard_retry(retries);
        }
        if let Some(timeouts) = config.timeout_config() {
            get = get.timeout_config(timeouts.clone());
        }
        let path = path.to_owned();
        let get = get
            .serializer(move |()| Ok(HttpRequest::get(&path)?))
            .deserializer(body)
            .build();
        Self { get }
    }

    async fn fetch(&self) -> Result<KeySet, PortError> {
        let body = SERVICE.call(FETCH, self.get.invoke(())).await?;
        let keys = key_set(&body).map_err(|error| SERVICE.unavailable(FETCH, error))?;
        if keys.is_empty() {
            return Err(SERVICE.unavailable(FETCH, "it lists no key that signs with RS256"));
        }
        Ok(keys)
    }
}

/// Scheme and authority, and the path.
fn split(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    let path = url[authority..]
        .find('/')
        .map_or(url.len(), |at| authority + at);
    match url.split_at(path) {
        (origin, "") => (origin, "/"),
        parts => parts,
    }
}

fn body(response: &HttpResponse) -> Result<Vec<u8>, OrchestratorError<NotServed>> {
    if !response.status().is_success() {
        return Err(OrchestratorError::operation(NotServed::default()));
    }
    Ok(response.body().bytes().unwrap_or_default().to_vec())
}

/// The document's address answered with something else.
#[derive(Debug, Default)]
struct NotServed(ErrorMetadata);

impl fmt::Display for NotServed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool's keys are not there")
    }
}

impl std::error::Error for NotServed {}

impl ProvideErrorMetadata for NotServed {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// RFC 7517, as far as a user pool uses it.
#[derive(Deserialize)]
struct Jwks {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    #[serde(default = "rs256")]
    alg: String,
    #[serde(default = "sig")]
    r#use: String,
    n: String,
    e: String,
}

fn rs256() -> String {
    "RS256".to_owned()
}

fn sig() -> String {
    "sig".to_owned()
}

/// The keys that sign with RS256; keys of other kinds may stand beside them.
fn key_set(document: &[u8]) -> Result<KeySet, serde_json::Error> {
    let document: Jwks = serde_json::from_slice(document)?;
    let keys = document.keys.into_iter().filter_map(|key| {
        let key: Jwk = serde_json::from_value(key).ok()?;
        let fits = key.kty == "RSA" && key.alg == "RS256" && key.r#use == "sig";
        let decoded = DecodingKey::from_rsa_components(&key.n, &key.e).ok()?;
        fits.then_some((key.kid, decoded))
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests;
