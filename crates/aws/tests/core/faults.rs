//! S3 and Secrets Manager behind a proxy that fails as AWS does.
//!
//! The policy: the first try and three retries, done by the SDK. What they can't mend is
//! an error that says whether trying later may help; nothing half-done stays behind.
//! An answer that breaks off after its first byte is not asked for again: the caller has
//! had a part of it. The worker's next try has it anew.

use std::{path::Path, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};
use seva_aws::{AwsClients, AwsSecrets, AwsSettings, S3Objects, S3Settings};
use seva_services::ports::{ObjectError, ObjectStore, PortError, PortFailure, SecretSource};
use seva_testkit::emulators::{Microburst, Ministack};

use crate::world::{bucket, clients, fresh, secret, settings};

const KEY: &str = "audio/u/a.wav";
const ATTEMPTS: usize = 4;
/// For all but the tests of time: a machine that compiles meanwhile is no fault.
const PATIENT: Duration = Duration::from_secs(60);

/// Both services through the proxy.
struct Front {
    proxy: Microburst,
    objects: S3Objects,
    secrets: AwsSecrets,
    secrets_client: aws_sdk_secretsmanager::Client,
    prefix: String,
}

async fn front() -> Front {
    front_with(PATIENT).await
}

async fn front_with(attempt_timeout: Duration) -> Front {
    let ministack = Ministack::shared().await;
    let direct = clients().await;
    let audio = bucket(&direct, "audio").await;
    let prefix = fresh("seva/test");
    secret(&direct, &format!("{prefix}/session"), &"5e".repeat(32)).await;

    let proxy = Microburst::start(ministack.url()).await;
    let patient = AwsSettings {
        attempt_timeout: PATIENT,
        ..settings(proxy.url())
    };
    // It reads its description of a service at the first call, and that is no fault either.
    let first = AwsClients::connect(&patient).await;
    first.s3.list_buckets().send().await.unwrap();
    first.secrets.list_secrets().send().await.unwrap();

    let clients = AwsClients::connect(&AwsSettings {
        attempt_timeout,
        ..patient
    })
    .await;
    Front {
        objects: S3Objects::new(
            clients.s3,
            S3Settings {
                audio_bucket: audio.clone(),
                prescriptions_bucket: audio,
                kms_key_id: None,
            },
        ),
        secrets: AwsSecrets::new(clients.secrets.clone(), &prefix),
        secrets_client: clients.secrets,
        prefix,
        proxy,
    }
}

impl Front {
    /// Lets the operation fail from now on, and forgets what was.
    async fn fail(&self, operation: &str, how: Value) {
        let mut rule = json!({"operation": operation});
        rule.as_object_mut()
            .unwrap()
            .extend(how.as_object().unwrap().clone());
        self.proxy.set_rules(&json!([rule])).await;
        self.proxy.forget().await;
    }

    async fn mend(&self) {
        self.proxy.set_rules(&json!([])).await;
        self.proxy.forget().await;
    }

    async fn faults(&self) -> usize {
        self.proxy.fired().await.len()
    }

    async fn put(&self, bytes: &[u8]) -> Result<(), ObjectError> {
        let bytes = Bytes::copy_from_slice(bytes);
        self.objects.put_bytes(KEY, bytes, "audio/wav").await
    }

    /// What is stored, by a copy in a folder in which nothing else is left.
    async fn stored(&self) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy");
        self.objects.fetch_to(KEY, &copy).await.unwrap();
        assert_eq!(left_in(folder.path()), 1);
        std::fs::read(copy).unwrap()
    }
}

fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn port(result: Result<(), ObjectError>) -> PortError {
    match result {
        Err(ObjectError::Port(error)) => error,
        Err(other) => panic!("expected a failure of the port, got {other:?}"),
        Ok(()) => panic!("expected a failure of the port, it went well"),
    }
}

fn large() -> Vec<u8> {
    (0..300_000_u32).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn property_48_throttling_is_retried_and_then_told() {
    let front = front().await;
    let slow_down = json!({"error": {"code": "SlowDown", "status": 503}});
    let mut twice = slow_down.clone();
    twice["times"] = json!(2);
    front.fail("PutObject", twice).await;
    front.put(b"first").await.unwrap();
    assert_eq!(front.faults().await, 2);

    front.fail("PutObject", slow_down).await;
    let error = port(front.put(b"second").await);
    assert_eq!(error.failure, PortFailure::Throttled);
    assert_eq!(error.code.as_deref(), Some("SlowDown"));
    assert!(error.may_retry());
    assert_eq!(front.faults().await, ATTEMPTS);

    front.mend().await;
    assert_eq!(front.stored().await, b"first");
}

#[tokio::test]
async fn a_storm_of_500_is_unavailable_after_four_tries() {
    let front = front().await;
    front
        .fail(
            "PutObject",
            json!({"error": {"code": "InternalError", "status": 500}}),
        )
        .await;
    let error = port(front.put(b"x").await);
    assert_eq!(error.failure, PortFailure::Unavailable);
    assert!(error.may_retry());
    assert!(error.request_id.is_some(), "for the log");
    assert_eq!(front.faults().await, ATTEMPTS);
    front.mend().await;
    assert!(matches!(
        front.objects.open(KEY, None).await,
        Err(ObjectError::NotFound)
    ));
}

#[tokio::test]
async fn a_broken_connection_is_retried_and_then_told() {
    let front = front().await;
    front
        .fail("PutObject", json!({"reset": true, "times": 3}))
        .await;
    front.put(b"first").await.unwrap();
    assert_eq!(front.faults().await, 3);

    front.fail("PutObject", json!({"reset": true})).await;
    let error = port(front.put(b"second").await);
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert!(error.may_retry());
    assert_eq!(front.faults().await, ATTEMPTS);

    front.mend().await;
    assert_eq!(front.stored().await, b"first");
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_sent_anew_from_its_beginning() {
    let front = front().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), large()).unwrap();
    let cut = json!({"request": {"cut_upload": {"after_bytes": 100_000}}, "times": 2});
    front.fail("PutObject", cut).await;
    let put = front.objects.put_file(KEY, file.path(), "audio/wav");
    put.await.unwrap();
    assert_eq!(front.faults().await, 2);
    front.mend().await;
    assert!(front.stored().await == large());
}

#[tokio::test]
async fn a_download_that_breaks_off_leaves_nothing_and_may_be_tried_again() {
    let front = front().await;
    front.put(&large()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let cut = json!({"response": {"abort_frac": 0.5}, "times": 1});
    front.fail("GetObject", cut).await;
    let error = port(front.objects.fetch_to(KEY, &copy).await);
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert!(error.may_retry());
    assert_eq!(left_in(folder.path()), 0);
    front.objects.fetch_to(KEY, &copy).await.unwrap();
    assert!(std::fs::read(&copy).unwrap() == large());
}

#[tokio::test]
async fn a_download_whose_bytes_changed_on_the_way_is_refused() {
    let front = front().await;
    front.put(&large()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    front
        .fail("GetObject", json!({"response": {"corrupt_bytes": 16}}))
        .await;
    let error = port(front.objects.fetch_to(KEY, &copy).await);
    assert!(error.may_retry());
    assert_eq!(left_in(folder.path()), 0);
}

#[tokio::test]
async fn property_49_no_answer_in_time_is_retried_and_then_told() {
    let front = front_with(Duration::from_secs(1)).await;
    front
        .fail("PutObject", json!({"timeout_ms": 60_000, "times": 1}))
        .await;
    front.put(b"first").await.unwrap();
    assert_eq!(front.faults().await, 1);

    front.fail("PutObject", json!({"timeout_ms": 60_000})).await;
    let error = port(front.put(b"second").await);
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert!(error.may_retry());
    assert_eq!(front.faults().await, ATTEMPTS);

    let silent = json!({"timeout_ms": 60_000});
    front.fail("GetSecretValue", silent).await;
    let error = front.secrets.key("session").await.unwrap_err();
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert_eq!(front.faults().await, ATTEMPTS);
    let silent = json!({"timeout_ms": 60_000, "times": 1});
    front.fail("GetSecretValue", silent).await;
    front.secrets.key("session").await.unwrap();
}

#[tokio::test]
async fn a_slow_line_only_takes_longer() {
    let front = front_with(Duration::from_secs(2)).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), large()).unwrap();
    // 300 kB at this rate take longer than a try of a small request may.
    let trickle = json!({"request": {"slow_upload": {"rate_kbps": 100}}});
    front.fail("PutObject", trickle).await;
    let put = front.objects.put_file(KEY, file.path(), "audio/wav");
    put.await.unwrap();
    assert_eq!(front.faults().await, 1, "it was sent once");

    front
        .fail("GetObject", json!({"response": {"bandwidth_kbps": 100}}))
        .await;
    assert!(front.stored().await == large());
    assert_eq!(front.faults().await, 1, "it was asked for once");
}

#[tokio::test]
async fn secrets_outlast_throttling_resets_and_broken_answers() {
    let front = front().await;
    for fault in [
        json!({"error": {"code": "ThrottlingException", "status": 400}, "times": 2}),
        json!({"error": {"code": "InternalServiceError", "status": 500}, "times": 3}),
        json!({"reset": true, "times": 2}),
        json!({"response": {"abort_frac": 0.5}, "times": 2}),
        json!({"response": {"bandwidth_kbps": 1}, "times": 1}),
    ] {
        front.fail("GetSecretValue", fault.clone()).await;
        // Nothing is remembered from the fault before.
        let secrets = AwsSecrets::new(front.secrets_client.clone(), &front.prefix);
        let key = secrets.key("session").await;
        let key = key.unwrap_or_else(|error| panic!("{fault}: {error:?}"));
        assert_eq!(key.expose(), [0x5e; 32], "{fault}");
        assert_eq!(
            Some(front.faults().await as u64),
            fault["times"].as_u64(),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn a_secret_that_can_not_be_had_is_told_by_name_and_asked_for_again_later() {
    let front = front().await;
    for (fault, expected) in [
        (
            json!({"error": {"code": "ThrottlingException", "status": 400}}),
            PortFailure::Throttled,
        ),
        (
            json!({"error": {"code": "InternalServiceError", "status": 500}}),
            PortFailure::Unavailable,
        ),
        (json!({"reset": true}), PortFailure::TimedOut),
    ] {
        front.fail("GetSecretValue", fault.clone()).await;
        let error = front.secrets.key("session").await.unwrap_err();
        assert_eq!(error.failure, expected, "{fault}");
        assert!(error.may_retry(), "{fault}");
        assert!(error.source.to_string().contains("/session"), "{fault}");
        assert_eq!(front.faults().await, ATTEMPTS, "{fault}");
    }
    let denied = json!({"error": {"code": "AccessDeniedException", "status": 400}});
    front.fail("GetSecretValue", denied).await;
    let error = front.secrets.key("session").await.unwrap_err();
    assert_eq!(error.failure, PortFailure::Denied);
    assert!(!error.may_retry());
    assert_eq!(front.faults().await, 1, "more tries would not help");

    front.mend().await;
    front.secrets.key("session").await.unwrap();
}
