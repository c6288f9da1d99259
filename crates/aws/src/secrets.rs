//! Secrets from Secrets Manager, each fetched once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use base64::{Engine as _, engine::general_purpose as alphabet};
use serde::Deserialize;
use seva_services::ports::{PortError, PortFailure, Secret, SecretSource, percent_encoded};
use tokio::sync::OnceCell;
use zeroize::{Zeroize, Zeroizing};

use crate::call::Service;

const SERVICE: Service = Service::new("secretsmanager");
const OPERATION: &str = "GetSecretValue";
const KEY_BYTES: usize = 32;
/// Used where the secret names no port.
const POSTGRESQL_PORT: u16 = 5432;

/// Secrets named `{prefix}/{name}`.
///
/// A key is 32 bytes: as they are (`SecretBinary`), or as text in hexadecimal or
/// base64, alone or as `{"key": "..."}`.
#[derive(Debug)]
pub struct AwsSecrets {
    client: Client,
    prefix: String,
    known: Mutex<HashMap<String, Arc<OnceCell<Secret>>>>,
}

impl AwsSecrets {
    /// Builds it. Nothing is sent yet.
    #[must_use]
    pub fn new(client: Client, prefix: impl Into<String>) -> Self {
        Self {
            client,
            prefix: prefix.into(),
            known: Mutex::default(),
        }
    }

    /// Fetches the named keys and the database's credentials, so that what is missing
    /// is found before anything depends on it.
    ///
    /// # Errors
    /// Of the kind of the first one that can't be had; the source of the error names
    /// every secret that can't.
    pub async fn check(&self, keys: &[&str], database: Option<&str>) -> Result<(), PortError> {
        let mut failures = Vec::new();
        for name in keys {
            failures.extend(self.key(name).await.err());
        }
        if let Some(name) = database {
            failures.extend(self.database_url(name).await.err());
        }
        let said: Vec<_> = failures
            .iter()
            .map(|error| error.source.to_string())
            .collect();
        match failures.into_iter().next() {
            None => Ok(()),
            Some(first) => Err(PortError {
                source: said.join("; ").into(),
                ..first
            }),
        }
    }

    /// The address of the database, with its password, from `{prefix}/{name}`:
    /// `{"username", "password", "host", "port", "dbname"}` as RDS writes it, with
    /// `sslmode` where `require` is not wanted.
    ///
    /// # Errors
    /// The secret is missing, or not of this form; the source of the error names it
    /// and what it lacks.
    pub async fn database_url(&self, name: &str) -> Result<Secret, PortError> {
        let id = self.id(name);
        let text = self.fetched(&id).await?;
        let credentials: DatabaseCredentials = serde_json::from_slice(text.expose())
            .map_err(|_| unfit(&id, "is no JSON object of text"))?;
        credentials.url().map_err(|lacks| unfit(&id, &lacks))
    }

    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }

    /// What the secret holds. Who asks while it is being fetched waits for that; a
    /// failure is not remembered.
    async fn fetched(&self, id: &str) -> Result<Secret, PortError> {
        let cell = {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(known.entry(id.to_owned()).or_default())
        };
        cell.get_or_try_init(|| self.fetch(id)).await.cloned()
    }

    async fn fetch(&self, id: &str) -> Result<Secret, PortError> {
        let sent = self.client.get_secret_value().secret_id(id).send();
        let answer = SERVICE
            .call(OPERATION, sent)
            .await
            .map_err(|error| named(id, error))?;
        match (answer.secret_binary, answer.secret_string) {
            (Some(binary), _) => Ok(Secret::new(binary.into_inner())),
            (None, Some(text)) => Ok(Secret::new(text.into_bytes())),
            (None, None) => Err(unfit(id, "is empty")),
        }
    }
}

#[async_trait]
impl SecretSource for AwsSecrets {
    async fn key(&self, name: &str) -> Result<Secret, PortError> {
        let id = self.id(name);
        let held = self.fetched(&id).await?;
        key_of(held.expose()).ok_or_else(|| {
            unfit(
                &id,
                "is no key: it must be 32 bytes, in hexadecimal or base64",
            )
        })
    }
}

fn named(id: &str, error: PortError) -> PortError {
    let what = match error.failure {
        PortFailure::NotFound => "is not there",
        PortFailure::Denied => {
            "is closed to this process: its role needs secretsmanager:GetSecretValue"
        }
        _ => "can't be had",
    };
    PortError {
        source: format!("the secret {id} {what} ({})", error.source).into(),
        ..error
    }
}

fn unfit(id: &str, what: &str) -> PortError {
    SERVICE.broken(OPERATION, format!("the secret {id} {what}"))
}

fn key_of(held: &[u8]) -> Option<Secret> {
    if held.len() == KEY_BYTES {
        return Some(Secret::new(held.to_vec()));
    }
    let text = std::str::from_utf8(held).ok()?.trim();
    if text.starts_with('{') {
        let wrapped: WrappedKey = serde_json::from_str(text).ok()?;
        return decoded(wrapped.key.trim());
    }
    decoded(text)
}

/// 64 digits or 43 and perhaps `=`: no text of 32 bytes is both.
fn decoded(text: &str) -> Option<Secret> {
    let bytes = if text.len() == 2 * KEY_BYTES {
        hexadecimal(text)?
    } else {
        let text = text.trim_end_matches('=');
        alphabet::STANDARD_NO_PAD
            .decode(text)
            .or_else(|_| alphabet::URL_SAFE_NO_PAD.decode(text))
            .ok()?
    };
    let bytes = Zeroizing::new(bytes);
    (bytes.len() == KEY_BYTES).then(|| Secret::new(bytes.to_vec()))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}

#[derive(Deserialize)]
struct WrappedKey {
    key: Zeroizing<String>,
}

#[derive(Deserialize)]
struct DatabaseCredentials {
    username: Option<String>,
    password: Option<Zeroizing<String>>,
    host: Option<String>,
    port: Option<Port>,
    dbname: Option<String>,
    sslmode: Option<String>,
}

/// Who writes the secret by hand may write the number as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Port {
    Number(u16),
    Text(String),
}

impl DatabaseCredentials {
    fn url(&self) -> Result<Secret, String> {
        let port = match &self.port {
            None => Some(POSTGRESQL_PORT),
            Some(Port::Number(port)) => Some(*port),
            Some(Port::Text(text)) => text.trim().parse().ok(),
        };
        let mut lacks = Vec::new();
        let mut part = |name, value: Option<&str>| {
            let value = value.filter(|value| !value.is_empty());
            if value.is_none() {
                lacks.push(name);
            }
            value.map(percent_encoded).unwrap_or_default()
        };
        let username = part("username", self.username.as_deref());
        let mut password = part("password", self.password.as_ref().map(|text| text.as_str()));
        let dbname = part("dbname", self.dbname.as_deref());
        part("host", self.host.as_deref());
        if port.is_none() {
            lacks.push("a port that is a number");
        }
        let (Some(host), Some(port), true) = (&self.host, port, lacks.is_empty()) else {
            return Err(format!("lacks {}", lacks.join(", ")));
        };
        let sslmode = percent_encoded(self.sslmode.as_deref().unwrap_or("require"));
        let url =
            format!("postgres://{username}:{password}@{host}:{port}/{dbname}?sslmode={sslmode}");
        password.zeroize();
        Ok(Secret::new(url.into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(json: &str) -> Result<String, String> {
        let credentials: DatabaseCredentials = serde_json::from_str(json).unwrap();
        let url = credentials.url()?;
        Ok(String::from_utf8(url.expose().to_vec()).unwrap())
    }

    #[test]
    fn a_key_is_read_in_every_form_it_may_have() {
        let key: Vec<u8> = (200..232).collect();
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let forms = [
            alphabet::STANDARD.encode(&key),
            alphabet::STANDARD_NO_PAD.encode(&key),
            alphabet::URL_SAFE.encode(&key),
            hex.to_uppercase(),
            format!("{hex}\n"),
            format!(r#"{{"key": "{hex}"}}"#),
            format!(
                r#" {{"key": "{}", "made": "by hand"}}"#,
                alphabet::STANDARD.encode(&key)
            ),
        ];
        for form in forms {
            assert_eq!(key_of(form.as_bytes()).unwrap().expose(), key, "{form}");
        }
        assert_eq!(key_of(&key).unwrap().expose(), key);
    }

    #[test]
    fn what_is_not_32_bytes_is_no_key() {
        let short = alphabet::STANDARD.encode([7; 31]);
        let long = alphabet::STANDARD.encode([7; 33]);
        let not_hex = "g".repeat(64);
        for held in [
            "",
            "{}",
            "{",
            r#"{"key": 5}"#,
            "correct horse battery staple",
            &short,
            &long,
            &not_hex,
        ] {
            assert!(key_of(held.as_bytes()).is_none(), "{held}");
        }
        assert!(key_of(&[0xff; 33]).is_none());
    }

    #[test]
    fn credentials_become_an_address_whatever_the_password_holds() {
        assert_eq!(
            url(r#"{"username": "seva", "password": "p@ss/w:rd?#%", "host": "db.example", "port": 5433,
                    "dbname": "seva arogya", "engine": "postgres"}"#),
            Ok("postgres://seva:p%40ss%2Fw%3Ard%3F%23%25@db.example:5433/seva%20arogya?sslmode=require".to_owned())
        );
        assert_eq!(
            url(
                r#"{"username": "u", "password": "p", "host": "h", "port": "5432", "dbname": "d",
                    "sslmode": "verify-full"}"#
            ),
            Ok("postgres://u:p@h:5432/d?sslmode=verify-full".to_owned())
        );
    }

    #[test]
    fn all_that_credentials_lack_is_named_at_once_and_nothing_they_hold() {
        assert_eq!(
            url(r#"{"password": "hunter2", "port": "five", "host": ""}"#),
            Err("lacks username, dbname, host, a port that is a number".to_owned())
        );
    }
}
