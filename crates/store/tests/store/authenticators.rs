//! Authenticator apps of the embedded identity provider, and sessions that end.

use std::time::Duration;

use serde_json::json;
use seva_model::UserId;
use seva_store::{
    SESSION_EPOCH_KEY, SealedSessionStore, SessionKey, end_session, end_sessions,
    local_authenticators as authenticators, local_authenticators::StoredAuthenticator, users,
};
use tower_sessions::{SessionStore as _, session::Record};

use crate::fixture::{World, commit, is_not_found};

const WINDOW: Duration = Duration::from_secs(60);

async fn take_try(world: &World, user: UserId) -> Option<StoredAuthenticator> {
    authenticators::take_try(world.pool(), user, 2, WINDOW)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_secret_counts_when_it_is_confirmed_and_the_one_before_goes_on_until_then() {
    let world = World::new().await;
    let asha = world.asha;
    assert!(take_try(&world, asha).await.is_none());
    commit!(world, authenticators::begin, asha, b"first").unwrap();
    let kept = take_try(&world, asha).await.unwrap();
    assert_eq!(
        (kept.secret, kept.new_secret),
        (None, Some(b"first".to_vec()))
    );
    is_not_found(
        "another secret",
        commit!(world, authenticators::confirm, asha, b"other", 7),
    );
    commit!(world, authenticators::confirm, asha, b"first", 7).unwrap();
    commit!(world, authenticators::begin, asha, b"second").unwrap();
    let kept = take_try(&world, asha).await.unwrap();
    assert_eq!(
        (kept.secret, kept.new_secret),
        (Some(b"first".to_vec()), Some(b"second".to_vec()))
    );
    assert!(take_try(&world, world.ravi).await.is_none());
    for was_on in [true, false] {
        let removed = commit!(world, authenticators::remove, asha).unwrap();
        assert_eq!(removed, was_on);
        assert!(take_try(&world, asha).await.is_none());
    }
    commit!(world, authenticators::begin, asha, b"third").unwrap();
    let removed = commit!(world, authenticators::remove, asha).unwrap();
    assert!(!removed, "it never counted");
}

#[tokio::test]
async fn a_step_is_used_once_and_no_earlier_one_after_it() {
    let world = World::new().await;
    let asha = world.asha;
    commit!(world, authenticators::begin, asha, b"first").unwrap();
    commit!(world, authenticators::confirm, asha, b"first", 7).unwrap();
    for (step, counts) in [(7, false), (6, false), (8, true), (8, false), (10, true)] {
        let used = commit!(world, authenticators::use_step, asha, step).unwrap();
        assert_eq!(used, counts, "{step}");
    }
}

#[tokio::test]
async fn tries_are_counted_until_a_code_was_right_or_the_window_is_over() {
    let world = World::new().await;
    let asha = world.asha;
    commit!(world, authenticators::begin, asha, b"first").unwrap();
    let admitted = async || take_try(&world, asha).await.unwrap().admitted;
    assert!(admitted().await);
    assert!(admitted().await);
    assert!(!admitted().await);
    assert!(!admitted().await);
    sqlx::query("UPDATE local_authenticators SET tries_since = now() - interval '1 minute'")
        .execute(world.pool())
        .await
        .unwrap();
    assert!(admitted().await);
    commit!(world, authenticators::use_step, asha, 1).unwrap();
    assert!(admitted().await);
    assert!(admitted().await);
    assert!(!admitted().await);
}

#[tokio::test]
async fn the_sessions_of_a_person_end_but_for_the_one_to_keep() {
    let world = World::new().await;
    let store = SealedSessionStore::new(world.pool().clone(), &[1; 32]);
    let mut ids = Vec::new();
    for user in [world.asha, world.asha, world.asha, world.ravi] {
        let mut record = Record {
            id: tower_sessions::session::Id::default(),
            data: [("user_id".to_owned(), json!(user))].into(),
            expiry_date: time::OffsetDateTime::now_utc() + time::Duration::hours(1),
        };
        store.create(&mut record).await.unwrap();
        ids.push(record.id);
    }
    let open = async || {
        let mut open = Vec::new();
        for id in &ids {
            open.push(store.load(id).await.unwrap().is_some());
        }
        open
    };
    let keep = Some(SessionKey::of(ids[1]));
    let ended = commit!(world, end_sessions, world.asha, keep).unwrap();
    assert_eq!(ended, 2);
    assert_eq!(open().await, [false, true, false, true]);
    // What is written into it later does not bring the epoch before back.
    let mut kept = store.load(&ids[1]).await.unwrap().unwrap();
    kept.data.insert("more".to_owned(), json!(1));
    store.save(&kept).await.unwrap();
    assert_eq!(open().await, [false, true, false, true]);
    assert_eq!(commit!(world, end_sessions, world.asha, None).unwrap(), 1);
    assert_eq!(open().await, [false, false, false, true]);
    let nobody = UserId::generate();
    is_not_found("person", commit!(world, end_sessions, nobody, None));
}

#[tokio::test]
async fn a_sign_in_that_was_under_way_makes_no_session() {
    let world = World::new().await;
    let store = SealedSessionStore::new(world.pool().clone(), &[1; 32]);
    let address = "asha@clinic.example".parse().unwrap();
    let epoch = async || {
        let epoch = users::sign_in_epoch(world.pool(), &address).await;
        epoch.unwrap().unwrap()
    };
    let begun_in = |epoch| Record {
        id: tower_sessions::session::Id::default(),
        data: [
            ("user_id".to_owned(), json!(world.asha)),
            (SESSION_EPOCH_KEY.to_owned(), json!(epoch)),
        ]
        .into(),
        expiry_date: time::OffsetDateTime::now_utc() + time::Duration::hours(1),
    };
    let mut early = begun_in(epoch().await);
    commit!(world, end_sessions, world.asha, None).unwrap();
    let mut late = begun_in(epoch().await);
    store.create(&mut early).await.unwrap();
    store.create(&mut late).await.unwrap();
    assert!(store.load(&early.id).await.unwrap().is_none());
    assert!(store.load(&late.id).await.unwrap().is_some());
    let nobody = "nobody@clinic.example".parse().unwrap();
    let unknown = users::sign_in_epoch(world.pool(), &nobody).await;
    assert_eq!(unknown.unwrap(), None);

    for _ in 0..2 {
        commit!(world, end_session, SessionKey::of(late.id)).unwrap();
        assert!(store.load(&late.id).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_person_is_found_by_their_address() {
    let world = World::new().await;
    let mut connection = world.pool().acquire().await.unwrap();
    for (address, found) in [
        ("asha@clinic.example", Some(world.asha)),
        ("nobody@clinic.example", None),
    ] {
        let address = address.parse().unwrap();
        let user = users::find_by_email(&mut connection, &address).await;
        assert_eq!(user.unwrap(), found);
    }
}
