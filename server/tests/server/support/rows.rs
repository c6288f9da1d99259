use seva_testkit::TestDatabase;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool, Postgres, Transaction};

/// What the database holds, whatever the server says.
#[derive(Clone)]
pub(crate) struct Rows(PgPool);

impl Rows {
    pub(crate) fn of(database: &TestDatabase) -> Self {
        Self(database.pool().clone())
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&self.0)
            .await
            .unwrap()
    }

    /// The same, of one dictation.
    pub(crate) async fn count_of(&self, table: &str, id: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE transcription_id = $1::uuid");
        sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(id)
            .fetch_one(&self.0)
            .await
            .unwrap()
    }

    /// Whether a server waits for what a test holds.
    pub(crate) async fn someone_waits(&self) -> bool {
        self.count(
            "pg_stat_activity WHERE datname = current_database()
                AND application_name = 'seva' AND wait_event_type = 'Lock'",
        )
        .await
            > 0
    }

    /// Lets so many hours pass since everybody signed in.
    pub(crate) async fn age_sessions(&self, hours: i32) {
        sqlx::query("UPDATE sessions SET created_at = created_at - make_interval(hours => $1)")
            .bind(hours)
            .execute(&self.0)
            .await
            .unwrap();
    }

    /// Connections of servers.
    pub(crate) async fn connections(&self) -> i64 {
        self.count(
            "pg_stat_activity WHERE datname = current_database() AND application_name = 'seva'",
        )
        .await
    }

    /// Lets no server connect any more, and ends the connections that there are.
    pub(crate) async fn cut_off(&self) {
        let database: String = sqlx::query_scalar("SELECT quote_ident(current_database())")
            .fetch_one(&self.0)
            .await
            .unwrap();
        // Only from another database can this one be closed.
        let server = std::env::var("DATABASE_URL").unwrap();
        let mut other = PgConnection::connect(&server).await.unwrap();
        let sql = format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false");
        sqlx::query(AssertSqlSafe(sql))
            .execute(&mut other)
            .await
            .unwrap();
        other.close().await.unwrap();
        sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'seva'",
        )
        .execute(&self.0)
        .await
        .unwrap();
    }

    /// How often the audit trail says that something was done to a dictation.
    pub(crate) async fn audited(&self, id: &str, action: &str) -> i64 {
        sqlx::query_scalar(
            "SELECT count(*) FROM audit_events WHERE entity_id = $1::uuid AND action = $2",
        )
        .bind(id)
        .bind(action)
        .fetch_one(&self.0)
        .await
        .unwrap()
    }

    /// What was done to a row, in order, each with the token by which it was done, or with
    /// `-` where there was none.
    pub(crate) async fn acts(&self, id: &str) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT action || ' ' || COALESCE(token_id::text, '-') FROM audit_events
              WHERE entity_id = $1::uuid ORDER BY occurred_at, id",
        )
        .bind(id)
        .fetch_all(&self.0)
        .await
        .unwrap()
    }

    /// Lets codes of authenticators count again that were used, as time would.
    pub(crate) async fn let_steps_pass(&self) {
        sqlx::query("UPDATE local_authenticators SET last_step = 0")
            .execute(&self.0)
            .await
            .unwrap();
    }

    /// Ends a waiting dictation as one that was heard and whose entities could not be
    /// found.
    pub(crate) async fn end_without_entities(&self, id: &str, transcript: &str) {
        sqlx::query(
            "WITH ended AS (DELETE FROM jobs WHERE transcription_id = $1::uuid)
             UPDATE transcriptions
                SET status = 'COMPLETED', stage = 'DONE', progress = 100, transcript_text = $2,
                    extraction_failed = true, completed_at = now(), version = version + 1
              WHERE id = $1::uuid",
        )
        .bind(id)
        .bind(transcript)
        .execute(&self.0)
        .await
        .unwrap();
    }

    /// Ends a waiting dictation as one in which these words were heard, at those seconds.
    pub(crate) async fn end_with_words(&self, id: &str, words: &[(&str, f64, f64)]) {
        let texts: Vec<_> = words.iter().map(|(text, ..)| *text).collect();
        self.end_without_entities(id, &texts.join(" ")).await;
        sqlx::query(
            "INSERT INTO transcript_segments
                 (transcription_id, user_id, index, version, start_seconds, end_seconds, text)
             SELECT id, user_id, 0, version, 0, duration_seconds, transcript_text
               FROM transcriptions WHERE id = $1::uuid",
        )
        .bind(id)
        .execute(&self.0)
        .await
        .unwrap();
        for (place, (text, start, end)) in (0_i32..).zip(words) {
            sqlx::query(
                "INSERT INTO transcript_words (transcription_id, user_id, index, segment_index,
                        text, start_seconds, end_seconds, confidence)
                 SELECT id, user_id, $2, 0, $3, $4, $5, 0.9
                   FROM transcriptions WHERE id = $1::uuid",
            )
            .bind(id)
            .bind(place)
            .bind(*text)
            .bind(*start)
            .bind(*end)
            .execute(&self.0)
            .await
            .unwrap();
        }
    }

    /// Where the paper of a prescription is stored, if it is.
    pub(crate) async fn paper_key(&self, id: &str) -> Option<String> {
        sqlx::query_scalar("SELECT pdf_key FROM prescriptions WHERE id = $1::uuid")
            .bind(id)
            .fetch_one(&self.0)
            .await
            .unwrap()
    }

    /// Lets so much time pass for what is remembered of requests.
    pub(crate) async fn age_requests(&self, hours: i32) {
        sqlx::query(
            "UPDATE idempotency_keys SET created_at = created_at - make_interval(hours => $1)",
        )
        .bind(hours)
        .execute(&self.0)
        .await
        .unwrap();
    }

    /// All that is remembered of requests, as text.
    pub(crate) async fn requests(&self) -> String {
        sqlx::query_scalar("SELECT COALESCE(string_agg(k::text, ' '), '') FROM idempotency_keys k")
            .fetch_one(&self.0)
            .await
            .unwrap()
    }

    /// Holds whoever wants to change this dictation's row, until it is dropped.
    pub(crate) async fn hold_dictation(&self, id: &str) -> Transaction<'static, Postgres> {
        let mut hold = self.0.begin().await.unwrap();
        sqlx::query("SELECT 1 FROM transcriptions WHERE id = $1::uuid FOR UPDATE")
            .bind(id)
            .execute(&mut *hold)
            .await
            .unwrap();
        hold
    }

    /// Holds whoever wants to write entities, until it is dropped.
    pub(crate) async fn hold_entities(&self) -> Transaction<'static, Postgres> {
        let mut hold = self.0.begin().await.unwrap();
        sqlx::query("LOCK TABLE medical_entities IN SHARE MODE")
            .execute(&mut *hold)
            .await
            .unwrap();
        hold
    }
}
