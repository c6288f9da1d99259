//! How much work waits, for whoever watches over the machines.

use std::time::Duration;

use sqlx::PgPool;

use crate::Result;

/// How many dictations are where. It tells nothing of whose they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// To be taken by the next worker that is free.
    pub waiting: u64,
    /// Given back for later, because something outside is down.
    pub postponed: u64,
    /// A worker has them.
    pub running: u64,
    /// How long the oldest of those that wait has been able to run.
    pub oldest_waiting: Duration,
}

/// Counts the queue.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn queue_depth(pool: &PgPool) -> Result<QueueDepth> {
    let row = sqlx::query!(
        r#"SELECT count(*) FILTER (WHERE NOT held AND due) AS "waiting!",
                  count(*) FILTER (WHERE NOT held AND NOT due) AS "postponed!",
                  count(*) FILTER (WHERE held) AS "running!",
                  COALESCE(max(extract(epoch FROM now() - runnable_at))
                      FILTER (WHERE NOT held AND due), 0)::float8 AS "oldest_seconds!"
             FROM (SELECT COALESCE(j.lease_until >= now(), false) AS held,
                          j.run_after <= now() AS due,
                          GREATEST(j.enqueued_at, j.run_after, j.lease_until)
                              AS runnable_at
                     FROM jobs j JOIN transcriptions t ON t.id = j.transcription_id
                    WHERE t.deleted_at IS NULL) AS queue"#
    )
    .fetch_one(pool)
    .await?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(QueueDepth {
        waiting: number(row.waiting),
        postponed: number(row.postponed),
        running: number(row.running),
        oldest_waiting: Duration::try_from_secs_f64(row.oldest_seconds).unwrap_or_default(),
    })
}
