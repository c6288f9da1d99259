//! Jobs, against moto. What it gets wrong:
//! - It writes no transcript: the tests put it where the service would.
//! - It advances a job at each question about it, and never fails one.
//! - It takes a job whose recording is not there, and deletes one that still runs;
//!   the service does neither. Both are in `faults`.

use async_trait::async_trait;
use aws_sdk_transcribe::types::{MediaFormat, Specialty as JobSpecialty, Type};
use bytes::Bytes;
use seva_aws::{AwsClients, Recordings, TranscribeMedical};
use seva_model::Specialty;
use seva_services::ports::{
    Forgotten, Transcriber, TranscriberError, TranscriberEvent, TranscriptionRequest,
};
use seva_testkit::{contracts, emulators::Moto};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::bench::{
    Bench, KEY, TRANSCRIPT, clients, in_time, job_name, port_failure, request, run,
};

/// Two buckets of one test, and its transcriber.
pub(crate) struct World {
    pub(crate) clients: AwsClients,
    pub(crate) transcriber: TranscribeMedical,
    pub(crate) bucket: String,
    bench: Bench,
}

#[derive(Clone, Copy)]
enum Store {
    S3,
    Directory,
}

impl World {
    /// Jobs and buckets of moto's.
    async fn new(store: Store) -> Self {
        let moto = Moto::shared().await;
        Self::over(clients(moto.url(), moto.url()).await, store).await
    }

    async fn over(clients: AwsClients, store: Store) -> Self {
        let bench = Bench::new().await;
        let bucket = format!("transcripts-{}", request(Specialty::PrimaryCare).id);
        clients
            .s3
            .create_bucket()
            .bucket(&bucket)
            .send()
            .await
            .unwrap();
        let recordings = match store {
            Store::S3 => Recordings::InBucket(bucket.clone()),
            Store::Directory => Recordings::Elsewhere,
        };
        let transcriber = bench.transcriber(&clients, bench.options(recordings, &bucket));
        let world = Self {
            clients,
            transcriber,
            bucket,
            bench,
        };
        if matches!(store, Store::S3) {
            world.put(KEY, b"sound").await;
        }
        world
    }

    /// Another process with the same settings.
    fn second(&self) -> TranscribeMedical {
        let recordings = Recordings::InBucket(self.bucket.clone());
        let options = self.bench.options(recordings, &self.bucket);
        self.bench.transcriber(&self.clients, options)
    }

    pub(crate) async fn put(&self, key: &str, content: &'static [u8]) {
        let body = Bytes::from_static(content).into();
        let put = self.clients.s3.put_object().bucket(&self.bucket).key(key);
        put.body(body).send().await.unwrap();
    }

    /// A dictation whose transcript the service will "write".
    async fn dictation(&self) -> TranscriptionRequest {
        let request = request(Specialty::PrimaryCare);
        self.put(
            &format!("medical/{}.json", job_name(request.id)),
            TRANSCRIPT,
        )
        .await;
        request
    }

    async fn jobs(&self, request: &TranscriptionRequest) -> usize {
        let asked = self.clients.transcribe.list_medical_transcription_jobs();
        let found = asked
            .job_name_contains(job_name(request.id))
            .send()
            .await
            .unwrap();
        found.medical_transcription_job_summaries().len()
    }

    async fn objects(&self) -> Vec<String> {
        let listed = self
            .clients
            .s3
            .list_objects_v2()
            .bucket(&self.bucket)
            .send()
            .await
            .unwrap();
        let keys = listed.contents().iter().filter_map(|object| object.key());
        keys.map(str::to_owned).collect()
    }
}

#[async_trait]
impl contracts::SpeechWorld for World {
    fn transcriber(&self) -> &dyn Transcriber {
        &self.transcriber
    }

    async fn speech(&self) -> TranscriptionRequest {
        self.dictation().await
    }

    async fn missing(&self) -> TranscriptionRequest {
        TranscriptionRequest {
            audio_key: "audio/user/missing.m4a".to_owned(),
            ..self.dictation().await
        }
    }
}

#[tokio::test]
async fn jobs_keep_the_contract() {
    contracts::transcriber(async || World::new(Store::S3).await).await;
}

#[tokio::test]
async fn jobs_over_another_store_keep_the_contract() {
    contracts::transcriber(async || World::new(Store::Directory).await).await;
}

#[tokio::test]
async fn property_18_a_job_is_asked_for_as_the_service_wants_it() {
    let world = World::new(Store::S3).await;
    let request = world.dictation().await;
    let (outcome, news) = run(&world.transcriber, &request).await;
    let segments = outcome.unwrap();
    assert_eq!(segments.len(), 2);
    assert_eq!(
        segments[0].words[1].alternatives,
        ["quinapril", "listen April"]
    );
    let percentages: Vec<u8> = news
        .iter()
        .filter_map(|event| match event {
            TranscriberEvent::Progress(percent) => Some(*percent),
            TranscriberEvent::Segment(_) => None,
        })
        .collect();
    assert_eq!(percentages, [0, 100], "nothing between is known");

    let asked = world.clients.transcribe.get_medical_transcription_job();
    let answer = asked
        .medical_transcription_job_name(job_name(request.id))
        .send()
        .await
        .unwrap();
    let job = answer.medical_transcription_job.unwrap();
    assert_eq!(job.media_format, Some(MediaFormat::M4A));
    assert_eq!(job.specialty, Some(JobSpecialty::Primarycare));
    assert_eq!(job.r#type, Some(Type::Dictation));
    let media = job.media.and_then(|media| media.media_file_uri);
    assert_eq!(media, Some(format!("s3://{}/{KEY}", world.bucket)));
    let settings = job.settings.unwrap();
    assert_eq!(
        (settings.show_alternatives, settings.max_alternatives),
        (Some(true), Some(3))
    );
}

#[tokio::test]
async fn a_job_is_found_again_after_a_restart_and_started_once() {
    let world = World::new(Store::S3).await;
    let request = world.dictation().await;
    // A worker that dies as soon as its job runs.
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(1);
    let dies = async {
        tokio::select! {
            _ = world.transcriber.transcribe(&request, sender, cancel) => panic!("it ended"),
            () = async {
                let _ = receiver.recv().await;
                while world.jobs(&request).await == 0 { tokio::task::yield_now().await; }
            } => {}
        }
    };
    in_time(dies).await;

    let (outcome, _) = run(&world.second(), &request).await;
    assert_eq!(outcome.unwrap().len(), 2);
    assert_eq!(world.jobs(&request).await, 1);
}

#[tokio::test]
async fn a_cancellation_leaves_the_job_to_the_next_worker_until_it_is_forgotten() {
    let world = World::new(Store::S3).await;
    let request = world.dictation().await;
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(1);
    let stop = cancel.clone();
    let stopping = async {
        let _ = receiver.recv().await;
        while world.jobs(&request).await == 0 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
        while receiver.recv().await.is_some() {}
    };
    let work = world.transcriber.transcribe(&request, sender, cancel);
    let (outcome, ()) = in_time(async { tokio::join!(work, stopping) }).await;
    // It may have come to its end just then.
    assert!(matches!(outcome, Err(TranscriberError::Cancelled) | Ok(_)));
    assert_eq!(world.jobs(&request).await, 1);

    let forgotten = world.transcriber.forget(request.id).await.unwrap();
    assert_eq!(forgotten, Forgotten::Gone);
    assert_eq!(world.jobs(&request).await, 0);
}

#[tokio::test]
async fn what_is_forgotten_leaves_nothing_and_may_be_forgotten_again() {
    for store in [Store::S3, Store::Directory] {
        let world = World::new(store).await;
        let request = world.dictation().await;
        let before = world.objects().await.len();
        run(&world.transcriber, &request).await.0.unwrap();
        let copies = usize::from(matches!(store, Store::Directory));
        assert_eq!(world.objects().await.len(), before + copies);

        for _ in 0..2 {
            let forgotten = world.transcriber.forget(request.id).await.unwrap();
            assert_eq!(forgotten, Forgotten::Gone);
        }
        assert_eq!(world.jobs(&request).await, 0);
        let left = world.objects().await;
        assert!(left.iter().all(|key| key == KEY), "{left:?}");
    }
}

#[tokio::test]
async fn only_a_dictation_that_had_a_job_leaves_traces() {
    let world = World::new(Store::S3).await;
    for specialty in Specialty::ALL {
        let has_a_job = specialty == Specialty::PrimaryCare;
        assert_eq!(world.transcriber.leaves_traces(specialty), has_a_job);
    }
}

#[tokio::test]
async fn a_transcript_of_garbage_is_told_without_a_word_of_it() {
    let world = World::new(Store::S3).await;
    let request = world.dictation().await;
    let key = format!("medical/{}.json", job_name(request.id));
    world
        .put(&key, b"{\"results\": \"Asha Verma has a fever\"}")
        .await;
    let (outcome, news) = run(&world.transcriber, &request).await;
    let error = port_failure(outcome);
    assert!(!error.may_retry());
    let told = format!("{error} {error:?} {}", error.source);
    assert!(!told.contains("Asha") && !told.contains("fever"), "{told}");
    assert!(
        !news
            .iter()
            .any(|event| matches!(event, TranscriberEvent::Segment(_)))
    );
}

#[tokio::test]
async fn a_transcript_that_is_gone_starts_a_fresh_job_at_the_next_try() {
    let world = World::new(Store::S3).await;
    let request = request(Specialty::PrimaryCare);
    let (outcome, _) = run(&world.transcriber, &request).await;
    assert!(port_failure(outcome).may_retry());
    assert_eq!(world.jobs(&request).await, 0);

    world
        .put(
            &format!("medical/{}.json", job_name(request.id)),
            TRANSCRIPT,
        )
        .await;
    assert_eq!(run(&world.transcriber, &request).await.0.unwrap().len(), 2);
}

#[tokio::test]
async fn a_language_that_is_not_known_is_refused_before_anything_is_sent() {
    let world = World::new(Store::S3).await;
    let request = TranscriptionRequest {
        language_code: "hi-IN".to_owned(),
        ..world.dictation().await
    };
    match run(&world.transcriber, &request).await.0 {
        Err(TranscriberError::Refused(refused)) => assert_eq!(refused.code, "LANGUAGE_UNSUPPORTED"),
        other => panic!("{other:?}"),
    }
    assert_eq!(world.jobs(&request).await, 0);
}

#[tokio::test]
async fn a_check_finds_a_bucket_that_is_not_there() {
    let world = World::new(Store::S3).await;
    world.transcriber.check().await.unwrap();
    let options = world.bench.options(Recordings::Elsewhere, "no-such-bucket");
    let error = world
        .bench
        .transcriber(&world.clients, options)
        .check()
        .await
        .unwrap_err();
    assert_eq!(error.failure, seva_services::ports::PortFailure::NotFound);
}
