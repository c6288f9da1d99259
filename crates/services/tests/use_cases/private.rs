//! The log tells what happened and never what was said, by whom or about whom.

use std::{cell::RefCell, io::Write, sync::Once};
use time::UtcOffset;

use seva_model::Password;
use seva_services::{NewDictation, ports::PortFailure};

use crate::{
    doubles::Speech,
    world::{World, registration},
};

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Writes to the log of the thread that logs.
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// For all threads: a subscriber of one thread misses the callsites that another
/// thread came to first.
fn log_everything() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(|| Log)
            .init();
    });
}

/// A wrong password and a right one: each has its outcome, and only the right one says
/// whose it was.
fn assert_attempts(log: &str, account: &str) {
    let attempts = log.lines().filter(|line| line.contains("sign-in attempt"));
    let attempts: Vec<_> = attempts.collect();
    let [refused, signed_in] = attempts[..] else {
        panic!("two attempts are to be logged:\n{log}");
    };
    assert!(
        refused.contains("outcome=AuthenticationFailed"),
        "{refused}"
    );
    assert!(!refused.contains(account), "{refused}");
    assert!(signed_in.contains("outcome=\"SignedIn\""), "{signed_in}");
    let id = format!("user_id={account}");
    assert!(signed_in.contains(&id), "{signed_in}");
}

/// On one thread, whose log then holds all that every task told.
#[tokio::test(flavor = "current_thread")]
async fn property_37_sign_ins_are_logged_by_their_outcome_and_nothing_private_is() {
    log_everything();
    let world = World::new().await;
    let doctor = world.doctor("meera").await;
    let person = registration("meera");
    let wrong = Password::attempt("Wrong-Pass-9".to_owned());
    world
        .services
        .sign_in(&person.email, &wrong)
        .await
        .unwrap_err();
    world
        .services
        .sign_in(&person.email, &person.password)
        .await
        .unwrap();
    world.transcriber.next(Speech::Fails { may_retry: true });
    world.extractor.fail(PortFailure::Unavailable);
    let named = NewDictation {
        patient_name: Some("Imran Qureshi".parse().unwrap()),
        ..NewDictation::default()
    };
    let upload = world.upload(b"speech").await;
    let id = world
        .services
        .begin_dictation(doctor, upload, named)
        .await
        .unwrap();
    let work = world.work();
    world.end_of(doctor, id).await;
    work.shut_down().await;
    world
        .services
        .edit_transcript(doctor, id, 0, "Take Tylenol 500 mg.")
        .await
        .unwrap();
    let prescription = world.services.draft_prescription(doctor, id).await.unwrap();
    world
        .services
        .finalize_prescription(doctor, prescription, 1, UtcOffset::UTC)
        .await
        .unwrap();

    let log = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    assert_attempts(&log, &doctor.to_string());
    for told in ["the test said so", &id.to_string()] {
        assert!(log.contains(told), "{told} is missing from the log:\n{log}");
    }
    for private in [
        "meera",
        "Wrong-Pass",
        "SecurePass",
        "Imran",
        "Asha",
        "Tylenol",
        "hypertension",
        "visit.m4a",
        "@",
    ] {
        assert!(!log.contains(private), "{private} is in the log");
    }
}
