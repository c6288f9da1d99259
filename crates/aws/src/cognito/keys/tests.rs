#![allow(clippy::unwrap_used)]
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use axum::{Router, extract::State, routing::get};

use super::*;
use crate::{AwsClients, AwsSettings, Endpoints};

const FIRST: &str = include_str!("../../../tests/keys/first.jwk.json");
const SECOND: &str = include_str!("../../../tests/keys/second.jwk.json");

fn set(keys: &[&str]) -> KeySet {
    let document = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
    key_set(document.as_bytes()).unwrap()
}

impl Keys {
    /// Keys that were read just now; there is no document to read again.
    pub(in crate::cognito) fn read_just_now(client: &Client) -> Self {
        let keys = Self::new(client, "http://127.0.0.1:1/jwks.json");
        let known = Mutex::new(Known {
            keys: set(&[FIRST]),
            read_at: Some(Instant::now()),
            failed_at: None,
        });
        Self { known, ..keys }
    }
}

#[test]
fn keys_of_other_kinds_are_passed_over() {
    let ec = r#"{"kid":"ec","kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#;
    let for_encryption = FIRST.replace("\"sig\"", "\"enc\"").replace("first", "enc");
    let longer = SECOND.replace("RS256", "RS512").replace("second", "512");
    let keys = set(&[ec, FIRST, &for_encryption, &longer, "7"]);
    assert_eq!(keys.into_keys().collect::<Vec<_>>(), ["first"]);
    assert!(key_set(b"<html>").is_err());
}

#[test]
fn an_unknown_key_has_the_document_read_once_a_minute() {
    let start = Instant::now();
    let mut known = Known::default();
    assert!(matches!(known.look_up("first", start), Found::Stale));
    known.learn(set(&[FIRST]), start);
    for seconds in [0, 30, 59] {
        let now = start + Duration::from_secs(seconds);
        assert!(matches!(known.look_up("first", now), Found::Key(_)));
        assert!(matches!(known.look_up("second", now), Found::Nothing));
    }
    let now = start + ASK_AGAIN;
    assert!(matches!(known.look_up("first", now), Found::Key(_)));
    assert!(matches!(known.look_up("second", now), Found::Stale));
}

#[test]
fn a_withdrawn_key_is_forgotten() {
    let start = Instant::now();
    let mut known = Known::default();
    known.learn(set(&[FIRST]), start);
    assert!(matches!(
        known.look_up("first", start + FRESH),
        Found::Stale
    ));
    known.learn(set(&[SECOND]), start + FRESH);
    let now = start + FRESH;
    assert!(matches!(known.look_up("first", now), Found::Nothing));
    assert!(matches!(known.look_up("second", now), Found::Key(_)));
}

#[test]
fn a_failure_is_shared_for_a_moment_and_leaves_known_keys() {
    let start = Instant::now();
    let mut known = Known::default();
    known.fail(start);
    assert!(matches!(
        known.look_up("first", start),
        Found::FailedJustNow
    ));
    let later = start + ASK_AGAIN_AFTER_FAILURE;
    assert!(matches!(known.look_up("first", later), Found::Stale));

    known.learn(set(&[FIRST]), start);
    known.fail(start + FRESH);
    let now = start + FRESH;
    assert!(matches!(known.look_up("first", now), Found::Key(_)));
    assert!(matches!(known.look_up("second", now), Found::FailedJustNow));
}

#[test]
fn an_address_is_split_before_its_path() {
    let pool = "https://cognito-idp.eu-west-1.amazonaws.com/pool/.well-known/jwks.json";
    assert_eq!(
        split(pool),
        (
            "https://cognito-idp.eu-west-1.amazonaws.com",
            "/pool/.well-known/jwks.json"
        )
    );
    assert_eq!(split("http://127.0.0.1:9"), ("http://127.0.0.1:9", "/"));
}

/// A document that lists the first key when it is read first, and then the
/// second one alone.
#[derive(Clone, Default)]
struct Rotated(Arc<AtomicU32>);

impl Rotated {
    fn times_read(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    async fn serve(&self) -> String {
        let read = async |State(rotated): State<Self>| {
            let key = match rotated.0.fetch_add(1, Ordering::SeqCst) {
                0 => FIRST,
                _ => SECOND,
            };
            format!(r#"{{"keys":[{key}]}}"#)
        };
        let routes = Router::new()
            .route("/pool/jwks.json", get(read))
            .with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async { axum::serve(listener, routes).await.unwrap() });
        format!("http://{address}/pool/jwks.json")
    }
}

#[tokio::test]
async fn a_rotated_key_is_found_and_strangers_ask_for_nothing() {
    let rotated = Rotated::default();
    let url = rotated.serve().await;
    let settings = AwsSettings::for_emulator(Endpoints::default());
    let clients = AwsClients::connect(&settings).await;
    let keys = Keys::new(&clients.cognito, &url);
    let (one, other) = tokio::join!(keys.find("first"), keys.find("first"));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(rotated.times_read(), 1, "both wait for one answer");
    for _ in 0..3 {
        let found = keys.find("second").await;
        assert!(matches!(found, Err(KeyError::Unknown)));
    }
    assert_eq!(rotated.times_read(), 1);

    let a_minute_ago = Instant::now().checked_sub(ASK_AGAIN);
    keys.known.lock().await.read_at = a_minute_ago;
    assert!(keys.find("second").await.is_ok());
    assert!(matches!(keys.find("first").await, Err(KeyError::Unknown)));
    assert_eq!(rotated.times_read(), 2);
}

#[tokio::test]
async fn known_keys_outlive_a_document_that_can_not_be_had() {
    let settings = AwsSettings::for_emulator(Endpoints::default());
    let clients = AwsClients::connect(&settings).await;
    let keys = Keys::read_just_now(&clients.cognito);
    keys.known.lock().await.read_at = Instant::now().checked_sub(FRESH);
    assert!(keys.find("first").await.is_ok());
    let Err(KeyError::Port(error)) = keys.find("second").await else {
        panic!("the document can't be had");
    };
    assert!(error.may_retry());
}
