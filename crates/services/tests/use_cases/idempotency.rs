//! What is remembered of requests, for as long as it is.

use std::time::Duration;

use seva_model::{ErrorCode, PrescriptionContent};
use seva_services::{IdempotencyKey, NewDictation, OnceOnly};

use crate::world::{Work, World, config, eventually};

const REQUESTS: &str = "SELECT count(*) FROM idempotency_keys";

fn request(body: &str) -> OnceOnly {
    let key: IdempotencyKey = "key".parse().unwrap();
    key.request("POST", "/prescriptions", body.as_bytes())
}

fn content(patient_name: &str) -> PrescriptionContent {
    PrescriptionContent {
        patient_name: patient_name.to_owned(),
        ..PrescriptionContent::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_and_its_request_are_remembered_together_or_not_at_all() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let services = &world.services;
    let create = |name: &str, once: OnceOnly| {
        let content = content(name);
        async move {
            services
                .create_prescription_once(doctor, None, content, Some(&once))
                .await
        }
    };
    let refused = create(&"x".repeat(256), request("long")).await;
    assert_eq!(refused.unwrap_err().code, ErrorCode::ValidationFailed);
    assert_eq!(world.count(REQUESTS).await, 0, "nothing was made");

    let made = create("Asha", request("short")).await.unwrap();
    let again = create("Asha", request("short")).await.unwrap();
    assert_eq!((made.id, made.status), (again.id, again.status));
    assert_eq!((made.replayed, again.replayed), (false, true));
    let other = create("Ravi", request("other")).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::IdempotencyKeyReused);
    assert_eq!(world.count("SELECT count(*) FROM prescriptions").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_came_twice_is_stored_once() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let key: IdempotencyKey = "visit".parse().unwrap();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (upload, new) = (world.upload(b"speech").await, NewDictation::default());
        let once = key.upload("POST", "/transcriptions", &upload, &new);
        let begun = world
            .services
            .begin_dictation_once(doctor, upload, new, Some(&once));
        ids.push(begun.await.unwrap().id);
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(world.objects.keys().len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM jobs").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_forgets_requests_after_a_day() {
    let world = World::new().await;
    let doctor = world.doctor("a").await;
    let once = request("short");
    world
        .services
        .create_prescription_once(doctor, None, content("Asha"), Some(&once))
        .await
        .unwrap();
    world
        .run_sql("UPDATE idempotency_keys SET created_at = now() - interval '25 hours'")
        .await;
    let mut config = config();
    config.purge_every = Duration::from_millis(20);
    let work = Work::start(&world.services, config);
    eventually(|| async { world.count(REQUESTS).await == 0 }).await;
    work.shut_down().await;
    assert_eq!(world.count("SELECT count(*) FROM prescriptions").await, 1);
}
