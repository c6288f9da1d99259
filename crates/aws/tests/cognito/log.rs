//! The check at the start, and what is logged.

use std::{
    io,
    sync::{Arc, Mutex},
};

use seva_aws::CognitoSettings;
use seva_services::ports::{Identity as _, IdentityError, PortFailure};

use crate::{
    people::{EMAIL, done, registration},
    script::{World, access_token, id_token, result},
};

#[tokio::test]
async fn the_check_at_the_start_finds_a_wrong_client() {
    let world = World::new().await;
    let initiate = "InitiateAuth";
    world
        .pool
        .refuse(
            initiate,
            "NotAuthorizedException",
            "Incorrect username or password.",
        )
        .refuse(
            initiate,
            "ResourceNotFoundException",
            "User pool client x does not exist.",
        )
        .refuse(
            initiate,
            "NotAuthorizedException",
            "Unable to verify secret hash for client x",
        )
        .refuse(
            initiate,
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        );
    world.identity.check().await.unwrap();
    for expected in [
        PortFailure::NotFound,
        PortFailure::Denied,
        PortFailure::Broken,
    ] {
        assert_eq!(world.identity.check().await.unwrap_err().failure, expected);
    }
    let elsewhere = World::of(|settings| CognitoSettings {
        jwks_url: settings.jwks_url.replace("/keys", "/nothing"),
        ..settings
    })
    .await;
    let error = elsewhere.identity.check().await.unwrap_err();
    assert_eq!(error.failure, PortFailure::NotFound);
    assert_eq!(error.operation, "GetJwks");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_address_password_or_token_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    let _until_the_end = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    world
        .pool
        .refuse(
            "SignUp",
            "UsernameExistsException",
            &format!("{EMAIL} exists"),
        )
        .refuse(
            "InitiateAuth",
            "InternalErrorException",
            &format!("for {EMAIL}"),
        )
        .answer("InitiateAuth", result(&id_token(), &access_token()));
    let taken = world.identity.register(&registration()).await;
    assert_refused!(taken, IdentityError::AlreadyRegistered);
    let error = match world.sign_in().await {
        Err(IdentityError::Port(error)) => format!("{error} {error:?} {}", error.source),
        other => panic!("a failure was expected, not {other:?}"),
    };
    assert!(error.contains("InternalErrorException"));
    let person = done(world.sign_in().await);
    let shown = format!("{person:?}");
    let written = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for line in [
        "SignUp",
        "InitiateAuth",
        "UsernameExistsException",
        "GetJwks",
    ] {
        assert!(written.contains(line), "{line}");
    }
    let (id, access) = (id_token(), access_token());
    for secret in [EMAIL, "Right-Pass-1", "Asha", &id, &access, "refresh-1"] {
        for text in [&written, &error, &shown] {
            assert!(!text.contains(secret));
        }
    }
}
