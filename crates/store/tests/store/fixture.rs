//! A database with doctors, and short names for what tests do most.

use std::time::Duration;

use seva_model::{
    Attribute, Category, Entity, EntityId, Failure, MedicationLine, PatientName,
    PrescriptionContent, PrescriptionId, Segment, Specialty, Trait, TraitName, TranscriptionId,
    UserId, Word,
};
use seva_store::{
    PgPool, Result, StoreError, Transaction,
    jobs::{self, ClaimedJob},
    prescriptions::{self, NewPrescription, Signing},
    transcriptions::{self, NewTranscription},
    users::{self, IdentityUser},
};
use seva_testkit::TestDatabase;
use time::OffsetDateTime;

pub(crate) const LEASE: Duration = Duration::from_secs(15);

/// Runs a write in a transaction of its own and commits it when it succeeds.
macro_rules! commit {
    ($world:expr, $function:path $(, $argument:expr)* $(,)?) => {
        async {
            let mut tx = seva_store::begin($world.pool()).await?;
            let done = $function(&mut tx $(, $argument)*).await?;
            seva_store::commit(tx).await.map(|()| done)
        }
        .await
    };
}
pub(crate) use commit;

/// A database with a doctor, `asha`, and another one, `ravi`.
pub(crate) struct World {
    db: TestDatabase,
    pub(crate) asha: UserId,
    pub(crate) ravi: UserId,
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = TestDatabase::new().await;
        let asha = doctor(db.pool(), "asha").await;
        let ravi = doctor(db.pool(), "ravi").await;
        Self { db, asha, ravi }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        self.db.pool()
    }

    /// Where the database is, for a pool as the product opens it.
    pub(crate) fn url(&self) -> String {
        self.db.url()
    }

    pub(crate) async fn begin(&self) -> Transaction {
        seva_store::begin(self.pool()).await.unwrap()
    }

    /// Runs SQL that only a test needs.
    pub(crate) async fn sql(&self, sql: &'static str, id: uuid::Uuid) {
        sqlx::query(sql)
            .bind(id)
            .execute(self.pool())
            .await
            .unwrap();
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(self.pool())
            .await
            .unwrap()
    }

    /// A dictation of Asha's that waits in the queue.
    pub(crate) async fn queued(&self) -> TranscriptionId {
        self.queued_for(self.asha, None).await
    }

    pub(crate) async fn queued_for(&self, user: UserId, patient: Option<&str>) -> TranscriptionId {
        let id = TranscriptionId::generate();
        let patient: Option<PatientName> = patient.map(|name| name.parse().unwrap());
        let mut tx = self.begin().await;
        take_in(&mut tx, user, id, patient.as_ref()).await.unwrap();
        jobs::enqueue(&mut tx, user, id).await.unwrap();
        seva_store::commit(tx).await.unwrap();
        id
    }

    pub(crate) async fn claim(&self) -> Option<ClaimedJob> {
        self.claim_for(LEASE).await
    }

    pub(crate) async fn claim_for(&self, lease: Duration) -> Option<ClaimedJob> {
        commit!(self, jobs::claim, lease).unwrap()
    }

    /// A complete dictation of Asha's with that transcript and those entities.
    pub(crate) async fn completed(&self, text: &str, entities: &[Entity]) -> TranscriptionId {
        let id = self.queued().await;
        let lease = self.claim().await.unwrap().lease;
        assert_eq!(lease.transcription_id, id);
        commit!(
            self,
            jobs::finish_transcription,
            &lease,
            text,
            &[segment(0, text)]
        )
        .unwrap();
        assert!(commit!(self, jobs::finish_extraction, &lease, Some(entities)).unwrap());
        id
    }

    pub(crate) async fn failed(&self) -> TranscriptionId {
        let id = self.queued().await;
        let lease = self.claim().await.unwrap().lease;
        commit!(self, jobs::fail, &lease, &failure()).unwrap();
        id
    }

    /// A draft of Asha's that belongs to no dictation.
    pub(crate) async fn draft(&self, content: &PrescriptionContent) -> PrescriptionId {
        let id = PrescriptionId::generate();
        let new = NewPrescription {
            id,
            transcription_id: None,
            content,
        };
        commit!(self, prescriptions::insert, self.asha, &new).unwrap();
        id
    }

    /// A signed prescription of Asha's.
    pub(crate) async fn signed(&self, code: &str) -> PrescriptionId {
        let id = self.draft(&content("Meera Iyer", &["Metformin"])).await;
        commit!(
            self,
            prescriptions::finalize,
            self.asha,
            id,
            1,
            &signing(code)
        )
        .unwrap();
        id
    }
}

pub(crate) async fn take_in(
    tx: &mut Transaction,
    user: UserId,
    id: TranscriptionId,
    patient_name: Option<&PatientName>,
) -> Result<()> {
    let new = NewTranscription {
        id,
        specialty: Specialty::Cardiology,
        language_code: "en-IN",
        patient_name,
        file_name: "visit.wav",
        audio_key: &format!("audio/{user}/{id}.wav"),
        audio_mime: "audio/wav",
        audio_bytes: 4_321,
        audio_sha256: &[7; 32],
        duration_seconds: 12.5,
    };
    transcriptions::insert(tx, user, &new).await
}

async fn doctor(pool: &PgPool, name: &str) -> UserId {
    let mut tx = seva_store::begin(pool).await.unwrap();
    let user = IdentityUser {
        subject: &format!("subject-of-{name}"),
        email: &format!("{name}@clinic.example").parse().unwrap(),
        full_name: &format!("Dr {name}").parse().unwrap(),
    };
    let user = users::upsert_by_subject(&mut tx, &user).await.unwrap();
    seva_store::commit(tx).await.unwrap();
    user.id
}

/// A segment with the words of the text, one second each.
pub(crate) fn segment(index: u32, text: &str) -> Segment {
    let words: Vec<Word> = text
        .split_whitespace()
        .enumerate()
        .map(|(place, word)| Word {
            text: word.to_owned(),
            start: f64::from(index) * 100.0 + place as f64,
            end: f64::from(index) * 100.0 + place as f64 + 0.9,
            // A word with a question mark is one the engine was unsure of.
            confidence: if word.ends_with('?') { 0.25 } else { 0.75 },
            alternatives: if word.ends_with('?') {
                vec!["another".to_owned(), "an \"other\"".to_owned()]
            } else {
                Vec::new()
            },
        })
        .collect();
    Segment {
        index,
        start: f64::from(index) * 100.0,
        end: f64::from(index) * 100.0 + words.len() as f64,
        text: text.to_owned(),
        words,
    }
}

pub(crate) fn entity(text: &str, begin: u32, category: Category, said: &[TraitName]) -> Entity {
    Entity {
        id: EntityId::generate(),
        text: text.to_owned(),
        category,
        entity_type: "GENERIC_NAME".to_owned(),
        score: 0.875,
        begin_offset: begin,
        end_offset: begin + text.chars().count() as u32,
        traits: said
            .iter()
            .map(|name| Trait {
                name: *name,
                score: 0.5,
            })
            .collect(),
        attributes: vec![Attribute {
            attribute_type: "STRENGTH".to_owned(),
            text: "500 mg".to_owned(),
            begin_offset: 20,
            end_offset: 26,
            score: 0.75,
            relationship_score: 1.0,
            normalized: Some("500 mg".to_owned()),
        }],
        icd10: Vec::new(),
        rxnorm: Vec::new(),
    }
}

pub(crate) fn medicine(text: &str, begin: u32) -> Entity {
    entity(text, begin, Category::Medication, &[])
}

pub(crate) fn failure() -> Failure {
    Failure {
        code: "AUDIO_SILENT".to_owned(),
        message: "Nobody speaks in this recording. Record again.".to_owned(),
        may_retry: false,
    }
}

pub(crate) fn content(patient_name: &str, medicines: &[&str]) -> PrescriptionContent {
    PrescriptionContent {
        patient_name: patient_name.to_owned(),
        patient_age: Some(54),
        patient_gender: "Female".to_owned(),
        medications: medicines
            .iter()
            .map(|name| MedicationLine {
                name: (*name).to_owned(),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

pub(crate) fn signing(code: &str) -> Signing<'_> {
    Signing {
        verification_code: code,
        pdf_key: "prescriptions/user/1.pdf",
        pdf_sha256: &[9; 32],
        doctor_name: "Dr Asha",
        registration_number: "MCI-1",
        signed_at: OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap(),
    }
}

macro_rules! assert_refused {
    ($result:expr, $expected:ident) => {
        match $result {
            Err(seva_store::StoreError::$expected) => {}
            other => panic!("expected {}, got {other:?}", stringify!($expected)),
        }
    };
}
pub(crate) use assert_refused;

/// The SQLSTATE of a refusal by the database itself.
pub(crate) fn sqlstate<T: std::fmt::Debug>(result: std::result::Result<T, sqlx::Error>) -> String {
    let error = result.unwrap_err();
    error
        .as_database_error()
        .unwrap()
        .code()
        .unwrap()
        .into_owned()
}

/// Says in a failed test which of many calls it was.
#[track_caller]
pub(crate) fn is_not_found<T: std::fmt::Debug>(what: &str, result: Result<T>) {
    match result {
        Err(StoreError::NotFound) => {}
        other => panic!("{what}: {other:?}"),
    }
}
