//! What an operator may get wrong, and what a network does.

use std::time::Duration;

use serde_json::json;
use seva_aws::{AwsClients, AwsSettings, CognitoIdentity, CognitoSettings};
use seva_services::ports::{Identity as _, IdentityError, PortFailure, Secret};
use seva_testkit::emulators::Microburst;

use crate::{
    people::{done, email, password},
    pool::{Pool, at},
};

#[tokio::test]
async fn tokens_of_another_pool_or_client_are_not_believed() {
    let pool = Pool::new().await;
    pool.confirmed().await;
    let elsewhere = Pool::new().await;
    for settings in [
        CognitoSettings {
            issuer: elsewhere.settings.issuer.clone(),
            ..pool.settings.clone()
        },
        CognitoSettings {
            jwks_url: elsewhere.settings.jwks_url.clone(),
            ..pool.settings.clone()
        },
    ] {
        let step = pool.seen_with(settings);
        let step = step.authenticate(&email(), &password()).await;
        let Err(IdentityError::Port(error)) = step else {
            panic!("a failure was expected, not {step:?}");
        };
        assert_eq!(error.failure, PortFailure::Broken);
    }
    done(pool.sign_in().await);
}

#[tokio::test]
async fn a_wrong_setting_is_found_at_the_start_and_blames_nobodys_password() {
    let pool = Pool::new().await;
    pool.confirmed().await;
    pool.identity.check().await.unwrap();

    let wrong_secret = CognitoSettings {
        client_secret: Some(Secret::new(b"not-the-secret".to_vec())),
        ..pool.settings.clone()
    };
    let no_secret = CognitoSettings {
        client_secret: None,
        ..pool.settings.clone()
    };
    for settings in [wrong_secret, no_secret] {
        let identity = pool.seen_with(settings);
        let error = identity.check().await.unwrap_err();
        assert_eq!(error.failure, PortFailure::Denied);
        let attempt = identity.authenticate(&email(), &password()).await;
        assert_refused!(attempt, IdentityError::Port(_));
    }
    let unknown_client = CognitoSettings {
        client_id: "0123456789abcdefghijklmnop".to_owned(),
        ..pool.settings.clone()
    };
    let error = pool.seen_with(unknown_client).check().await.unwrap_err();
    assert_eq!(error.failure, PortFailure::NotFound);
    let no_keys = CognitoSettings {
        jwks_url: "http://127.0.0.1:1/keys".to_owned(),
        ..pool.settings.clone()
    };
    let error = pool.seen_with(no_keys).check().await.unwrap_err();
    assert!(error.may_retry(), "{error:?}");
}

#[tokio::test]
async fn a_passing_fault_is_not_seen_and_a_lasting_one_is_told() {
    let pool = Pool::new().await;
    pool.confirmed().await;
    let faults = Microburst::start(pool.ministack.url()).await;
    let waiting = async |attempt_timeout| {
        let settings = AwsSettings {
            attempt_timeout,
            ..at(faults.url())
        };
        CognitoIdentity::new(&AwsClients::connect(&settings).await, pool.settings.clone())
    };
    // Its first answer takes it seconds.
    let behind = waiting(Duration::from_secs(60)).await;
    let attempt = async || behind.authenticate(&email(), &password()).await;
    done(attempt().await);

    let rule = |more: serde_json::Value| {
        let mut rule = json!({"service": "cognito-idp", "operation": "InitiateAuth"});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!([rule])
    };
    let throttle = json!({"code": "TooManyRequestsException", "status": 400});
    let broken = json!({"code": "InternalErrorException", "status": 500});
    for fault in [
        json!({"times": 1, "error": throttle}),
        json!({"times": 1, "error": broken}),
        json!({"times": 1, "reset": true}),
    ] {
        faults.set_rules(&rule(fault)).await;
        done(attempt().await);
    }
    faults.set_rules(&rule(json!({"error": throttle}))).await;
    assert_refused!(attempt().await, IdentityError::TooManyAttempts);
    for fault in [json!({"error": broken}), json!({"reset": true})] {
        faults.set_rules(&rule(fault)).await;
        let Err(IdentityError::Port(error)) = attempt().await else {
            panic!("a failure was expected");
        };
        assert!(error.may_retry(), "{error:?}");
    }
    faults.set_rules(&rule(json!({"latency": 60_000}))).await;
    let hurried = waiting(Duration::from_millis(300)).await;
    let Err(IdentityError::Port(error)) = hurried.authenticate(&email(), &password()).await else {
        panic!("a failure was expected");
    };
    assert_eq!(error.failure, PortFailure::TimedOut);
    faults.set_rules(&json!([])).await;
    done(attempt().await);
}
