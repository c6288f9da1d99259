//! Who did what to which row. The table takes inserts only.

use seva_model::{AccessTokenId, UserId};
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
    record_by(connection, user, None, action, entity_type, entity_id).await
}

/// The same of what a program did in the person's name, with the token that it showed. A
/// token without a person is refused.
///
/// # Errors
/// [`crate::StoreError::Database`].
pub async fn record_by(
    connection: &mut PgConnection,
    user: Option<UserId>,
    token: Option<AccessTokenId>,
    action: &str,
    entity_type: &str,
    entity_id: Uuid,
) -> Result<()> {
    sqlx::query!(
        "INSERT INTO audit_events (id, user_id, token_id, action, entity_type, entity_id)
         VALUES ($1, $2, $3, $4, $5, $6)",
        Uuid::now_v7(),
        user.map(UserId::as_uuid),
        token.map(AccessTokenId::as_uuid),
        action,
        entity_type,
        entity_id,
    )
    .execute(connection)
    .await?;
    Ok(())
}
