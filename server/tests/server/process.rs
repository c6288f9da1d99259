//! The program as a process: `kill -9` at any moment, after which a restart
//! completes the dictation, once; and what it logs.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use seva_model::{DictationEvent, Stage, TranscriptionStatus};
use seva_services::{DEMO_EMAIL, DEMO_PASSWORD};
use seva_testkit::TestDatabase;
use tempfile::TempDir;

use crate::support::{Browser, Rows, ServerProcess, recordings};

/// A database and a directory that outlive the servers that use them.
pub(crate) struct World {
    pub(crate) database: TestDatabase,
    pub(crate) home: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self {
            database: TestDatabase::new().await,
            home: tempfile::tempdir().unwrap(),
        }
    }

    pub(crate) fn start(&self, role: &str) -> ServerProcess {
        ServerProcess::start(&self.database, self.home.path(), role)
    }

    pub(crate) fn rows(&self) -> Rows {
        Rows::of(&self.database)
    }
}

pub(crate) async fn demo_doctor(server: &ServerProcess) -> Browser {
    let doctor = Browser::new(&server.address);
    doctor.sign_in_as(DEMO_EMAIL, DEMO_PASSWORD).await;
    doctor
}

/// Follows a dictation to its end on a server that was started again.
pub(crate) async fn completed(doctor: &Browser, id: &str) -> DictationEvent {
    let last = doctor.events(id, None).await.rest().await.pop().unwrap();
    assert_eq!(
        last.status,
        TranscriptionStatus::Completed,
        "{:?}",
        last.failure
    );
    last
}

/// The interrupted dictation is, word for word and entity for entity, what the
/// same recording gives without any interruption, and every row is there once.
pub(crate) async fn assert_completed_once(
    world: &World,
    doctor: &Browser,
    id: &str,
    recording: Vec<u8>,
) {
    let whole = doctor.dictate("whole.m4a", recording.clone()).await;
    completed(doctor, &whole).await;
    let (interrupted, expected) = (doctor.dictation(id).await, doctor.dictation(&whole).await);
    assert!(!expected["entities"].as_array().unwrap().is_empty());
    assert_eq!(interrupted["transcript"], expected["transcript"]);
    assert_eq!(interrupted["segments"], expected["segments"]);
    assert_eq!(
        without_ids(&interrupted["entities"]),
        without_ids(&expected["entities"])
    );

    let rows = world.rows();
    for table in [
        "transcript_segments",
        "transcript_words",
        "medical_entities",
    ] {
        let (found, expected) = (
            rows.count_of(table, id).await,
            rows.count_of(table, &whole).await,
        );
        assert_eq!(found, expected, "{table}");
        assert!(found > 0, "{table}");
    }
    for step in ["create", "transcribed", "complete"] {
        let times = rows.audited(id, &format!("transcription.{step}")).await;
        assert_eq!(times, 1, "{step} happened once");
    }
    assert_eq!(rows.count("transcriptions").await, 2);
    assert_eq!(rows.count("jobs").await, 0);
    assert_eq!(rows.count("object_intents").await, 0);
    assert_nothing_lies_open(world.home.path(), &recording, 2);
}

fn without_ids(entities: &Value) -> Vec<Value> {
    let mut entities = entities.as_array().unwrap().clone();
    for entity in &mut entities {
        entity.as_object_mut().unwrap().remove("id");
    }
    entities
}

/// Nothing in the clear is left of the processes that were killed: the spools are
/// empty, and every file of the object store is sealed.
fn assert_nothing_lies_open(home: &Path, recording: &[u8], stored: usize) {
    let spooled: Vec<_> = files(&home.join("spool"))
        .into_iter()
        .filter(|path| path.file_name().unwrap() != "lock")
        .collect();
    assert_eq!(spooled, Vec::<PathBuf>::new());

    let objects = files(&home.join("objects"));
    assert_eq!(objects.len(), stored, "{objects:?}");
    for path in &objects {
        let content = fs::read(path).unwrap();
        assert!(content.len() >= recording.len(), "{path:?} is cut off");
        assert!(!shows_part_of(recording, &content), "{path:?} is open");
    }
}

/// Whether a piece from anywhere in the recording can be read in the file.
fn shows_part_of(recording: &[u8], content: &[u8]) -> bool {
    const PIECE: usize = 16;
    let pieces: HashSet<&[u8]> = recording
        .chunks_exact(PIECE)
        // Runs of one byte are in many files.
        .filter(|piece| piece.iter().any(|byte| *byte != piece[0]))
        .collect();
    assert!(pieces.len() > 100, "the recording has pieces to look for");
    content.windows(PIECE).any(|window| pieces.contains(window))
}

/// All files below a directory.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}

#[test]
fn an_open_recording_is_noticed() {
    let recording = recordings::short();
    let mut wrapped = b"0123456789".to_vec();
    wrapped.extend_from_slice(&recording[recording.len() / 2..]);
    assert!(shows_part_of(&recording, &wrapped));
    let other: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    assert!(!shows_part_of(&recording, &other));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_dictation_survives() {
    let world = World::new().await;
    let server = world.start("web");
    let doctor = demo_doctor(&server).await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    assert_eq!(doctor.dictation(&id).await["stage"], "QUEUED");
    server.kill();

    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    completed(&doctor, &id).await;
    assert_completed_once(&world, &doctor, &id, recordings::short()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_that_is_being_heard_survives_two_crashes() {
    let world = World::new().await;
    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    let id = doctor.dictate("a.m4a", recordings::sample()).await;
    let mut events = doctor.events(&id, None).await;
    events.until(|event| !event.segments.is_empty()).await;
    // From here on the worker can write nothing more about it.
    let hold = world.rows().hold_dictation(&id).await;
    assert_eq!(doctor.dictation(&id).await["stage"], "TRANSCRIBING");
    server.kill();
    hold.rollback().await.unwrap();

    // The next one is killed while it is at it again.
    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    let mut events = doctor.events(&id, None).await;
    events
        .until(|event| event.stage == Stage::Transcribing && event.attempt > 1)
        .await;
    server.kill();

    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    completed(&doctor, &id).await;
    assert_completed_once(&world, &doctor, &id, recordings::sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictation_that_is_being_understood_survives() {
    let world = World::new().await;
    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    // Finding entities takes no time; storing them has to wait for this.
    let hold = world.rows().hold_entities().await;
    let id = doctor.dictate("a.m4a", recordings::short()).await;
    let mut events = doctor.events(&id, None).await;
    events.until(|event| event.stage == Stage::Extracting).await;
    server.kill();
    hold.rollback().await.unwrap();

    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    let events = doctor.events(&id, None).await.rest().await;
    assert!(
        events
            .iter()
            .all(|event| event.stage != Stage::Transcribing),
        "what was heard is not heard again"
    );
    assert_completed_once(&world, &doctor, &id, recordings::short()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_gives_its_dictation_back_at_once() {
    let world = World::new().await;
    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    let id = doctor.dictate("a.m4a", recordings::sample()).await;
    let mut events = doctor.events(&id, None).await;
    events
        .until(|event| event.stage == Stage::Transcribing)
        .await;
    server.terminate();
    assert_eq!(
        world.rows().count("jobs WHERE lease_token IS NULL").await,
        1
    );

    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    completed(&doctor, &id).await;
    assert_completed_once(&world, &doctor, &id, recordings::sample()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_what_happened_and_nothing_of_whom_or_what_was_said() {
    let world = World::new().await;
    let server = world.start("all");
    let doctor = demo_doctor(&server).await;
    let id = doctor
        .dictate("Imran-notes.m4a", recordings::sample())
        .await;
    completed(&doctor, &id).await;
    let words = json!({ "search": "Imran" });
    let found = doctor.post("/api/v1/transcriptions/search", &words).await;
    assert_eq!(found.status(), 200);
    let refused = doctor.upload("Imran.wav", recordings::lie()).await;
    assert_eq!(refused.status(), 422);
    let transcript = doctor.dictation(&id).await["transcript"].to_string();
    let log = server.terminate().to_lowercase();

    for told in [
        "/api/v1/transcriptions/{id}/events",
        "duration_ms",
        "request_id",
    ] {
        assert!(log.contains(told), "{told}:\n{log}");
    }
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
    for private in [
        "imran",
        "metformin",
        "diabetes",
        DEMO_EMAIL,
        "demo-doctor-1",
        "search=",
    ] {
        assert!(!log.contains(private), "{private}:\n{log}");
    }
    let beginning: String = transcript.to_lowercase().chars().skip(1).take(20).collect();
    assert!(!log.contains(&beginning), "{beginning}:\n{log}");
}
