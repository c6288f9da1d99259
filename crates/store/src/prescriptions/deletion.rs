//! Deleting a draft: taken back for a moment, gone for good later. A signed
//! prescription is never deleted.

use std::time::Duration;

use seva_model::{PrescriptionId, UserId};
use sqlx::{PgConnection, PgPool};

use super::why_not;
use crate::{
    Result, jobs,
    rows::{changed, interval},
};

/// A deleted draft that can no longer be brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurgeableDraft {
    /// Row id.
    pub prescription_id: PrescriptionId,
    /// Whose it is.
    pub user_id: UserId,
}

/// Deletes a draft so that it can be brought back for a moment.
///
/// # Errors
/// [`crate::StoreError::NotFound`]; [`crate::StoreError::Signed`].
pub async fn soft_delete(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
) -> Result<()> {
    let deleted = sqlx::query!(
        "UPDATE prescriptions SET deleted_at = now()
          WHERE id = $1 AND user_id = $2 AND status = 'DRAFT' AND deleted_at IS NULL",
        id.as_uuid(),
        user.as_uuid(),
    )
    .execute(&mut *connection)
    .await?;
    match deleted.rows_affected() {
        0 => Err(why_not(connection, user, id).await?),
        _ => Ok(()),
    }
}

/// Brings a draft back that was deleted within [`jobs::UNDO_TIME`].
///
/// # Errors
/// [`crate::StoreError::NotFound`]; [`crate::StoreError::Taken`] when its
/// dictation got another draft meanwhile.
pub async fn undelete(
    connection: &mut PgConnection,
    user: UserId,
    id: PrescriptionId,
) -> Result<()> {
    let done = sqlx::query!(
        "UPDATE prescriptions SET deleted_at = NULL
          WHERE id = $1 AND user_id = $2 AND deleted_at > now() - $3::interval",
        id.as_uuid(),
        user.as_uuid(),
        interval(jobs::UNDO_TIME),
    )
    .execute(connection)
    .await?;
    changed(&done)
}

/// Drafts of all doctors that were deleted at least `age` ago (at least twice
/// [`jobs::UNDO_TIME`]), oldest first.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn purgeable(pool: &PgPool, age: Duration, limit: u32) -> Result<Vec<PurgeableDraft>> {
    Ok(sqlx::query!(
        "SELECT id, user_id FROM prescriptions
          WHERE status = 'DRAFT' AND deleted_at <= now() - $1::interval
          ORDER BY deleted_at LIMIT $2",
        interval(age.max(2 * jobs::UNDO_TIME)),
        i64::from(limit),
    )
    .map(|row| PurgeableDraft {
        prescription_id: row.id.into(),
        user_id: row.user_id.into(),
    })
    .fetch_all(pool)
    .await?)
}

/// Removes a deleted draft for good. A paper that a broken signature left has to
/// be gone from the object store first.
///
/// # Errors
/// [`crate::StoreError::NotFound`] when it is not deleted.
pub async fn purge(connection: &mut PgConnection, id: PrescriptionId) -> Result<()> {
    let removed = sqlx::query!(
        "DELETE FROM prescriptions
          WHERE id = $1 AND status = 'DRAFT' AND deleted_at IS NOT NULL",
        id.as_uuid(),
    )
    .execute(connection)
    .await?;
    changed(&removed)
}
