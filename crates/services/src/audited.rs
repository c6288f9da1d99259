//! A change of state and the audit event that tells of it, in one transaction.

use seva_model::{AppError, UserId};
use seva_store::{StoreError, Transaction, audit};
use uuid::Uuid;

use crate::{Services, acting, errors::Reported};

pub(crate) const ACCESS_TOKEN: &str = "access_token";
pub(crate) const USER: &str = "user";
pub(crate) const TRANSCRIPTION: &str = "transcription";
pub(crate) const PRESCRIPTION: &str = "prescription";

/// Who did what to which row. By which token is no part of it: [`acting`] knows.
#[derive(Clone, Copy)]
pub(crate) struct Action {
    user_id: Option<UserId>,
    name: &'static str,
    entity_type: &'static str,
    entity_id: Uuid,
}

impl Action {
    /// Something a person did.
    pub(crate) const fn of(
        user_id: UserId,
        name: &'static str,
        entity_type: &'static str,
        entity_id: Uuid,
    ) -> Self {
        Self {
            user_id: Some(user_id),
            name,
            entity_type,
            entity_id,
        }
    }

    /// Something SEVA did by itself, or for somebody who is not known.
    pub(crate) const fn of_system(
        name: &'static str,
        entity_type: &'static str,
        entity_id: Uuid,
    ) -> Self {
        Self {
            user_id: None,
            name,
            entity_type,
            entity_id,
        }
    }

    /// Records the action in the transaction and commits both.
    pub(crate) async fn commit(self, mut tx: Transaction) -> Result<(), StoreError> {
        self.write(&mut tx).await?;
        seva_store::commit(tx).await
    }

    /// Records the action in the transaction, beside others of the same change.
    pub(crate) async fn write(self, tx: &mut Transaction) -> Result<(), StoreError> {
        // What SEVA does by itself meanwhile is not the program's.
        let token = self.user_id.and_then(|_| acting::token());
        audit::record_by(
            tx,
            self.user_id,
            token,
            self.name,
            self.entity_type,
            self.entity_id,
        )
        .await
    }
}

impl Services {
    /// A transaction, for one change of state.
    pub(crate) async fn begin(&self) -> Result<Transaction, AppError> {
        seva_store::begin(self.pool()).await.reported("begin")
    }

    /// Records that somebody took something out of SEVA.
    pub(crate) async fn record(&self, action: Action) -> Result<(), AppError> {
        let tx = self.begin().await?;
        action.commit(tx).await.reported("record action")
    }
}
