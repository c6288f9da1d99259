//! A process dies between the object store and the database.

use bytes::Bytes;
use seva_model::{
    ErrorCode, MedicationLine, PrescriptionContent, PrescriptionId, PrescriptionStatus,
    TranscriptionId, UserId,
};
use seva_services::{NewDictation, ports::ObjectStore as _};
use sqlx::{Postgres, Transaction};
use time::UtcOffset;
use tokio::task::JoinHandle;

use crate::world::{World, eventually};

const ANNOUNCED: &str = "SELECT count(*) FROM object_intents";
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND wait_event_type = 'Lock'";

impl World {
    /// Whoever writes to the table waits until this is dropped.
    async fn hold(&self, lock: &'static str) -> Transaction<'static, Postgres> {
        let mut hold = self.db.pool().begin().await.unwrap();
        sqlx::query(lock).execute(&mut *hold).await.unwrap();
        hold
    }

    /// An upload whose recording is stored and whose row waits for the hold.
    async fn half_uploaded(
        &self,
        doctor: UserId,
    ) -> JoinHandle<Result<TranscriptionId, seva_model::AppError>> {
        let (services, upload) = (self.services.clone(), self.upload(b"speech").await);
        let new = NewDictation::default();
        let task = tokio::spawn(async move { services.begin_dictation(doctor, upload, new).await });
        eventually(|| async { self.count(WAITING).await == 1 }).await;
        task
    }

    /// A draft that can be signed.
    async fn draft(&self, doctor: UserId) -> PrescriptionId {
        let content = PrescriptionContent {
            patient_name: "Asha Verma".to_owned(),
            medications: vec![MedicationLine {
                name: "Paracetamol".to_owned(),
                ..MedicationLine::default()
            }],
            ..PrescriptionContent::default()
        };
        let created = self.services.create_prescription(doctor, None, content);
        created.await.unwrap()
    }

    async fn make_announcements_old(&self) {
        self.run_sql("UPDATE object_intents SET created_at = now() - interval '61 minutes'")
            .await;
    }

    /// A worker's first sweep, begun and ended.
    async fn sweep(&self, doctor: UserId) {
        self.run_sql(
            "INSERT INTO object_intents (key, user_id, created_at)
             SELECT 'last of all', id, now() - interval '60 minutes' FROM users LIMIT 1",
        )
        .await;
        let before = self.discarded(doctor).await;
        let work = self.work();
        eventually(|| async { self.discarded(doctor).await > before }).await;
        let last = "SELECT count(*) FROM object_intents WHERE key = 'last of all'";
        eventually(|| async { self.count(last).await == 0 }).await;
        work.shut_down().await;
    }

    async fn discarded(&self, doctor: UserId) -> usize {
        let actions = self.actions(doctor.as_uuid()).await;
        actions
            .iter()
            .filter(|action| *action == "object.discard")
            .count()
    }
}

async fn killed<T>(task: JoinHandle<T>) {
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_without_its_row_is_swept_and_one_with_its_row_is_not() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let whole = world.dictate(doctor).await;
    let kept = world.objects.keys();
    assert_eq!(world.count(ANNOUNCED).await, 0, "it is settled");

    let hold = world.hold("LOCK TABLE transcriptions IN SHARE MODE").await;
    killed(world.half_uploaded(doctor).await).await;
    drop(hold);
    assert_eq!(world.objects.keys().len(), 2, "nobody owns the second");
    assert_eq!(world.count("SELECT count(*) FROM transcriptions").await, 1);

    world.sweep(doctor).await;
    assert_eq!(world.objects.keys().len(), 2, "it may be on its way still");

    world.make_announcements_old().await;
    // And one that tells of an object which has its row.
    world
        .run_sql(
            "INSERT INTO object_intents (key, user_id, created_at)
             SELECT audio_key, user_id, now() - interval '61 minutes' FROM transcriptions",
        )
        .await;
    world.sweep(doctor).await;
    assert_eq!(world.objects.keys(), kept);
    assert_eq!(world.count(ANNOUNCED).await, 0);
    world.get(doctor, whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_recording_was_swept_stores_no_row() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let hold = world.hold("LOCK TABLE transcriptions IN SHARE MODE").await;
    let upload = world.half_uploaded(doctor).await;
    world.make_announcements_old().await;
    world.sweep(doctor).await;
    assert_eq!(world.objects.keys(), Vec::<String>::new());
    drop(hold);
    upload.await.unwrap().unwrap_err();
    for table in [
        "SELECT count(*) FROM transcriptions",
        "SELECT count(*) FROM jobs",
        ANNOUNCED,
    ] {
        assert_eq!(world.count(table).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_whose_caller_left_comes_to_its_end() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = world.draft(doctor).await;
    let hold = world.hold("LOCK TABLE audit_events IN SHARE MODE").await;
    let services = s.clone();
    let signing = tokio::spawn(async move {
        services
            .finalize_prescription(doctor, id, 1, UtcOffset::UTC)
            .await
    });
    eventually(|| async { world.count(WAITING).await == 1 }).await;
    killed(signing).await;
    drop(hold);
    eventually(|| async {
        let stored = s.get_prescription(doctor, id).await.unwrap();
        stored.status == PrescriptionStatus::Finalized
    })
    .await;
    assert_eq!(world.count(ANNOUNCED).await, 0, "it is settled");
    s.preview_pdf(doctor, id, UtcOffset::UTC).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_that_is_not_the_signed_one_is_not_shown() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = world.draft(doctor).await;
    s.finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap();
    s.preview_pdf(doctor, id, UtcOffset::UTC).await.unwrap();
    let paper = format!("prescriptions/{doctor}/{id}.pdf");
    let other = Bytes::from_static(b"%PDF-of-somebody");
    let put = world.objects.put_bytes(&paper, other, "application/pdf");
    put.await.unwrap();
    let error = s.preview_pdf(doctor, id, UtcOffset::UTC).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Internal);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_without_a_signature_is_swept_and_one_with_it_is_not() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let s = &world.services;
    let id = world.draft(doctor).await;
    let paper = format!("prescriptions/{doctor}/{id}.pdf");
    // What a process leaves that dies between the paper and the commit.
    let pdf = Bytes::from_static(b"%PDF");
    let put = world.objects.put_bytes(&paper, pdf, "application/pdf");
    put.await.unwrap();
    world
        .run_sql(
            "INSERT INTO object_intents (key, user_id, created_at)
             SELECT 'prescriptions/' || user_id || '/' || id || '.pdf', user_id,
                    now() - interval '61 minutes' FROM prescriptions",
        )
        .await;
    world.sweep(doctor).await;
    assert_eq!(world.objects.keys(), Vec::<String>::new());

    s.finalize_prescription(doctor, id, 1, UtcOffset::UTC)
        .await
        .unwrap();
    assert_eq!(world.count(ANNOUNCED).await, 0, "it is settled");
    // As the second of two signatures does that are made at once.
    world
        .run_sql(
            "INSERT INTO object_intents (key, user_id, created_at)
             SELECT pdf_key, user_id, now() - interval '61 minutes' FROM prescriptions",
        )
        .await;
    world.sweep(doctor).await;
    assert_eq!(world.objects.keys(), [paper.as_str()]);
    assert_eq!(world.count(ANNOUNCED).await, 0);
}
