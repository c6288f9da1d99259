use std::{env, str::FromStr, thread};

use sqlx::{
    AssertSqlSafe, Connection, PgConnection, PgPool,
    migrate::Migrator,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// Whoever prepares the template does it alone, across processes.
const TEMPLATE_LOCK: i64 = 0x5345_5641_0002;

/// A database of one test, removed when it is dropped.
pub struct TestDatabase {
    pool: PgPool,
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// Makes a database with all migrations applied.
    ///
    /// # Panics
    /// When `DATABASE_URL` is missing, or its server does not answer or does not
    /// let its role create databases.
    pub async fn new() -> Self {
        let server = server();
        let name = format!("seva_test_{}", Uuid::now_v7().simple());
        let mut admin = connect(&server).await;
        let template = template(&server, &mut admin).await;
        run(
            &mut admin,
            format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        admin.close().await.expect("closing a connection");
        let pool = PgPoolOptions::new()
            .max_connections(10)
            .connect_with(server.clone().database(&name))
            .await
            .expect("connecting to the new test database");
        Self { pool, server, name }
    }

    /// Connections to it.
    #[must_use]
    pub const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Its address, with the server's credentials.
    #[must_use]
    pub fn url(&self) -> String {
        use sqlx::ConnectOptions;
        self.server
            .clone()
            .database(&self.name)
            .to_url_lossy()
            .into()
    }
}

impl Drop for TestDatabase {
    /// The test's runtime may be gone or busy, so another thread with a runtime
    /// of its own removes the database. What fails here fails no test: the server
    /// of the tests is thrown away as a whole.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let removal = thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
            else {
                return;
            };
            runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect_with(&server).await {
                    let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = sqlx::query(AssertSqlSafe(sql)).execute(&mut admin).await;
                    let _ = admin.close().await;
                }
            });
        });
        let _ = removal.join();
    }
}

fn server() -> PgConnectOptions {
    let url = env::var("DATABASE_URL").expect(
        "DATABASE_URL is not set. Run the tests with `cargo xtask test`, which starts a \
         PostgreSQL server for them, or set it to postgres://USER@HOST:PORT/DATABASE of a server \
         on which that user may create databases.",
    );
    PgConnectOptions::from_str(&url)
        .expect("DATABASE_URL is not an address like postgres://USER@HOST:PORT/DATABASE")
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    PgConnection::connect_with(options)
        .await
        .expect("no connection to the server of DATABASE_URL")
}

/// Statements that create and drop databases take no parameters; the names in
/// them are made here.
async fn run(connection: &mut PgConnection, sql: String) {
    sqlx::query(AssertSqlSafe(sql.clone()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Name of a migrated database to copy. The name holds a digest of the
/// migrations, so that changed migrations get a new one.
async fn template(server: &PgConnectOptions, admin: &mut PgConnection) -> String {
    let name = format!("seva_template_{:016x}", digest_of_migrations());
    if is_ready(admin, &name).await {
        return name;
    }
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut *admin)
        .await
        .expect("waiting for the template");
    if !is_ready(admin, &name).await {
        run(
            admin,
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        )
        .await;
        run(admin, format!("CREATE DATABASE {name}")).await;
        let mut fresh = connect(&server.clone().database(&name)).await;
        MIGRATOR.run(&mut fresh).await.expect("the migrations");
        fresh.close().await.expect("closing a connection");
        // Says that it is whole; a process that died before left an unmarked one.
        run(admin, format!("ALTER DATABASE {name} IS_TEMPLATE true")).await;
    }
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(admin)
        .await
        .expect("giving the template free");
    name
}

async fn is_ready(admin: &mut PgConnection, name: &str) -> bool {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)",
    )
    .bind(name)
    .fetch_one(admin)
    .await
    .expect("asking for the template")
}

/// FNV-1a over the checksums of all migrations.
fn digest_of_migrations() -> u64 {
    MIGRATOR
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn count(db: &TestDatabase) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM users")
            .fetch_one(db.pool())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn databases_are_migrated_apart_and_removed() {
        let (one, two) = tokio::join!(TestDatabase::new(), TestDatabase::new());
        sqlx::query(
            "INSERT INTO users (id, subject, email, full_name)
             VALUES (gen_random_uuid(), 's', 'a@b.example', 'N')",
        )
        .execute(one.pool())
        .await
        .unwrap();
        assert_eq!((count(&one).await, count(&two).await), (1, 0));

        let (server, name) = (one.server.clone(), one.name.clone());
        assert!(one.url().contains(&name));
        drop(one);
        let left: bool =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(name)
                .fetch_one(&mut connect(&server).await)
                .await
                .unwrap();
        assert!(!left);
    }
}
