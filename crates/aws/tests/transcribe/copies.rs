//! Recordings that the service can't reach where they are, and that are copied for it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use seva_aws::{AwsClients, AwsSettings, Endpoints, Recordings};
use seva_model::Specialty;
use seva_services::ports::ObjectStore as _;
use tokio::{net::TcpListener, task::AbortHandle};

use crate::{
    bench::{Bench, TRANSCRIPT, job_name, request, run},
    faults::{BAD_REQUEST, World, count},
    scripted_jobs::{ScriptedJobs, job},
};

#[tokio::test]
async fn a_copy_is_not_made_again_for_a_job_that_is_there() {
    let jobs = ScriptedJobs::new([("Get", vec![job("IN_PROGRESS"), job("COMPLETED")])]);
    let mut world = World::new(jobs.await).await;
    let copy = format!("medical/{}.audio", job_name(world.request.id));
    let put = world
        .clients
        .s3
        .put_object()
        .bucket(&world.bucket)
        .key(&copy);
    put.body(b"the first copy".to_vec().into())
        .send()
        .await
        .unwrap();
    let options = world.bench.options(Recordings::Elsewhere, &world.bucket);
    world.transcriber = world.bench.transcriber(&world.clients, options);

    let (outcome, _) = run(&world.transcriber, &world.request).await;
    assert_eq!(outcome.unwrap().len(), 2);
    assert_eq!(count(&world.jobs.asked(), "Start"), 0);
    let got = world
        .clients
        .s3
        .get_object()
        .bucket(&world.bucket)
        .key(&copy);
    let body = got.send().await.unwrap().body.collect().await.unwrap();
    assert_eq!(body.into_bytes().as_ref(), b"the first copy");
}

/// Buckets that take their time with whatever is stored in them, and keep what was
/// sent along.
struct SlowBuckets {
    url: String,
    stored: Arc<Mutex<Vec<HeaderMap>>>,
    serving: AbortHandle,
}

impl SlowBuckets {
    async fn new(pause: Duration) -> Self {
        let stored = Arc::<Mutex<Vec<HeaderMap>>>::default();
        let keep = Arc::clone(&stored);
        let answer = move |method: Method, headers: HeaderMap, _: Bytes| async move {
            if method == Method::PUT {
                keep.lock().unwrap().push(headers);
                tokio::time::sleep(pause).await;
            }
            TRANSCRIPT
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = axum::Router::new().fallback(answer);
        let serving = tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            stored,
            serving: serving.abort_handle(),
        }
    }

    /// Transcribes a long recording through these buckets, with a service that is in
    /// another region than the recordings.
    async fn transcribe(&self, kms_key: Option<&str>) {
        let jobs = ScriptedJobs::new([
            ("Start", vec![job("QUEUED")]),
            ("Get", vec![BAD_REQUEST, job("COMPLETED")]),
        ])
        .await;
        let settings = AwsSettings {
            attempt_timeout: Duration::from_secs(1),
            initial_backoff: Duration::from_millis(1),
            transcribe_region: Some("eu-west-1".to_owned()),
            ..AwsSettings::for_emulator(Endpoints {
                transcribe: Some(jobs.url().to_owned()),
                s3: Some(self.url.clone()),
                ..Endpoints::default()
            })
        };
        let clients = AwsClients::connect(&settings).await;
        let bench = Bench::new().await;
        // It is given two seconds more than a try of a small request.
        let recording = Bytes::from(vec![7; 160 << 10]);
        let key = "audio/user/long.wav";
        let put = bench.objects.put_bytes(key, recording, "audio/wav");
        put.await.unwrap();
        let mut request = request(Specialty::PrimaryCare);
        request.audio_key = key.to_owned();
        let mut options = bench.options(Recordings::Elsewhere, "transcripts");
        options.kms_key = kms_key.map(str::to_owned);
        let transcriber = bench.transcriber(&clients, options);
        assert_eq!(run(&transcriber, &request).await.0.unwrap().len(), 2);
    }
}

impl Drop for SlowBuckets {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[tokio::test]
async fn a_copy_is_given_time_by_its_size() {
    let buckets = SlowBuckets::new(Duration::from_millis(1500)).await;
    buckets.transcribe(None).await;
    assert_eq!(buckets.stored.lock().unwrap().len(), 1, "it was sent once");
}

#[tokio::test]
async fn a_copy_is_in_the_services_region_under_the_services_key() {
    let buckets = SlowBuckets::new(Duration::ZERO).await;
    buckets.transcribe(None).await;
    buckets.transcribe(Some("key-of-eu-west-1")).await;
    let stored = buckets.stored.lock().unwrap();
    assert_eq!(stored.len(), 2);
    for headers in &*stored {
        let signed = headers["authorization"].to_str().unwrap();
        assert!(signed.contains("/eu-west-1/s3/"), "{signed}");
    }
    let key = "x-amz-server-side-encryption-aws-kms-key-id";
    assert_eq!(stored[0]["x-amz-server-side-encryption"], "AES256");
    assert_eq!(stored[0].get(key), None);
    assert_eq!(stored[1]["x-amz-server-side-encryption"], "aws:kms");
    assert_eq!(stored[1][key], "key-of-eu-west-1");
}
