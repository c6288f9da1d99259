//! Objects and the rows that own them.
//!
//! An object store takes part in no transaction, and a process may die between
//! the two. So an object is announced before it is stored, and the transaction
//! that stores its row settles the announcement. What stays announced belongs to
//! nobody: the worker removes it when no upload can be at it any more.

use std::{future::Future, time::Duration};

use seva_model::{AppError, PrescriptionId, UserId};
use seva_store::{StoreError, object_intents, object_intents::Announced};
use tokio::time::timeout;

use crate::{
    Services,
    audited::{Action, USER},
    errors::{self, Reported, object_error},
    ports::ObjectError,
};

/// How long storing one object may take.
const STORING: Duration = Duration::from_secs(600);

/// How long an announced object is left alone: well beyond any that is being
/// stored.
const ABANDONED: Duration = Duration::from_secs(3600);

/// Objects removed at a time.
const BATCH: u32 = 50;

/// Where the paper of a prescription is stored.
pub(crate) fn paper_key(user_id: UserId, id: PrescriptionId) -> String {
    format!("prescriptions/{user_id}/{id}.pdf")
}

/// Waits for a recording to be stored. One that may have been stored in spite of
/// the error stays announced.
pub(crate) async fn stored(
    put: impl Future<Output = Result<(), ObjectError>>,
    what: &'static str,
) -> Result<(), AppError> {
    stored_within(STORING, put, what).await
}

/// Waits for an object to be stored, but no longer than `limit`.
pub(crate) async fn stored_within(
    limit: Duration,
    put: impl Future<Output = Result<(), ObjectError>>,
    what: &'static str,
) -> Result<(), AppError> {
    match timeout(limit, put).await {
        Ok(stored) => stored.map_err(|error| object_error(&error, what)),
        Err(late) => {
            errors::report("objects", "store in time", &late);
            Err(AppError::unavailable())
        }
    }
}

impl Services {
    /// Says that an object is about to be stored.
    pub(crate) async fn announce_object(&self, user_id: UserId, key: &str) -> Result<(), AppError> {
        object_intents::announce(self.pool(), user_id, key)
            .await
            .reported("announce object")
    }

    /// Removes an object unless a row owns it. A transaction that is about to
    /// settle its announcement is waited for.
    pub(crate) async fn discard_object(
        &self,
        user_id: UserId,
        key: &str,
    ) -> Result<(), StoreError> {
        // Once more, in case it was given up before it was stored.
        object_intents::announce(self.pool(), user_id, key).await?;
        self.discard_older(key, Duration::ZERO).await
    }

    /// Removes what processes that died have left in the object store.
    pub(crate) async fn sweep_objects(&self) -> Result<(), StoreError> {
        for key in object_intents::abandoned(self.pool(), ABANDONED, BATCH).await? {
            // One that can't be removed must not keep the others.
            if let Err(error) = self.discard_older(&key, ABANDONED).await {
                errors::report("store", "sweep object", &error);
            }
        }
        Ok(())
    }

    async fn discard_older(&self, key: &str, age: Duration) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(self.pool()).await?;
        match object_intents::give_up(&mut tx, key, age).await? {
            Announced::Gone => Ok(()),
            Announced::Owned => seva_store::commit(tx).await,
            Announced::Unowned { user_id } => {
                if let Err(error) = self.ports().objects.delete(key).await {
                    // It stays announced, and is tried again by the next sweep.
                    errors::report("objects", "delete unowned object", &error);
                    return Ok(());
                }
                Action::of_system("object.discard", USER, user_id.as_uuid())
                    .commit(tx)
                    .await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn property_25_a_paper_is_named_by_its_doctor_and_its_prescription(
            user in any::<u128>(),
            one in any::<u128>(),
            other in any::<u128>(),
        ) {
            let user = Uuid::from_u128(user);
            let key = |id| paper_key(UserId::from_uuid(user), PrescriptionId::from_uuid(Uuid::from_u128(id)));
            let expected = format!("prescriptions/{user}/{}.pdf", Uuid::from_u128(one));
            prop_assert_eq!(key(one), expected);
            prop_assert_eq!(key(one) == key(other), one == other);
        }
    }
}
