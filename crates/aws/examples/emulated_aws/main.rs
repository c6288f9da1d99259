//! AWS on this machine, for a whole server to run on: `cargo xtask e2e` starts it
//! before the browser tests.
//!
//! It starts the testkit's emulators, makes in them what `infra/` makes in an
//! account, and prints one line of JSON: `environment`, the variables a server
//! needs, and `holdings`, an address that tells what the services hold. Given a
//! `DATABASE_URL`, it keeps that as a secret too. It ends when its input does.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod holdings;
mod infrastructure;
mod transcribe;

use std::{
    env,
    io::{self, Read as _},
    net::SocketAddr,
    sync::Arc,
};

use axum::Router;
use serde_json::json;
use seva_aws::{AwsClients, AwsSettings, Endpoints};
use seva_testkit::{
    comprehend::ComprehendFake,
    emulators::{self, Ministack, Moto},
};
use tokio::net::TcpListener;

use self::{holdings::Holdings, infrastructure::Infrastructure, transcribe::Transcribe};

#[tokio::main]
async fn main() {
    let (ministack, moto) = tokio::join!(Ministack::start(), Moto::start());
    let comprehend = ComprehendFake::start().await;
    let clients = AwsClients::connect(&settings(&ministack, &moto)).await;
    let database_url = env::var("DATABASE_URL").unwrap_or_default();
    let infrastructure = Infrastructure::make(&clients, &database_url).await;

    let transcribe = Arc::new(Transcribe::new(moto.url(), clients.s3.clone()));
    let transcribe_at = serve(Arc::clone(&transcribe).router()).await;
    let mut environment = infrastructure.environment();
    environment.extend(
        [
            ("AWS_ACCESS_KEY_ID", emulators::ACCESS_KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", emulators::SECRET_ACCESS_KEY),
            ("AWS_REGION", emulators::REGION),
            // Whatever has no address of its own: nothing goes to AWS itself.
            ("AWS_ENDPOINT_URL", ministack.url()),
            ("AWS_ENDPOINT_URL_TRANSCRIBE", transcribe_at.as_str()),
            ("AWS_ENDPOINT_URL_COMPREHENDMEDICAL", &comprehend.endpoint()),
            // Nor with a developer's own credentials.
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            (
                "SEVA_COGNITO_JWKS_URL",
                &infrastructure.keys_at(ministack.url()),
            ),
        ]
        .map(|(name, value)| (name, value.to_owned())),
    );
    let holdings = Holdings {
        audio_bucket: infrastructure.audio_bucket,
        prescriptions_bucket: infrastructure.prescriptions_bucket,
        clients,
        ministack,
        transcribe,
    };
    let said = json!({
        "environment": environment,
        "holdings": serve(holdings.router()).await,
    });
    println!("{said}");

    let mut nothing = Vec::new();
    let input = tokio::task::spawn_blocking(move || io::stdin().read_to_end(&mut nothing));
    input.await.unwrap().unwrap();
}

fn settings(ministack: &Ministack, moto: &Moto) -> AwsSettings {
    let most = Some(ministack.url().to_owned());
    AwsSettings::for_emulator(Endpoints {
        cognito: most.clone(),
        s3: most.clone(),
        secrets: most.clone(),
        ses: most,
        transcribe: Some(moto.url().to_owned()),
        ..Endpoints::default()
    })
}

/// Serves on a free port for as long as the process lives. Returns the address.
async fn serve(router: Router) -> String {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = TcpListener::bind(free).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}
