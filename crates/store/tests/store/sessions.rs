//! Sessions are unreadable without the key.

use serde_json::json;
use seva_model::UserId;
use seva_store::{SESSION_USER_KEY, SealedSessionStore, SessionKey, end_sessions};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
};

use crate::fixture::{World, commit};

const SECRET: &str = "refresh-token-of-the-provider";

fn store(world: &World) -> SealedSessionStore {
    SealedSessionStore::new(world.pool().clone(), &[5; 32])
}

fn record(user: Option<UserId>) -> Record {
    let mut record = Record {
        id: Id::default(),
        data: [("token".to_owned(), json!(SECRET))].into(),
        // PostgreSQL keeps microseconds.
        expiry_date: (OffsetDateTime::now_utc() + Duration::hours(1))
            .replace_microsecond(0)
            .unwrap(),
    };
    if let Some(user) = user {
        record.data.insert(SESSION_USER_KEY.to_owned(), json!(user));
    }
    record
}

async fn created(store: &SealedSessionStore, user: Option<UserId>) -> Record {
    let mut record = record(user);
    store.create(&mut record).await.unwrap();
    record
}

#[tokio::test]
async fn a_session_is_kept_changed_and_deleted() {
    let world = World::new().await;
    let store = store(&world);
    let mut record = created(&store, Some(world.asha)).await;
    assert_eq!(store.load(&record.id).await.unwrap(), Some(record.clone()));
    record.data.insert("more".to_owned(), json!([1, 2]));
    record.expiry_date += Duration::hours(1);
    store.save(&record).await.unwrap();
    assert_eq!(store.load(&record.id).await.unwrap(), Some(record.clone()));
    store.delete(&record.id).await.unwrap();
    assert_eq!(store.load(&record.id).await.unwrap(), None);
    store.save(&record).await.unwrap();
    assert_eq!(
        store.load(&record.id).await.unwrap(),
        None,
        "what was signed out stays so"
    );
}

#[tokio::test]
async fn the_table_tells_neither_payload_nor_id() {
    let world = World::new().await;
    let store = store(&world);
    let record = created(&store, Some(world.asha)).await;
    let (id_hash, payload): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("SELECT id_hash, payload FROM sessions")
            .fetch_one(world.pool())
            .await
            .unwrap();
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|w| w == part);
    assert!(!holds(&payload, SECRET.as_bytes()) && !holds(&payload, b"token"));
    for id in [record.id.0.to_le_bytes(), record.id.0.to_be_bytes()] {
        assert!(!holds(&id_hash, &id) && !holds(&payload, &id));
    }
    // Sealing the same twice gives other bytes.
    store.save(&record).await.unwrap();
    let again: Vec<u8> = sqlx::query_scalar("SELECT payload FROM sessions")
        .fetch_one(world.pool())
        .await
        .unwrap();
    assert_ne!(again, payload);
}

#[tokio::test]
async fn another_key_or_a_changed_payload_is_no_session() {
    let world = World::new().await;
    let store = store(&world);
    let (one, two) = (created(&store, None).await, created(&store, None).await);
    let other = SealedSessionStore::new(world.pool().clone(), &[6; 32]);
    assert_eq!(other.load(&one.id).await.unwrap(), None);

    sqlx::query(
        "UPDATE sessions SET payload = o.payload FROM (SELECT id_hash, payload FROM sessions) o
          WHERE o.id_hash <> sessions.id_hash",
    )
    .execute(world.pool())
    .await
    .unwrap();
    assert_eq!(
        store.load(&one.id).await.unwrap(),
        None,
        "payloads of two rows were swapped"
    );

    store.save(&two).await.unwrap();
    assert!(store.load(&two.id).await.unwrap().is_some());
    sqlx::query("UPDATE sessions SET payload = set_byte(payload, 20, get_byte(payload, 20) # 1)")
        .execute(world.pool())
        .await
        .unwrap();
    assert_eq!(
        store.load(&two.id).await.unwrap(),
        None,
        "a bit was flipped"
    );
    sqlx::query("UPDATE sessions SET payload = 'short'")
        .execute(world.pool())
        .await
        .unwrap();
    assert_eq!(store.load(&two.id).await.unwrap(), None);
}

#[tokio::test]
async fn an_expired_session_is_none_and_is_cleared() {
    let world = World::new().await;
    let store = store(&world);
    let living = created(&store, None).await;
    let mut old = record(None);
    old.expiry_date = OffsetDateTime::now_utc() - Duration::seconds(1);
    store.create(&mut old).await.unwrap();
    assert_eq!(store.load(&old.id).await.unwrap(), None);
    assert_eq!(store.delete_expired().await.unwrap(), 1);
    assert_eq!(store.delete_expired().await.unwrap(), 0);
    assert!(store.load(&living.id).await.unwrap().is_some());
}

/// However much it is used: a stolen cookie is worth nothing after that.
#[tokio::test]
async fn a_session_that_is_too_old_is_none_though_it_is_in_use() {
    let world = World::new().await;
    let store = store(&world).ending_after(std::time::Duration::from_secs(3600));
    let old = created(&store, Some(world.asha)).await;
    let young = created(&store, Some(world.ravi)).await;
    let age = "UPDATE sessions SET created_at = now() - interval '1 hour' WHERE user_id = $1";
    world.sql(age, world.asha.as_uuid()).await;
    let age = "UPDATE sessions SET created_at = now() - interval '59 minutes' WHERE user_id = $1";
    world.sql(age, world.ravi.as_uuid()).await;

    store.save(&old).await.unwrap();
    assert_eq!(store.load(&old.id).await.unwrap(), None);
    assert!(store.load(&young.id).await.unwrap().is_some());
    let unlimited = self::store(&world);
    assert!(unlimited.load(&old.id).await.unwrap().is_some());
    assert_eq!(unlimited.delete_expired().await.unwrap(), 0);
    assert_eq!(store.delete_expired().await.unwrap(), 1);
    assert_eq!(unlimited.load(&old.id).await.unwrap(), None);
}

#[tokio::test]
async fn an_id_in_use_is_never_given_twice() {
    let world = World::new().await;
    let store = store(&world);
    let first = created(&store, Some(world.asha)).await;
    let mut second = record(Some(world.ravi));
    second.id = first.id;
    store.create(&mut second).await.unwrap();
    assert_ne!(second.id, first.id);
    assert_eq!(store.load(&first.id).await.unwrap(), Some(first));
    assert_eq!(store.load(&second.id).await.unwrap(), Some(second));
}

#[tokio::test]
async fn a_session_is_open_for_its_person_until_it_ends() {
    let world = World::new().await;
    let store = store(&world).ending_after(std::time::Duration::from_secs(3600));
    let is_open = async |record: &Record, user| {
        let key = SessionKey::of(record.id);
        store.is_open(key, user).await.unwrap()
    };
    let one = created(&store, Some(world.asha)).await;
    let other = created(&store, Some(world.asha)).await;
    let of_nobody = created(&store, None).await;
    assert!(is_open(&one, world.asha).await);
    assert!(!is_open(&one, world.ravi).await);
    assert!(!is_open(&of_nobody, world.asha).await);

    let kept = Some(SessionKey::of(other.id));
    commit!(world, end_sessions, world.asha, kept).unwrap();
    assert!(!is_open(&one, world.asha).await);
    assert!(is_open(&other, world.asha).await);
    world
        .sql(
            "UPDATE users SET sign_in_epoch = sign_in_epoch + 1 WHERE id = $1",
            world.asha.as_uuid(),
        )
        .await;
    assert!(
        !is_open(&other, world.asha).await,
        "of an epoch that is over"
    );

    for end in ["expires_at", "created_at"] {
        let record = created(&store, Some(world.ravi)).await;
        assert!(is_open(&record, world.ravi).await);
        let sql = format!("UPDATE sessions SET {end} = now() - interval '61 minutes'");
        let aged = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(world.pool());
        aged.await.unwrap();
        assert!(!is_open(&record, world.ravi).await, "{end}");
    }
}
