use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, PgPool, Postgres,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Result;

/// A transaction that rolls back unless it is [`commit`]ted.
pub type Transaction = sqlx::Transaction<'static, Postgres>;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Opens 2 to 10 connections to `postgres://user:password@host:port/database`.
///
/// A statement may take 10 s, a transaction may idle 30 s, and a caller waits
/// 5 s for a free connection.
///
/// # Errors
/// [`StoreError::Database`] when the address is not valid or nobody answers.
pub async fn connect(url: &str) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?
        .application_name("seva")
        .options([
            ("statement_timeout", "10s"),
            ("idle_in_transaction_session_timeout", "30s"),
        ]);
    Ok(PgPoolOptions::new()
        .min_connections(2)
        .max_connections(10)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await?)
}

/// Brings the database up to this program's schema. Processes that start at
/// once wait for each other.
///
/// # Errors
/// [`StoreError::Database`] when a migration fails or a landed one was changed.
pub async fn migrate(pool: &PgPool) -> Result<()> {
    // A connection of its own: rewriting a large table may take longer than a
    // statement of the product ever should.
    let mut connection = pool.acquire().await?.detach();
    sqlx::query("SET statement_timeout = 0")
        .execute(&mut connection)
        .await?;
    MIGRATOR
        .run(&mut connection)
        .await
        .map_err(sqlx::Error::from)?;
    connection.close().await?;
    Ok(())
}

/// Whether the database answers.
///
/// # Errors
/// [`StoreError::Database`] when it does not.
pub async fn ping(pool: &PgPool) -> Result<()> {
    sqlx::query("SELECT 1").execute(pool).await?;
    Ok(())
}

/// Opens a transaction.
///
/// # Errors
/// [`StoreError::Database`] when no connection can be had.
pub async fn begin(pool: &PgPool) -> Result<Transaction> {
    let pool = pool.clone();
    to_its_end(async move { pool.begin().await }).await
}

/// Opens a transaction in which all queries see one moment.
pub(crate) async fn begin_snapshot(pool: &PgPool) -> Result<Transaction> {
    let pool = pool.clone();
    to_its_end(async move {
        pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await
    })
    .await
}

/// Begins in a task of its own, because it must not be dropped halfway: sqlx 0.9
/// gives a connection whose `BEGIN` was sent but not answered back to the pool
/// with the transaction open, and what others then write over it never commits.
async fn to_its_end(
    begin: impl Future<Output = Result<Transaction, sqlx::Error>> + Send + 'static,
) -> Result<Transaction> {
    let begun = tokio::spawn(begin).await;
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
