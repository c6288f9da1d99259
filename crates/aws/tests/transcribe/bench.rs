//! What all these tests stand on: a recording, an object store, a spool directory.

use std::{future::Future, path::Path, sync::Arc, time::Duration};

use seva_aws::{
    AwsClients, AwsSettings, Endpoints, Playing, Polling, Recordings, TranscribeMedical,
    TranscribeOptions,
};
use seva_local::{DirectoryObjects, DownloadLinks};
use seva_model::{Segment, Specialty, TranscriptionId};
use seva_services::ports::{
    ObjectStore as _, Secret, Transcriber as _, TranscriberError, TranscriberEvent,
    TranscriptionRequest,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Ten seconds of a dictation.
const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../speech/tests/fixtures/speech.m4a"
);
/// Where it is in the object store.
pub(crate) const KEY: &str = "audio/user/speech.m4a";
/// What a job leaves: two sentences, in the service's own form.
pub(crate) const TRANSCRIPT: &[u8] = include_bytes!("two-sentences.json");
/// Nothing here takes long; whoever waits this long waits in vain.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A store that the service can't read, and room for copies.
pub(crate) struct Bench {
    pub(crate) objects: Arc<DirectoryObjects>,
    pub(crate) home: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("spool")).unwrap();
        let secret = |byte: u8| Secret::new(vec![byte; 32]);
        let links = DownloadLinks::new("http://127.0.0.1", &secret(2));
        let objects =
            DirectoryObjects::open(home.path().join("objects"), &secret(1), links).unwrap();
        objects
            .put_file(KEY, Path::new(RECORDING), "audio/mp4")
            .await
            .unwrap();
        Self {
            objects: Arc::new(objects),
            home,
        }
    }

    pub(crate) fn options(&self, recordings: Recordings, bucket: &str) -> TranscribeOptions {
        TranscribeOptions {
            recordings,
            output_bucket: bucket.to_owned(),
            kms_key: None,
            spool_dir: self.home.path().join("spool"),
            polling: Polling {
                first: Duration::from_millis(1),
                longest: Duration::from_millis(5),
                patience: DEADLINE,
            },
            playing: Playing {
                pace: 1000.0,
                silence: DEADLINE,
            },
        }
    }

    pub(crate) fn transcriber(
        &self,
        clients: &AwsClients,
        options: TranscribeOptions,
    ) -> TranscribeMedical {
        TranscribeMedical::new(clients, self.objects.clone(), options)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let spooled = std::fs::read_dir(self.home.path().join("spool")).unwrap();
        if !std::thread::panicking() {
            assert_eq!(spooled.count(), 0, "no recording stays in the spool");
        }
    }
}

/// Clients whose pauses between tries are short.
pub(crate) async fn clients(jobs: &str, s3: &str) -> AwsClients {
    let settings = AwsSettings {
        initial_backoff: Duration::from_millis(1),
        max_backoff: Duration::from_millis(4),
        ..AwsSettings::for_emulator(Endpoints {
            transcribe: Some(jobs.to_owned()),
            s3: Some(s3.to_owned()),
            ..Endpoints::default()
        })
    };
    AwsClients::connect(&settings).await
}

pub(crate) fn request(specialty: Specialty) -> TranscriptionRequest {
    let info = seva_speech::probe(Path::new(RECORDING)).unwrap();
    TranscriptionRequest {
        id: TranscriptionId::generate(),
        audio_key: KEY.to_owned(),
        specialty,
        language_code: "en-IN".to_owned(),
        duration_seconds: info.duration_seconds,
    }
}

pub(crate) fn job_name(id: TranscriptionId) -> String {
    format!("seva-{id}")
}

pub(crate) type Outcome = Result<Vec<Segment>, TranscriberError>;

/// Transcribes to the end and collects the news.
pub(crate) async fn run(
    transcriber: &TranscribeMedical,
    request: &TranscriptionRequest,
) -> (Outcome, Vec<TranscriberEvent>) {
    let (sender, mut receiver) = mpsc::channel(1);
    let listening = async {
        let mut news = Vec::new();
        while let Some(event) = receiver.recv().await {
            news.push(event);
        }
        news
    };
    let work = transcriber.transcribe(request, sender, CancellationToken::new());
    in_time(async { tokio::join!(work, listening) }).await
}

pub(crate) async fn in_time<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, work)
        .await
        .expect("it took too long")
}

/// The failure, when another try may help.
pub(crate) fn port_failure(outcome: Outcome) -> seva_services::ports::PortError {
    match outcome {
        Err(TranscriberError::Port(error)) => error,
        other => panic!("no failure of the port: {other:?}"),
    }
}
