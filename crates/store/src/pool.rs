use std::{str::FromStr, time::Duration};

use sqlx::{
    AssertSqlSafe, Connection, PgPool, Postgres,
    migrate::{MigrateError, Migrator},
    postgres::{PgConnectOptions, PgPoolOptions},
};

use tracing::Instrument as _;

use crate::{Result, retry::retried};

/// A transaction that rolls back unless it is [`commit`]ted.
pub type Transaction = sqlx::Transaction<'static, Postgres>;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// How a process uses the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolSettings {
    /// Connections that are kept though nobody needs them.
    pub min_connections: u32,
    /// Connections at a time; one of them only listens.
    pub max_connections: u32,
    /// How long a statement may take.
    pub statement_timeout: Duration,
}

impl Default for PoolSettings {
    /// 2 to 10 connections, statements of 10 s.
    fn default() -> Self {
        Self {
            min_connections: 2,
            max_connections: 10,
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// Opens connections to `postgres://user:password@host:port/database`.
///
/// A transaction may idle 30 s, and a caller waits 5 s for a free connection. Each is
/// asked whether it lives before it is used.
///
/// # Errors
/// [`StoreError::Database`] when the address is not valid or nobody answers.
pub async fn connect(url: &str, settings: PoolSettings) -> Result<PgPool> {
    let statement_timeout = format!("{}ms", settings.statement_timeout.as_millis());
    let options = PgConnectOptions::from_str(url)?
        .application_name("seva")
        .options([
            ("statement_timeout", statement_timeout.as_str()),
            ("idle_in_transaction_session_timeout", "30s"),
            // What is asked for often finds its rows by an index whatever its arguments are:
            // planning the list anew each time takes as long as the list.
            ("plan_cache_mode", "force_generic_plan"),
        ]);
    Ok(PgPoolOptions::new()
        .min_connections(settings.min_connections)
        .max_connections(settings.max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await?)
}

/// How long a migration waits for a table. Behind it, everybody else who wants the
/// table waits too.
const LOCK_PATIENCE: &str = "3s";
/// How often it gives way to them and tries again: a backup may take minutes.
const MIGRATION_TRIES: u32 = 60;
/// PostgreSQL's `lock_not_available`.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Brings the database up to this program's schema. Processes that start at
/// once wait for each other (sqlx holds an advisory lock of the database meanwhile),
/// and none lets the rest of the product wait long.
///
/// # Errors
/// [`StoreError::Database`] when a migration fails, or a landed one was changed, or a
/// table can't be had for minutes.
pub async fn migrate(pool: &PgPool) -> Result<()> {
    // A connection of its own: rewriting a large table may take longer than a
    // statement of the product ever should.
    let mut connection = pool.acquire().await?.detach();
    sqlx::raw_sql(AssertSqlSafe(format!(
        "SET statement_timeout = 0; SET lock_timeout = '{LOCK_PATIENCE}'"
    )))
    .execute(&mut connection)
    .await?;
    let mut tries = 1;
    while let Err(error) = MIGRATOR.run(&mut connection).await {
        if tries == MIGRATION_TRIES || !is_in_use(&error) {
            return Err(sqlx::Error::from(error).into());
        }
        tries += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    connection.close().await?;
    Ok(())
}

/// Whether somebody else uses a table that a migration changes.
fn is_in_use(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .as_deref()
        == Some(LOCK_NOT_AVAILABLE)
}

/// Whether the database answers.
///
/// # Errors
/// [`StoreError::Database`] when it does not.
pub async fn ping(pool: &PgPool) -> Result<()> {
    sqlx::query("SELECT 1").execute(pool).await?;
    Ok(())
}

/// Opens a transaction. What was lost at its beginning is tried again: nothing was
/// done yet. What comes after it never is.
///
/// # Errors
/// [`StoreError::Database`] when no connection can be had.
pub async fn begin(pool: &PgPool) -> Result<Transaction> {
    retried("begin", || {
        let pool = pool.clone();
        to_its_end(async move { pool.begin().await })
    })
    .await
}

/// Opens a transaction in which all queries see one moment.
pub(crate) async fn begin_snapshot(pool: &PgPool) -> Result<Transaction> {
    retried("begin", || {
        let pool = pool.clone();
        to_its_end(async move {
            pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
        })
    })
    .await
}

/// Begins in a task of its own, because it must not be dropped halfway: sqlx 0.9
/// gives a connection whose `BEGIN` was sent but not answered back to the pool
/// with the transaction open, and what others then write over it never commits.
async fn to_its_end(
    begin: impl Future<Output = Result<Transaction, sqlx::Error>> + Send + 'static,
) -> Result<Transaction> {
    let begun = tokio::spawn(begin.in_current_span()).await;
    // The task ends early only together with the whole runtime.
    Ok(begun.unwrap_or(Err(sqlx::Error::WorkerCrashed))?)
}

/// Makes everything done in a transaction last.
///
/// # Errors
/// [`StoreError::Database`] when the answer did not come; then nobody knows
/// whether it committed.
pub async fn commit(transaction: Transaction) -> Result<()> {
    Ok(transaction.commit().await?)
}
