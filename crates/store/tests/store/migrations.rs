//! Processes that start at once, and how each uses its connections.

use std::time::Duration;

use seva_store::PoolSettings;
use seva_testkit::TestDatabase;

/// Sessions of this database that wait for, or hold, an advisory lock.
const LOCKS: &str = "SELECT count(*) FROM pg_locks
                      WHERE locktype = 'advisory' AND granted = $1
                        AND database = (SELECT oid FROM pg_database
                                         WHERE datname = current_database())";

async fn locks(database: &TestDatabase, granted: bool) -> i64 {
    sqlx::query_scalar(LOCKS)
        .bind(granted)
        .fetch_one(database.pool())
        .await
        .unwrap()
}

async fn eventually(database: &TestDatabase, granted: bool, count: i64) {
    let wait = async {
        while locks(database, granted).await != count {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.expect("the locks are taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_migrates_and_the_others_wait_for_it() {
    let database = TestDatabase::new().await;
    // Whoever migrates reads what was done before; until this ends it can't.
    let mut hold = database.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *hold)
        .await
        .unwrap();
    let second = async {
        eventually(&database, true, 1).await;
        seva_store::migrate(database.pool()).await
    };
    let release = async {
        eventually(&database, true, 1).await;
        eventually(&database, false, 1).await;
        hold.rollback().await.unwrap();
    };
    let (first, second, ()) = tokio::join!(seva_store::migrate(database.pool()), second, release);
    first.unwrap();
    second.unwrap();
    assert_eq!(locks(&database, true).await, 0, "it is given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_bring_an_empty_database_up_to_date() {
    let database = TestDatabase::new().await;
    sqlx::raw_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        .execute(database.pool())
        .await
        .unwrap();
    let (first, second) = tokio::join!(
        seva_store::migrate(database.pool()),
        seva_store::migrate(database.pool()),
    );
    first.unwrap();
    second.unwrap();
    let broken: i64 = sqlx::query_scalar("SELECT count(*) FROM _sqlx_migrations WHERE NOT success")
        .fetch_one(database.pool())
        .await
        .unwrap();
    assert_eq!(broken, 0);
}

/// Property 30: two connections are kept, and there are never more than ten.
#[tokio::test]
async fn property_30_the_pool_has_two_to_ten_connections() {
    let settings = PoolSettings::default();
    assert_eq!(
        (settings.min_connections, settings.max_connections),
        (2, 10)
    );
    let database = TestDatabase::new().await;
    let url = database.url();
    let pool = seva_store::connect(&url, settings).await.unwrap();
    let mut taken = Vec::new();
    for _ in 0..10 {
        taken.push(pool.acquire().await.unwrap());
    }
    assert!(pool.try_acquire().is_none());
    assert_eq!(pool.size(), 10);
    let timeout: String = sqlx::query_scalar("SHOW statement_timeout")
        .fetch_one(&mut *taken[0])
        .await
        .unwrap();
    assert_eq!(timeout, "10s");
    drop(taken);
    pool.close().await;
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_given_up() {
    let database = TestDatabase::new().await;
    let settings = PoolSettings {
        statement_timeout: Duration::from_millis(50),
        ..PoolSettings::default()
    };
    let pool = seva_store::connect(&database.url(), settings)
        .await
        .unwrap();
    let refused = sqlx::query("SELECT pg_sleep(60)").execute(&pool).await;
    let refused = seva_store::StoreError::from(refused.unwrap_err());
    assert!(refused.to_string().contains("57014"), "{refused}");
    pool.close().await;
}
