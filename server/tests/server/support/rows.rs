use seva_testkit::TestDatabase;
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

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
