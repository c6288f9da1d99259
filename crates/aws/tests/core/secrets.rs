//! Secrets Manager by Ministack. It asks no policy whether a secret may be read.

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_secretsmanager::primitives::Blob;
use futures::future::join_all;
use serde_json::json;
use seva_aws::{AwsClients, AwsSecrets};
use seva_services::ports::{PortFailure, SecretSource};
use seva_testkit::{
    contracts,
    emulators::{Microburst, Ministack},
};

use crate::world::{clients, fresh, secret, settings};

struct Place {
    clients: AwsClients,
    prefix: String,
}

/// Whoever sets up an account makes the keys; the product's role may only read them.
async fn place() -> Place {
    let clients = clients().await;
    let prefix = fresh("seva/test");
    for name in ["session", "objects", "links"] {
        let key: [u8; 32] = rand::random();
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        secret(&clients, &format!("{prefix}/{name}"), &hex).await;
    }
    Place { clients, prefix }
}

impl Place {
    fn secrets(&self) -> AwsSecrets {
        AwsSecrets::new(self.clients.secrets.clone(), &self.prefix)
    }
}

#[async_trait]
impl contracts::SecretWorld for Place {
    fn source(&self) -> Arc<dyn SecretSource> {
        Arc::new(self.secrets())
    }
}

#[tokio::test]
async fn secrets_manager_keeps_the_contract_of_the_secrets() {
    contracts::secrets(async || place().await).await;
}

#[tokio::test]
async fn property_3_a_secret_is_fetched_once_however_many_ask() {
    let ministack = Ministack::shared().await;
    let front = Microburst::start(ministack.url()).await;
    let watched = AwsClients::connect(&settings(front.url())).await;
    // The proxy is slow at its first call, which would be tried again.
    watched.secrets.list_secrets().send().await.unwrap();
    let delay =
        json!([{"service": "secretsmanager", "operation": "GetSecretValue", "latency": 200}]);
    front.set_rules(&delay).await;
    let place = place().await;
    let secrets = AwsSecrets::new(watched.secrets, &place.prefix);
    let at_once = join_all((0..8).map(|_| secrets.key("session"))).await;
    let first = at_once[0].as_ref().unwrap().expose();
    assert!(
        at_once
            .iter()
            .all(|key| key.as_ref().unwrap().expose() == first)
    );
    assert_eq!(secrets.key("session").await.unwrap().expose(), first);
    assert_eq!(front.fired().await.len(), 1, "one request went out");
    assert_ne!(secrets.key("links").await.unwrap().expose(), first);
    assert_eq!(front.fired().await.len(), 2);
}

#[tokio::test]
async fn property_4_what_is_missing_or_no_key_is_named() {
    let place = place().await;
    let secrets = place.secrets();
    secrets
        .check(&["session", "objects", "links"], None)
        .await
        .unwrap();

    let missing = secrets
        .check(&["session", "absent", "gone"], Some("database"))
        .await
        .unwrap_err();
    assert_eq!(missing.failure, PortFailure::NotFound);
    let said = missing.source.to_string();
    for other in ["gone", "database"] {
        let name = format!("{}/{other}", place.prefix);
        assert!(said.contains(&name), "{said}");
    }
    let name = format!("{}/absent", place.prefix);
    assert!(
        said.starts_with(&format!("the secret {name} is not there")),
        "{said}"
    );

    secret(&place.clients, &name, "hunter2").await;
    let unfit = secrets.key("absent").await.unwrap_err();
    assert_eq!(unfit.failure, PortFailure::Broken);
    let said = unfit.source.to_string();
    assert!(said.contains(&name) && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_binary_secret_is_a_key_as_it_is() {
    let place = place().await;
    let bytes = [0xa5; 32];
    let create = place.clients.secrets.create_secret();
    let create = create.name(format!("{}/binary", place.prefix));
    create.secret_binary(Blob::new(bytes)).send().await.unwrap();
    assert_eq!(place.secrets().key("binary").await.unwrap().expose(), bytes);
}

#[tokio::test]
async fn property_29_the_database_is_found_by_its_secret() {
    let place = place().await;
    let credentials = json!({"username": "seva", "password": "a/b c", "host": "db.example",
        "port": 5432, "dbname": "seva", "engine": "postgres"});
    let name = format!("{}/database", place.prefix);
    secret(&place.clients, &name, &credentials.to_string()).await;
    let url = place.secrets().database_url("database").await.unwrap();
    assert_eq!(
        url.expose(),
        b"postgres://seva:a%2Fb%20c@db.example:5432/seva?sslmode=require"
    );
    let unfit = place.secrets().database_url("session").await.unwrap_err();
    assert_eq!(unfit.failure, PortFailure::Broken);
}
