//! Transcribe Medical, as far as Moto is not: Moto keeps the jobs, and here a
//! transcript is written when one is completed.
//!
//! It knows one recording, the spoken note of the repository, and what the service
//! would make of it. A job for anything else is refused as the service refuses what
//! it can't read.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use aws_sdk_s3::Client;
use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING},
    },
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde::Serialize;
use serde_json::{Value, json};

const RECORDING: &[u8] = include_bytes!("../../../../public/sample-dictation.m4a");
/// In the service's own form: the words with the times of the recording.
const TRANSCRIPT: &str = include_str!("sample-dictation.json");

pub(crate) struct Transcribe {
    moto: String,
    http: reqwest::Client,
    s3: Client,
    /// By job's name: where a transcript is still to be written.
    due: Mutex<HashMap<String, Output>>,
    written: Mutex<Vec<Written>>,
}

struct Output {
    bucket: String,
    key: String,
}

/// A transcript that was written, whether it is still there or not.
#[derive(Clone, Serialize)]
pub(crate) struct Written {
    job: String,
    key: String,
}

impl Transcribe {
    pub(crate) fn new(moto: &str, s3: Client) -> Self {
        Self {
            moto: moto.to_owned(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            s3,
            due: Mutex::default(),
            written: Mutex::default(),
        }
    }

    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new().route("/", post(answer)).with_state(self)
    }

    pub(crate) fn written(&self) -> Vec<Written> {
        self.written.lock().unwrap().clone()
    }

    async fn ask_moto(
        &self,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> (StatusCode, HeaderMap, Bytes) {
        headers.remove(HOST);
        headers.remove(CONTENT_LENGTH);
        let request = self.http.post(&self.moto).headers(headers).body(body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let mut headers = answer.headers().clone();
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        (status, headers, answer.bytes().await.unwrap())
    }

    /// Whether the recording is where the job says, and is the one that is known.
    async fn knows(&self, job: &Value) -> bool {
        let address = text(&job["Media"]["MediaFileUri"]);
        let place = address
            .strip_prefix("s3://")
            .and_then(|path| path.split_once('/'));
        let Some((bucket, key)) = place else {
            return false;
        };
        match self.s3.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => object.body.collect().await.unwrap().into_bytes() == RECORDING,
            Err(_) => false,
        }
    }

    fn expect(&self, job: &Value) {
        let output = Output {
            bucket: text(&job["OutputBucketName"]),
            key: text(&job["OutputKey"]),
        };
        let name = text(&job["MedicalTranscriptionJobName"]);
        self.due.lock().unwrap().insert(name, output);
    }

    async fn write(&self, job: &str) {
        let due = self.due.lock().unwrap().remove(job);
        let Some(output) = due else {
            return;
        };
        let mut transcript: Value = serde_json::from_str(TRANSCRIPT).unwrap();
        transcript["jobName"] = job.into();
        let put = self.s3.put_object().bucket(&output.bucket);
        let put = put
            .key(&output.key)
            .body(transcript.to_string().into_bytes().into());
        put.send().await.unwrap();
        self.written.lock().unwrap().push(Written {
            job: job.to_owned(),
            key: output.key,
        });
    }
}

async fn answer(
    State(transcribe): State<Arc<Transcribe>>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = headers.get("x-amz-target").map(|target| target.to_str());
    let operation = target.and_then(Result::ok).unwrap_or_default().to_owned();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let starts = operation == "Transcribe.StartMedicalTranscriptionJob";
    if starts && !transcribe.knows(&asked).await {
        return unreadable();
    }
    let (status, headers, body) = transcribe.ask_moto(headers, body).await;
    if starts && status.is_success() {
        transcribe.expect(&asked);
    }
    let answered: Value = serde_json::from_slice(&body).unwrap_or_default();
    let job = &answered["MedicalTranscriptionJob"];
    if operation == "Transcribe.GetMedicalTranscriptionJob"
        && job["TranscriptionJobStatus"] == "COMPLETED"
    {
        transcribe
            .write(&text(&job["MedicalTranscriptionJobName"]))
            .await;
    }
    (status, headers, body).into_response()
}

fn unreadable() -> Response {
    let said = json!({
        "__type": "BadRequestException",
        "Message": "The S3 URI that you provided can't be accessed. Make sure that you have read \
                    permission and try your request again.",
    });
    (StatusCode::BAD_REQUEST, Json(said)).into_response()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
