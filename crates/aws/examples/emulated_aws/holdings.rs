//! What the services hold, for a test to look at from outside.

use std::sync::Arc;

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};
use seva_aws::AwsClients;
use seva_testkit::emulators::Ministack;

use crate::transcribe::Transcribe;

pub(crate) struct Holdings {
    pub(crate) clients: AwsClients,
    pub(crate) ministack: Ministack,
    pub(crate) transcribe: Arc<Transcribe>,
    pub(crate) audio_bucket: String,
    pub(crate) prescriptions_bucket: String,
}

impl Holdings {
    pub(crate) fn router(self) -> Router {
        let state = Arc::new(self);
        Router::new().route("/", get(tell)).with_state(state)
    }

    async fn keys(&self, bucket: &str) -> Vec<String> {
        let list = self.clients.s3.list_objects_v2().bucket(bucket);
        let listed = list.send().await.unwrap();
        let keys = listed.contents().iter().filter_map(|object| object.key());
        keys.map(str::to_owned).collect()
    }

    /// Names. To be asked for them does not advance a job.
    async fn jobs(&self) -> Vec<String> {
        let list = self.clients.transcribe.list_medical_transcription_jobs();
        let listed = list.send().await.unwrap();
        let jobs = listed.medical_transcription_job_summaries().iter();
        jobs.filter_map(|job| job.medical_transcription_job_name.clone())
            .collect()
    }
}

async fn tell(State(holdings): State<Arc<Holdings>>) -> Json<Value> {
    let mail = holdings.ministack.sent_mail().await;
    let mail = mail.iter().map(|mail| {
        json!({ "from": mail.from, "to": mail.to, "subject": mail.subject, "text": mail.text })
    });
    Json(json!({
        "audioBucket": holdings.keys(&holdings.audio_bucket).await,
        "prescriptionsBucket": holdings.keys(&holdings.prescriptions_bucket).await,
        "jobs": holdings.jobs().await,
        "transcriptsWritten": holdings.transcribe.written(),
        "mail": mail.collect::<Vec<_>>(),
    }))
}
