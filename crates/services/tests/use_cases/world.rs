//! A SEVA of one test: a database, scripted ports, and as many processes as the
//! test wants.

use std::{convert::Infallible, future::Future, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::json;
use seva_model::{
    DictationEvent, DoctorProfile, Password, Registration, Transcription, TranscriptionId,
    TranscriptionStatus, UserId,
};
use seva_services::{
    NewDictation, Ports, Services, ServicesConfig, SessionKey, SignInOutcome, SpooledUpload,
    Worker, WorkerConfig, ports::ProviderTokens,
};
use seva_store::{SESSION_USER_KEY, SealedSessionStore};
use seva_testkit::TestDatabase;
use time::OffsetDateTime;
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tower_sessions::{
    SessionStore as _,
    session::{Id, Record},
};

use crate::doubles::{
    ALL, Inspector, Objects, People, Printer, ScriptedExtractor, ScriptedTranscriber, SmallLexicon,
};

/// Nothing in these tests takes long; whoever waits this long waits in vain.
const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) const PASSWORD: &str = "SecurePass123!";

pub(crate) struct World {
    pub(crate) services: Services,
    pub(crate) transcriber: Arc<ScriptedTranscriber>,
    pub(crate) extractor: Arc<ScriptedExtractor>,
    pub(crate) objects: Arc<Objects>,
    pub(crate) printer: Arc<Printer>,
    pub(crate) people: Arc<People>,
    _listening: DropGuard,
    spool: tempfile::TempDir,
    pub(crate) db: Arc<TestDatabase>,
}

/// A process of one world: its own ports for speech and language.
pub(crate) struct Process {
    pub(crate) services: Services,
    pub(crate) transcriber: Arc<ScriptedTranscriber>,
    _listening: DropGuard,
}

impl World {
    /// Engines that never wait.
    pub(crate) async fn new() -> Self {
        Self::with_steps(ALL, ALL).await
    }

    /// Engines that wait for the test after so many steps.
    pub(crate) async fn with_steps(speech: usize, language: usize) -> Self {
        let db = Arc::new(TestDatabase::new().await);
        let spool = tempfile::tempdir().unwrap();
        let transcriber = Arc::new(ScriptedTranscriber::new(speech));
        let extractor = Arc::new(ScriptedExtractor::new(language));
        let (objects, printer, people) = (Arc::default(), Arc::default(), Arc::default());
        let ports = ports(&transcriber, &extractor, &objects, &printer, &people);
        let (services, listening) = services(&db, spool.path(), ports);
        Self {
            services,
            transcriber,
            extractor,
            objects,
            printer,
            people,
            _listening: listening,
            spool,
            db,
        }
    }

    /// Another process over the same database and objects.
    pub(crate) fn process(&self, speech: usize, language: usize) -> Process {
        let transcriber = Arc::new(ScriptedTranscriber::new(speech));
        let extractor = Arc::new(ScriptedExtractor::new(language));
        let ports = ports(
            &transcriber,
            &extractor,
            &self.objects,
            &self.printer,
            &self.people,
        );
        let (services, listening) = services(&self.db, self.spool.path(), ports);
        Process {
            services,
            transcriber,
            _listening: listening,
        }
    }

    /// A doctor with a complete profile.
    pub(crate) async fn doctor(&self, name: &str) -> UserId {
        let registration = registration(name);
        let account = self.services.register(&registration).await.unwrap();
        self.services
            .confirm_email(&registration.email, &"004217".parse().unwrap())
            .await
            .unwrap();
        let profile = DoctorProfile {
            registration_number: format!("REG-{name}"),
            ..DoctorProfile::default()
        };
        self.services
            .update_profile(account.user_id, &format!("Dr. {name}"), profile)
            .await
            .unwrap();
        account.user_id
    }

    /// Signs a doctor in and gives what the identity provider handed out.
    pub(crate) async fn tokens(&self, name: &str) -> ProviderTokens {
        let person = registration(name);
        let outcome = self.services.sign_in(&person.email, &person.password).await;
        match outcome.unwrap() {
            SignInOutcome::SignedIn { tokens, .. } => tokens.unwrap(),
            SignInOutcome::Challenge(_) => panic!("more was asked for"),
        }
    }

    /// A browser somewhere, in which the doctor is signed in.
    pub(crate) async fn session(&self, doctor: UserId) -> SessionKey {
        let store = SealedSessionStore::new(self.db.pool().clone(), &[1; 32]);
        let mut record = Record {
            id: Id::default(),
            data: [(SESSION_USER_KEY.to_owned(), json!(doctor))].into(),
            expiry_date: OffsetDateTime::now_utc() + time::Duration::hours(1),
        };
        store.create(&mut record).await.unwrap();
        SessionKey::of(record.id)
    }

    pub(crate) async fn sessions_of(&self, doctor: UserId) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM sessions WHERE user_id = $1")
            .bind(doctor.as_uuid())
            .fetch_one(self.db.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn upload(&self, content: &'static [u8]) -> SpooledUpload {
        let stream = stream::iter([Ok::<_, Infallible>(Bytes::from_static(content))]);
        self.services
            .spool()
            .receive("visit.m4a", stream)
            .await
            .unwrap()
    }

    pub(crate) async fn dictate(&self, doctor: UserId) -> TranscriptionId {
        let upload = self.upload(b"speech").await;
        self.services
            .begin_dictation(doctor, upload, NewDictation::default())
            .await
            .unwrap()
    }

    pub(crate) fn work(&self) -> Work {
        Work::start(&self.services, config())
    }

    /// A dictation that is through.
    pub(crate) async fn completed(&self, doctor: UserId) -> TranscriptionId {
        let id = self.dictate(doctor).await;
        let work = self.work();
        let end = self.end_of(doctor, id).await;
        work.shut_down().await;
        assert_eq!(end.status, TranscriptionStatus::Completed);
        id
    }

    pub(crate) async fn get(&self, doctor: UserId, id: TranscriptionId) -> Transcription {
        self.services.get_transcription(doctor, id).await.unwrap()
    }

    /// Waits, over the live stream, for a state. The event it gives holds all
    /// segments of the try so far, as a browser would have put them together.
    pub(crate) async fn until(
        &self,
        doctor: UserId,
        id: TranscriptionId,
        reached: impl Fn(&DictationEvent) -> bool,
    ) -> DictationEvent {
        let mut events = self.services.watch(doctor, id, None).await.unwrap();
        let mut attempt = 0;
        let mut segments = Vec::new();
        let waiting = async {
            while let Some(mut event) = events.next().await {
                if event.attempt != attempt {
                    attempt = event.attempt;
                    segments.clear();
                }
                segments.append(&mut event.segments);
                event.segments.clone_from(&segments);
                if reached(&event) {
                    return event;
                }
            }
            panic!("the stream ended before the state was reached")
        };
        timeout(DEADLINE, waiting)
            .await
            .expect("the state was never reached")
    }

    pub(crate) async fn end_of(&self, doctor: UserId, id: TranscriptionId) -> DictationEvent {
        self.until(doctor, id, |event| event.status.is_final())
            .await
    }

    /// Ends every lease now, as if its time had passed.
    pub(crate) async fn expire_leases(&self) {
        self.run_sql(
            "UPDATE jobs SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL;
             UPDATE speech_traces SET lease_until = now() - interval '1 second'
              WHERE lease_until IS NOT NULL",
        )
        .await;
    }

    /// Dictations of which a provider may keep something.
    pub(crate) async fn traces(&self) -> i64 {
        self.count("SELECT count(*) FROM speech_traces").await
    }

    /// As if the time that what ended is left alone for had passed.
    pub(crate) async fn forget_now(&self) {
        let sql = "UPDATE speech_traces SET forget_after = now() WHERE forget_after IS NOT NULL";
        self.run_sql(sql).await;
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(self.db.pool())
            .await
            .unwrap()
    }

    pub(crate) async fn run_sql(&self, sql: &'static str) {
        sqlx::raw_sql(sql).execute(self.db.pool()).await.unwrap();
    }

    /// Audit events of a dictation or prescription, in order.
    pub(crate) async fn actions(&self, entity: impl Into<uuid::Uuid>) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT action FROM audit_events WHERE entity_id = $1 ORDER BY occurred_at, id",
        )
        .bind(entity.into())
        .fetch_all(self.db.pool())
        .await
        .unwrap()
    }
}

pub(crate) fn registration(name: &str) -> Registration {
    Registration {
        email: format!("{name}@clinic.example").parse().unwrap(),
        password: Password::new(PASSWORD.to_owned()).unwrap(),
        full_name: format!("Dr. {name}").parse().unwrap(),
    }
}

/// Quick to notice, and to give up.
pub(crate) fn config() -> WorkerConfig {
    WorkerConfig {
        parallel: 1,
        lease: Duration::from_secs(5),
        heartbeat: Duration::from_millis(50),
        poll: Duration::from_millis(50),
        backoff: Duration::from_millis(20),
        ..WorkerConfig::default()
    }
}

/// Waits for a condition that nothing announces.
pub(crate) async fn eventually<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let waiting = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(DEADLINE, waiting)
        .await
        .expect("it never came true");
}

/// A running worker. Dropping it kills it at whatever it is doing.
pub(crate) struct Work {
    task: Option<JoinHandle<()>>,
    shutdown: CancellationToken,
}

impl Work {
    pub(crate) fn start(services: &Services, config: WorkerConfig) -> Self {
        let shutdown = CancellationToken::new();
        let worker = Worker::new(services.clone(), config);
        let task = tokio::spawn(worker.run(shutdown.clone()));
        Self {
            task: Some(task),
            shutdown,
        }
    }

    pub(crate) async fn shut_down(mut self) {
        self.shutdown.cancel();
        let task = self.task.take().unwrap();
        timeout(DEADLINE, task)
            .await
            .expect("the worker does not stop")
            .unwrap();
    }

    /// Ends it without a chance to clean up, and waits until it is gone.
    pub(crate) async fn kill(mut self) {
        let task = self.task.take().unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

fn ports(
    transcriber: &Arc<ScriptedTranscriber>,
    extractor: &Arc<ScriptedExtractor>,
    objects: &Arc<Objects>,
    printer: &Arc<Printer>,
    people: &Arc<People>,
) -> Ports {
    Ports {
        identity: people.clone(),
        objects: objects.clone(),
        inspector: Arc::new(Inspector),
        transcriber: transcriber.clone(),
        extractor: extractor.clone(),
        lexicon: Arc::new(SmallLexicon),
        mailbox: Some(people.clone()),
        printer: printer.clone(),
    }
}

fn services(db: &TestDatabase, spool: &Path, ports: Ports) -> (Services, DropGuard) {
    let config = ServicesConfig {
        base_url: "https://seva.example/".to_owned(),
        spool_dir: spool.to_owned(),
    };
    let services = Services::new(config, db.pool().clone(), ports).unwrap();
    let shutdown = CancellationToken::new();
    services.spawn_live_updates(shutdown.clone());
    (services, shutdown.drop_guard())
}
