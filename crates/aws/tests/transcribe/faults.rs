//! Jobs that fail, hang and stay, as no emulator lets them. Objects are moto's.

use std::{error::Error as _, time::Duration};

use seva_aws::{AwsClients, AwsSettings, Endpoints, Polling, Recordings, TranscribeMedical};
use seva_model::Specialty;
use seva_services::ports::{
    Forgotten, PortFailure, Transcriber as _, TranscriberError, TranscriptionRequest,
};
use seva_testkit::emulators::Moto;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    bench::{Bench, KEY, TRANSCRIPT, clients, in_time, job_name, port_failure, request, run},
    scripted_jobs::{Answer, ScriptedJobs, failed_job, job},
};

/// The first try and three more.
const ATTEMPTS: usize = 4;

pub(crate) struct World {
    pub(crate) jobs: ScriptedJobs,
    pub(crate) transcriber: TranscribeMedical,
    pub(crate) request: TranscriptionRequest,
    pub(crate) clients: AwsClients,
    pub(crate) bucket: String,
    pub(crate) bench: Bench,
}

impl World {
    pub(crate) async fn new(jobs: ScriptedJobs) -> Self {
        let moto = Moto::shared().await;
        let clients = clients(jobs.url(), moto.url()).await;
        let bench = Bench::new().await;
        let request = request(Specialty::PrimaryCare);
        let bucket = format!("faults-{}", request.id);
        clients
            .s3
            .create_bucket()
            .bucket(&bucket)
            .send()
            .await
            .unwrap();
        for (key, content) in [
            (KEY.to_owned(), b"sound".as_slice()),
            (format!("medical/{}.json", job_name(request.id)), TRANSCRIPT),
        ] {
            let put = clients.s3.put_object().bucket(&bucket).key(key);
            put.body(content.to_vec().into()).send().await.unwrap();
        }
        let mut world = Self {
            jobs,
            transcriber: bench.transcriber(&clients, bench.options(Recordings::Elsewhere, &bucket)),
            request,
            clients,
            bucket,
            bench,
        };
        world.polling(Duration::from_secs(30));
        world
    }

    fn polling(&mut self, patience: Duration) {
        let recordings = Recordings::InBucket(self.bucket.clone());
        let mut options = self.bench.options(recordings, &self.bucket);
        options.polling = Polling {
            patience,
            ..options.polling
        };
        self.transcriber = self.bench.transcriber(&self.clients, options);
    }

    async fn objects(&self) -> usize {
        let listed = self
            .clients
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .send()
            .await
            .unwrap();
        listed.contents().len()
    }
}

pub(crate) fn count(asked: &[&str], operation: &str) -> usize {
    asked.iter().filter(|it| **it == operation).count()
}

const CONFLICT: Answer = Answer::Error(400, "ConflictException");
/// For a job that is not there, and for one that has not ended.
pub(crate) const BAD_REQUEST: Answer = Answer::Error(400, "BadRequestException");
const THROTTLED: Answer = Answer::Error(429, "LimitExceededException");
const STORM: Answer = Answer::Error(500, "InternalFailureException");

#[tokio::test]
async fn a_reason_about_the_recording_becomes_a_sentence() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![job("QUEUED")]),
        (
            "Get",
            vec![job("IN_PROGRESS"), failed_job("Unsupported media format.")],
        ),
    ]);
    let world = World::new(jobs.await).await;
    match run(&world.transcriber, &world.request).await.0 {
        Err(TranscriberError::Refused(refused)) => {
            assert_eq!(refused.code, "AUDIO_UNSUPPORTED");
            assert!(refused.message.contains("is kept"));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(world.objects().await, 2, "the recording is kept");
}

#[tokio::test]
async fn a_reason_that_is_not_known_is_not_repeated_and_may_pass() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![job("QUEUED")]),
        ("Get", vec![failed_job("Asha Verma was cut off")]),
    ]);
    let world = World::new(jobs.await).await;
    let error = port_failure(run(&world.transcriber, &world.request).await.0);
    assert!(error.may_retry());
    assert_eq!(error.code.as_deref(), Some("JOB_FAILED_OTHER"));
    let told = format!("{error} {error:?} {:?}", error.source());
    assert!(!told.contains("Asha"), "{told}");
}

#[tokio::test]
async fn a_reason_that_only_an_operator_can_mend_is_told_by_its_code() {
    for (reason, code) in [
        (
            "The S3 object can't be accessed: s3://audio/asha.m4a",
            "JOB_FAILED_BUCKET",
        ),
        ("Access to the KMS key was denied", "JOB_FAILED_KMS"),
    ] {
        let jobs = ScriptedJobs::new([
            ("Start", vec![job("QUEUED")]),
            ("Get", vec![failed_job(reason)]),
        ]);
        let world = World::new(jobs.await).await;
        let error = port_failure(run(&world.transcriber, &world.request).await.0);
        assert_eq!(error.code.as_deref(), Some(code));
        assert!(!error.may_retry(), "it fails until somebody mends it");
        let told = format!("{error} {error:?} {:?}", error.source());
        assert!(!told.contains("asha") && !told.contains("denied"), "{told}");
    }
}

#[tokio::test]
async fn a_try_after_a_failed_job_starts_a_fresh_one() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![CONFLICT, job("QUEUED")]),
        (
            "Get",
            vec![failed_job("Internal failure"), job("COMPLETED")],
        ),
        ("Delete", vec![job("")]),
    ]);
    let world = World::new(jobs.await).await;
    let (outcome, _) = run(&world.transcriber, &world.request).await;
    assert_eq!(outcome.unwrap().len(), 2);
    assert_eq!(
        world.jobs.asked(),
        ["Start", "Get", "Delete", "Start", "Get"]
    );
}

#[tokio::test]
async fn throttled_twice_it_succeeds() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![THROTTLED, THROTTLED, job("QUEUED")]),
        ("Get", vec![THROTTLED, THROTTLED, job("COMPLETED")]),
    ]);
    let world = World::new(jobs.await).await;
    assert_eq!(
        run(&world.transcriber, &world.request)
            .await
            .0
            .unwrap()
            .len(),
        2
    );
    assert_eq!(count(&world.jobs.asked(), "Start"), 3);
}

#[tokio::test]
async fn a_start_whose_answer_was_lost_is_no_second_job() {
    // The first try reached the service; the SDK's next one meets its job.
    let jobs = ScriptedJobs::new([
        (
            "Start",
            vec![Answer::Error(503, "ServiceUnavailable"), CONFLICT],
        ),
        ("Get", vec![job("IN_PROGRESS"), job("COMPLETED")]),
    ]);
    let world = World::new(jobs.await).await;
    assert_eq!(
        run(&world.transcriber, &world.request)
            .await
            .0
            .unwrap()
            .len(),
        2
    );
    assert_eq!(count(&world.jobs.asked(), "Delete"), 0);
}

#[tokio::test]
async fn a_storm_of_failures_is_told_within_the_retries_and_passes() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![job("QUEUED"), CONFLICT]),
        ("Get", vec![STORM]),
    ]);
    let world = World::new(jobs.await).await;
    let error = port_failure(run(&world.transcriber, &world.request).await.0);
    assert_eq!(error.failure, PortFailure::Unavailable);
    assert_eq!(error.code.as_deref(), Some("InternalFailureException"));
    assert_eq!(error.request_id.as_deref(), Some("request-1"));
    assert_eq!(count(&world.jobs.asked(), "Get"), ATTEMPTS);

    world
        .jobs
        .will("Get", vec![job("IN_PROGRESS"), job("COMPLETED")]);
    assert_eq!(
        run(&world.transcriber, &world.request)
            .await
            .0
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_job_that_never_ends_is_given_up_and_removed_when_it_has_ended() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![job("QUEUED")]),
        ("Get", vec![job("IN_PROGRESS")]),
        ("Delete", vec![BAD_REQUEST]),
    ]);
    let mut world = World::new(jobs.await).await;
    world.polling(Duration::ZERO);
    let mut request = world.request.clone();
    request.duration_seconds = 0.05;
    let error = port_failure(run(&world.transcriber, &request).await.0);
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert!(error.may_retry());

    // The service deletes no job that runs.
    for _ in 0..2 {
        let forgotten = world.transcriber.forget(request.id).await.unwrap();
        assert_eq!(forgotten, Forgotten::NotYet);
    }
    assert_eq!(world.objects().await, 2, "the transcript is still to come");
    world.jobs.will("Delete", vec![job("")]);
    let forgotten = world.transcriber.forget(request.id).await.unwrap();
    assert_eq!(forgotten, Forgotten::Gone);
    assert_eq!(world.objects().await, 1, "only the recording is left");
}

#[tokio::test]
async fn who_comes_back_to_a_job_that_was_to_be_removed_waits_for_it() {
    let jobs = ScriptedJobs::new([
        ("Start", vec![CONFLICT]),
        ("Get", vec![job("IN_PROGRESS"), job("COMPLETED")]),
        ("Delete", vec![BAD_REQUEST]),
    ]);
    let world = World::new(jobs.await).await;
    let forgotten = world.transcriber.forget(world.request.id).await.unwrap();
    assert_eq!(forgotten, Forgotten::NotYet);
    let (outcome, _) = run(&world.transcriber, &world.request).await;
    assert_eq!(outcome.unwrap().len(), 2);
    assert_eq!(count(&world.jobs.asked(), "Delete"), 1);
}

#[tokio::test]
async fn a_call_without_an_answer_ends_by_its_time_out() {
    let jobs = ScriptedJobs::new([("Start", vec![Answer::Never])]).await;
    let mut world = World::new(jobs).await;
    let settings = AwsSettings {
        work_attempt_timeout: Duration::from_millis(50),
        initial_backoff: Duration::from_millis(1),
        ..AwsSettings::for_emulator(Endpoints {
            transcribe: Some(world.jobs.url().to_owned()),
            s3: Some(Moto::shared().await.url().to_owned()),
            ..Endpoints::default()
        })
    };
    let hasty = AwsClients::connect(&settings).await;
    world.clients.transcribe = hasty.transcribe;
    world.polling(Duration::from_secs(30));
    let error = port_failure(run(&world.transcriber, &world.request).await.0);
    assert_eq!(error.failure, PortFailure::TimedOut);
    assert_eq!(count(&world.jobs.asked(), "Start"), ATTEMPTS);
}

#[tokio::test]
async fn a_cancellation_ends_a_call_that_nobody_answers() {
    let jobs = ScriptedJobs::new([("Start", vec![Answer::Never])]).await;
    let world = World::new(jobs).await;
    let cancel = CancellationToken::new();
    let (sender, _receiver) = mpsc::channel(8);
    let stop = cancel.clone();
    let stopping = async {
        world.jobs.until_asked("Start", 1).await;
        stop.cancel();
    };
    let work = world.transcriber.transcribe(&world.request, sender, cancel);
    let (outcome, ()) = in_time(async { tokio::join!(work, stopping) }).await;
    assert!(matches!(outcome, Err(TranscriberError::Cancelled)));
    assert_eq!(count(&world.jobs.asked(), "Start"), 1);
}

#[tokio::test]
async fn a_failed_deletion_is_told() {
    let jobs =
        ScriptedJobs::new([("Delete", vec![Answer::Error(400, "AccessDeniedException")])]).await;
    let world = World::new(jobs).await;
    let error = world
        .transcriber
        .forget(world.request.id)
        .await
        .unwrap_err();
    assert_eq!(error.failure, PortFailure::Denied);
}
