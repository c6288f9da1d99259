//! What a provider of speech may keep of a dictation.
//!
//! A provider takes part in no transaction. So a trace is announced before
//! anything is sent, the transaction that ends the dictation says that it is to
//! be forgotten, and the line stays until the provider said that nothing is left,
//! whatever becomes of the dictation and of the process that was at it.
//!
//! Forgetting and a new try of the same dictation keep out of each other's way: a
//! try takes back what was to be forgotten, and none begins while somebody is
//! telling the provider.

use std::time::Duration;

use seva_model::TranscriptionId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{Result, jobs, rows::interval};

/// A start that was broken off may reach the provider this much later, when a
/// provider that was asked too soon would have said that there is nothing.
pub(crate) const STRAGGLERS: Duration = Duration::from_secs(15);

/// A trace that one process has taken to have it removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debt {
    /// The dictation; its row may be gone.
    pub transcription_id: TranscriptionId,
    /// How often it was taken, from 1.
    pub tries: u32,
    /// Names this hold; the next one gets another.
    token: Uuid,
}

/// Says that a provider is about to get something of the dictation, and that it is
/// needed.
///
/// # Errors
/// [`crate::StoreError::LeaseLost`].
pub async fn announce(connection: &mut PgConnection, lease: &jobs::Lease) -> Result<()> {
    jobs::hold(connection, lease).await?;
    sqlx::query!(
        "INSERT INTO speech_traces (transcription_id) VALUES ($1)
         ON CONFLICT (transcription_id) DO UPDATE
            SET forget_after = NULL, tries = 0, lease_token = NULL, lease_until = NULL",
        lease.transcription_id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Says that nobody needs it any more, if there is a trace: it is to be forgotten
/// after `delay`.
pub(crate) async fn forget_after(
    connection: &mut PgConnection,
    id: TranscriptionId,
    delay: Duration,
) -> Result<()> {
    sqlx::query!(
        "UPDATE speech_traces SET forget_after = clock_timestamp() + $2::interval
          WHERE transcription_id = $1 AND forget_after IS NULL",
        id.as_uuid(),
        interval(delay),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes back that it is to be forgotten, unless the dictation's words are stored
/// and the next try needs nothing of it.
pub(crate) async fn take_back(connection: &mut PgConnection, id: TranscriptionId) -> Result<()> {
    sqlx::query!(
        "UPDATE speech_traces s SET forget_after = NULL, tries = 0 FROM transcriptions t
          WHERE s.transcription_id = $1 AND t.id = $1 AND t.transcript_text IS NULL",
        id.as_uuid(),
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the trace that has been due longest, to have it removed, and holds it for
/// `lease`. `None` when nothing is due.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn take(pool: &PgPool, lease: Duration) -> Result<Option<Debt>> {
    let token = Uuid::now_v7();
    Ok(sqlx::query!(
        "UPDATE speech_traces
            SET tries = tries + 1, lease_token = $1,
                lease_until = clock_timestamp() + $2::interval
          WHERE transcription_id = (
                SELECT transcription_id FROM speech_traces
                 WHERE forget_after <= clock_timestamp()
                   AND (lease_until IS NULL OR lease_until < clock_timestamp())
                 ORDER BY forget_after LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING transcription_id, tries",
        token,
        interval(lease),
    )
    .map(|row| Debt {
        transcription_id: row.transcription_id.into(),
        tries: row.tries.unsigned_abs(),
        token,
    })
    .fetch_optional(pool)
    .await?)
}

/// Ends a trace: the provider keeps nothing. Whoever lost his hold changes nothing.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn settle(pool: &PgPool, debt: &Debt) -> Result<()> {
    sqlx::query!(
        "DELETE FROM speech_traces WHERE transcription_id = $1 AND lease_token = $2",
        debt.transcription_id.as_uuid(),
        debt.token,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Gives a trace back that could not be removed, to be taken again after `delay`
/// unless a new try took it back.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn postpone(pool: &PgPool, debt: &Debt, delay: Duration) -> Result<()> {
    sqlx::query!(
        "UPDATE speech_traces
            SET lease_token = NULL, lease_until = NULL,
                forget_after = CASE WHEN forget_after IS NOT NULL
                                    THEN clock_timestamp() + $3::interval END
          WHERE transcription_id = $1 AND lease_token = $2",
        debt.transcription_id.as_uuid(),
        debt.token,
        interval(delay),
    )
    .execute(pool)
    .await?;
    Ok(())
}
