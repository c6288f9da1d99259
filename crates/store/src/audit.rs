//! Who did what to which row. The table takes inserts only.

use seva_model::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Result;

/// Writes an event into the transaction of the change it tells of.
///
/// `user` is `None` for what the system did by itself; `action` is a dotted
/// name such as `prescription.finalize`; `entity_type` names the table.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn record(
    connection: &mut PgConnection,
    user: Option<UserId>,
    action: &str,
    entity_type: &str,
    entity_id: Uuid,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO audit_events (id, user_id, action, entity_type, entity_id)
         VALUES ($1, $2, $3, $4, $5)",
        Uuid::now_v7(),
        user.map(UserId::as_uuid),
        action,
        entity_type,
        entity_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}
