//! A new version comes up beside an old one that goes on working.

use std::time::Duration;

use seva_testkit::TestDatabase;

/// Whether anybody waits for a table of this database.
async fn waits(database: &TestDatabase) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_locks
                         WHERE NOT granted AND relation IS NOT NULL
                           AND database = (SELECT oid FROM pg_database
                                            WHERE datname = current_database()))",
    )
    .fetch_one(database.pool())
    .await
    .unwrap()
}

async fn until_waiting_is(database: &TestDatabase, wanted: bool) {
    let wait = async {
        while waits(database).await != wanted {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), wait).await;
    waited.expect("the migration waits, and then gives way");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_gives_way_to_who_waits_behind_it_and_tries_again() {
    let database = TestDatabase::new().await;
    // As a backup or a long report holds a table.
    let mut report = database.pool().begin().await.unwrap();
    sqlx::query("LOCK TABLE _sqlx_migrations IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *report)
        .await
        .unwrap();
    let (migrated, ()) = tokio::join!(seva_store::migrate(database.pool()), async {
        until_waiting_is(&database, true).await;
        until_waiting_is(&database, false).await;
        report.rollback().await.unwrap();
    });
    migrated.unwrap();
}
