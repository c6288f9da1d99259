//! Clients, and names that no other test uses.

use std::sync::atomic::{AtomicU32, Ordering};

use seva_aws::{AwsClients, AwsSettings, Endpoints};
use seva_testkit::emulators::Ministack;

/// For clients of a server that speaks for all of AWS.
pub(crate) fn settings(url: &str) -> AwsSettings {
    let url = Some(url.to_owned());
    AwsSettings::for_emulator(Endpoints {
        s3: url.clone(),
        secrets: url.clone(),
        ses: url,
        ..Endpoints::default()
    })
}

/// Clients of this process's Ministack.
pub(crate) async fn clients() -> AwsClients {
    AwsClients::connect(&settings(Ministack::shared().await.url())).await
}

/// A name of letters, digits and `-` that is new in this process.
pub(crate) fn fresh(what: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{what}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A bucket that holds nothing yet.
pub(crate) async fn bucket(clients: &AwsClients, what: &str) -> String {
    let name = fresh(what);
    clients
        .s3
        .create_bucket()
        .bucket(&name)
        .send()
        .await
        .unwrap();
    name
}

/// Stores a secret as text.
pub(crate) async fn secret(clients: &AwsClients, name: &str, text: &str) {
    let created = clients.secrets.create_secret().name(name);
    created.secret_string(text).send().await.unwrap();
}
