//! Comprehend Medical by the real SDK, over HTTP, against the testkit's own service
//! (no emulator speaks its protocol): the port's contract, and faults.
#![allow(clippy::unwrap_used)]

use std::{
    error::Error as _,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use seva_aws::{AwsClients, AwsSettings, ComprehendMedical, Endpoints};
use seva_services::ports::{EntityExtractor, FoundEntity, PortError, PortFailure};
use seva_testkit::{
    comprehend::{ComprehendFake, Fault},
    contracts,
};

/// Words that have no business in a log or an error.
const SECRET: &str = "Parvati Krishnamurthy";
const TEXT: &str = "Patient Parvati Krishnamurthy has a fever. Start metformin 500 mg twice daily.";
/// The first try and three more.
const ATTEMPTS: usize = 4;
/// Calls that a short text needs.
const CALLS: usize = 3;

async fn extractor_at(fake: &ComprehendFake, attempt: Duration) -> ComprehendMedical {
    let endpoints = Endpoints {
        comprehend: Some(fake.endpoint()),
        ..Endpoints::default()
    };
    let settings = AwsSettings {
        initial_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(4),
        attempt_timeout: attempt,
        ..AwsSettings::for_emulator(endpoints)
    };
    ComprehendMedical::new(&AwsClients::connect(&settings).await)
}

async fn world() -> (ComprehendFake, ComprehendMedical) {
    let fake = ComprehendFake::start().await;
    let extractor = extractor_at(&fake, Duration::from_secs(20)).await;
    (fake, extractor)
}

/// Everything that any crate logs on this thread, at any level.
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

impl Log {
    /// Listens until the guard is dropped.
    fn listen(&self, level: tracing::Level) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// An error with all its causes, in every form it could be printed in.
fn printed(error: &PortError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}

/// Fails, and keeps to itself what it was about.
async fn failing(fake: &ComprehendFake, attempt: Duration) -> PortError {
    let extractor = extractor_at(fake, attempt).await;
    let log = Log::default();
    let guard = log.listen(tracing::Level::DEBUG);
    let error = extractor.extract(TEXT).await.unwrap_err();
    drop(guard);
    let log = log.text();
    assert!(
        log.contains("called in vain") && log.contains("comprehend"),
        "{log}"
    );
    for word in ["Parvati", "Krishnamurthy", "metformin", "fever"] {
        assert!(!log.contains(word), "the log says {word}: {log}");
        let error = printed(&error);
        assert!(!error.contains(word), "the error says {word}: {error}");
    }
    assert_eq!(error.service, "comprehend");
    error
}

fn texts(found: &[FoundEntity]) -> Vec<&str> {
    found.iter().map(|entity| entity.text.as_str()).collect()
}

#[tokio::test]
async fn comprehend_medical_keeps_the_contract() {
    let fake = ComprehendFake::start().await;
    contracts::extractor(async || {
        let extractor: Arc<dyn EntityExtractor> =
            Arc::new(extractor_at(&fake, Duration::from_secs(20)).await);
        extractor
    })
    .await;
}

#[tokio::test]
async fn each_operation_is_asked_once_and_nothing_is_asked_about_nothing() {
    let (fake, extractor) = world().await;
    assert_eq!(extractor.extract(" \n ").await.unwrap(), []);
    assert_eq!(fake.calls(), []);

    let found = extractor.extract(TEXT).await.unwrap();
    let metformin = found
        .iter()
        .find(|entity| entity.text == "metformin")
        .unwrap();
    assert_eq!(metformin.rxnorm.first().unwrap().code, "6809");
    let fever = found.iter().find(|entity| entity.text == "fever").unwrap();
    assert!(fever.icd10.first().unwrap().code.starts_with('R'));
    let mut operations: Vec<_> = fake
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    operations.sort();
    assert_eq!(
        operations,
        ["DetectEntitiesV2", "InferICD10CM", "InferRxNorm"]
    );
    extractor.check().await.unwrap();
}

#[tokio::test]
async fn a_long_text_is_cut_for_each_operation_and_read_two_calls_at_a_time() {
    let (fake, extractor) = world().await;
    // 41,400 bytes: 3 calls for entities, 5 each for codes.
    let sentence = "रोगी ठीक है 😀. ";
    let mut text = sentence.repeat(920);
    text.push_str("Start metformin 500 mg.");
    fake.always(Some(Fault::Hang));
    let reading = extractor.extract(&text);
    let watching = async {
        fake.until_hanging(2).await;
        fake.release();
    };
    let (found, ()) = tokio::join!(reading, watching);
    let found = found.unwrap();
    assert_eq!(fake.most_at_once(), 2);
    let metformin = found
        .iter()
        .find(|entity| entity.text == "metformin")
        .unwrap();
    let before = text.split("metformin").next().unwrap().chars().count();
    assert_eq!(metformin.begin_offset as usize, before);
    assert_eq!(metformin.attributes[0].text, "500 mg");
    assert_eq!(metformin.rxnorm.first().unwrap().code, "6809");

    for (operation, limit) in [
        ("DetectEntitiesV2", 20_000),
        ("InferRxNorm", 10_000),
        ("InferICD10CM", 10_000),
    ] {
        let sizes: Vec<_> = fake
            .calls()
            .into_iter()
            .filter(|call| call.operation == operation)
            .map(|call| call.bytes)
            .collect();
        assert_eq!(
            sizes.len(),
            text.len().div_ceil(limit),
            "{operation} {sizes:?}"
        );
        assert_eq!(sizes.iter().sum::<usize>(), text.len());
        assert!(
            sizes.iter().all(|bytes| *bytes <= limit),
            "{operation} {sizes:?}"
        );
    }
}

#[tokio::test]
async fn throttling_passes() {
    let (fake, extractor) = world().await;
    let calm = extractor.extract(TEXT).await.unwrap();
    let calls = fake.calls().len();
    fake.next(Fault::Throttle);
    fake.next(Fault::Throttle);
    assert_eq!(extractor.extract(TEXT).await.unwrap(), calm);
    assert_eq!(fake.calls().len(), calls + CALLS + 2);
}

#[tokio::test]
async fn a_broken_connection_and_a_slow_answer_cost_nothing() {
    let (fake, extractor) = world().await;
    let calm = extractor.extract(TEXT).await.unwrap();
    for fault in [
        Fault::Unavailable,
        Fault::Garbage(502),
        Fault::BreakOff,
        Fault::Trickle {
            pieces: 20,
            pause: Duration::from_millis(5),
        },
    ] {
        fake.next(fault);
        let found = extractor.extract(TEXT).await.unwrap();
        assert_eq!(found, calm, "{fault:?}: nothing is found twice");
    }
    assert!(texts(&calm).contains(&"metformin"));
}

/// How often the call that failed was tried: both calls in hand may be trying, and
/// the first to give up ends the other.
fn tries(fake: &ComprehendFake) -> usize {
    let calls = fake.calls();
    let of = |operation: &str| {
        calls
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    };
    assert_eq!(of("InferICD10CM"), 0, "the third call was never made");
    of("DetectEntitiesV2").max(of("InferRxNorm"))
}

#[tokio::test]
async fn a_storm_of_errors_ends_after_four_attempts() {
    let fake = ComprehendFake::start().await;
    fake.always(Some(Fault::InternalError));
    let error = failing(&fake, Duration::from_secs(20)).await;
    assert_eq!(error.failure, PortFailure::Unavailable);
    assert!(error.may_retry());
    assert_eq!(error.code.as_deref(), Some("InternalServerException"));
    assert!(error.request_id.is_some());
    assert_eq!(tries(&fake), ATTEMPTS);

    fake.always(None);
    let extractor = extractor_at(&fake, Duration::from_secs(20)).await;
    assert!(texts(&extractor.extract(TEXT).await.unwrap()).contains(&"metformin"));
}

#[tokio::test]
async fn throttling_that_lasts_is_told_as_such() {
    let fake = ComprehendFake::start().await;
    fake.always(Some(Fault::Throttle));
    let error = failing(&fake, Duration::from_secs(20)).await;
    assert_eq!(error.failure, PortFailure::Throttled);
    assert_eq!(error.code.as_deref(), Some("TooManyRequestsException"));
    assert_eq!(tries(&fake), ATTEMPTS);
}

#[tokio::test]
async fn a_missing_permission_is_not_tried_again() {
    let fake = ComprehendFake::start().await;
    fake.always(Some(Fault::Denied));
    let error = failing(&fake, Duration::from_secs(20)).await;
    assert_eq!(
        (error.failure, error.may_retry()),
        (PortFailure::Denied, false)
    );
    assert_eq!(tries(&fake), 1);
    let extractor = extractor_at(&fake, Duration::from_secs(20)).await;
    assert_eq!(
        extractor.check().await.unwrap_err().failure,
        PortFailure::Denied
    );
}

#[tokio::test]
async fn pages_of_garbage_are_no_answer() {
    // Both are of something in between and pass; but what claims to be right and is
    // not, the SDK does not ask for again by itself.
    for (status, failure, attempts) in [
        (502, PortFailure::Unavailable, ATTEMPTS),
        (200, PortFailure::Unavailable, 1),
    ] {
        let fake = ComprehendFake::start().await;
        fake.always(Some(Fault::Garbage(status)));
        let error = failing(&fake, Duration::from_secs(20)).await;
        assert_eq!(error.failure, failure, "{status}");
        assert_eq!(tries(&fake), attempts, "{status}");
    }
}

#[tokio::test]
async fn connections_that_always_break_are_an_error() {
    let fake = ComprehendFake::start().await;
    fake.always(Some(Fault::BreakOff));
    let error = failing(&fake, Duration::from_secs(20)).await;
    assert!(error.may_retry(), "{error:?}");
    assert_eq!(tries(&fake), ATTEMPTS);
}

#[tokio::test]
async fn no_answer_in_time_is_a_time_out() {
    for fault in [
        Fault::Hang,
        Fault::Trickle {
            pieces: usize::MAX,
            pause: Duration::from_millis(50),
        },
    ] {
        let fake = ComprehendFake::start().await;
        fake.always(Some(fault));
        let error = failing(&fake, Duration::from_millis(200)).await;
        assert_eq!(error.failure, PortFailure::TimedOut, "{fault:?}");
        // On a busy machine a try may end before it arrives.
        assert!(tries(&fake) <= ATTEMPTS, "{fault:?}");
    }
}

#[tokio::test]
async fn a_success_is_logged_without_what_was_said() {
    let (_fake, extractor) = world().await;
    let log = Log::default();
    let guard = log.listen(tracing::Level::DEBUG);
    let found = extractor.extract(TEXT).await.unwrap();
    drop(guard);
    assert!(
        texts(&found).contains(&SECRET),
        "what is private is found, and marked"
    );
    let log = log.text();
    for operation in ["DetectEntitiesV2", "InferRxNorm", "InferICD10CM"] {
        assert!(log.contains(operation), "{log}");
    }
    for entity in &found {
        assert!(
            !log.contains(&entity.text),
            "the log says {}: {log}",
            entity.text
        );
    }
}
