//! Requests that are carried out once, however often they are sent.
//!
//! A caller that lost the answer sends its request again with the same key. The key's
//! line is written in the transaction that makes the row, so both are there or
//! neither. What is remembered of an answer is its status and the id it named; a
//! request that was refused is not remembered, and may be mended under the same key.

use std::str::FromStr;

use seva_model::{AppError, ErrorCode, UserId};
use seva_store::{
    StoreError, Transaction,
    idempotency::{self, Answered, Request},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{NewDictation, Services, SpooledUpload, errors::Reported};

/// Longest key, in characters.
const MAX_KEY: usize = 255;

/// The status of an answer that names what was there already.
pub(crate) const FOUND: u16 = 200;
/// The status of an answer that names something new.
pub(crate) const CREATED: u16 = 201;
/// The status of an answer that names work which was taken on.
pub(crate) const ACCEPTED: u16 = 202;

/// A caller's own name for one request.
#[derive(Clone)]
pub struct IdempotencyKey(String);

impl FromStr for IdempotencyKey {
    type Err = AppError;

    /// Accepts 1 to 255 visible characters of ASCII.
    fn from_str(text: &str) -> Result<Self, AppError> {
        let is_key =
            (1..=MAX_KEY).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        if is_key {
            Ok(Self(text.to_owned()))
        } else {
            Err(AppError::new(
                ErrorCode::ValidationFailed,
                "Idempotency-Key has 1 to 255 visible characters and no spaces. A random UUID \
                 is a good one.",
            ))
        }
    }
}

impl IdempotencyKey {
    /// The request that the key stands for.
    #[must_use]
    pub fn request(&self, method: &str, path: &str, body: &[u8]) -> OnceOnly {
        self.once(&[method.as_bytes(), path.as_bytes(), body])
    }

    /// The same of an upload, whose body never is the same twice: what it says counts.
    #[must_use]
    pub fn upload(
        &self,
        method: &str,
        path: &str,
        upload: &SpooledUpload,
        new: &NewDictation,
    ) -> OnceOnly {
        let patient_name = new.patient_name.as_ref().map_or("", |name| name.as_str());
        self.once(&[
            method.as_bytes(),
            path.as_bytes(),
            upload.sha256(),
            upload.file_name().as_bytes(),
            new.specialty.as_str().as_bytes(),
            new.language_code.as_bytes(),
            patient_name.as_bytes(),
        ])
    }

    fn once(&self, said: &[&[u8]]) -> OnceOnly {
        let mut fingerprint = Sha256::new();
        // Only who knows the key can tell what a stored fingerprint was made of.
        for part in [self.0.as_bytes()].iter().chain(said) {
            fingerprint.update((part.len() as u64).to_be_bytes());
            fingerprint.update(part);
        }
        OnceOnly {
            key_hash: Sha256::digest(&self.0).into(),
            fingerprint: fingerprint.finalize().into(),
        }
    }
}

/// A request that is to be carried out once.
#[derive(Clone)]
pub struct OnceOnly {
    key_hash: [u8; 32],
    fingerprint: [u8; 32],
}

/// What a request made, or had made before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Created<T> {
    /// The row.
    pub id: T,
    /// HTTP status of the answer: 201, 202 for work that was taken on, 200 for what
    /// was there already.
    pub status: u16,
    /// Whether an earlier request with the same key was answered so.
    pub replayed: bool,
}

impl<T> Created<T> {
    pub(crate) const fn now(id: T, status: u16) -> Self {
        Self {
            id,
            status,
            replayed: false,
        }
    }
}

/// What came of a transaction that makes something.
pub(crate) enum Made<T> {
    /// It is there.
    There(Created<T>),
    /// The key belongs to another request.
    Reused,
}

impl<T> Made<T> {
    /// What is there.
    ///
    /// # Errors
    /// `IDEMPOTENCY_KEY_REUSED`.
    pub(crate) fn created(self) -> Result<Created<T>, AppError> {
        match self {
            Self::There(created) => Ok(created),
            Self::Reused => Err(AppError::new(
                ErrorCode::IdempotencyKeyReused,
                "This Idempotency-Key was used for another request in the last 24 hours. Nothing \
                 was done. Send a new key with a new request.",
            )),
        }
    }
}

impl OnceOnly {
    fn made<T: From<Uuid>>(&self, before: &Answered) -> Made<T> {
        if before.fingerprint == self.fingerprint {
            Made::There(Created {
                id: before.entity_id.into(),
                status: before.status,
                replayed: true,
            })
        } else {
            Made::Reused
        }
    }
}

/// Remembers the request in the transaction that carries it out. Gives what was made
/// before when it is not the first one; then the transaction is to be dropped. While
/// the first one is at work it is waited for.
pub(crate) async fn remember<T: From<Uuid>>(
    tx: &mut Transaction,
    user_id: UserId,
    once: Option<&OnceOnly>,
    answer: (u16, Uuid),
) -> Result<Option<Made<T>>, StoreError> {
    let Some(once) = once else {
        return Ok(None);
    };
    let (status, entity_id) = answer;
    let request = Request {
        key_hash: &once.key_hash,
        fingerprint: &once.fingerprint,
        status,
        entity_id,
    };
    let before = idempotency::remember(tx, user_id, &request).await?;
    Ok(before.map(|before| once.made(&before)))
}

impl Services {
    /// What an earlier request with this key was answered, before anything is done
    /// for the new one.
    pub(crate) async fn answered<T: From<Uuid>>(
        &self,
        user_id: UserId,
        once: Option<&OnceOnly>,
    ) -> Result<Option<Created<T>>, AppError> {
        let Some(once) = once else {
            return Ok(None);
        };
        let before = idempotency::find(self.pool(), user_id, &once.key_hash)
            .await
            .reported("look for a request")?;
        before
            .map(|before| once.made(&before).created())
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn fingerprint(key: &str, method: &str, path: &str, body: &str) -> [u8; 32] {
        let key: IdempotencyKey = key.parse().unwrap();
        key.request(method, path, body.as_bytes()).fingerprint
    }

    #[test]
    fn a_key_has_visible_characters() {
        for good in [
            "a",
            "0b1f6c9e-7b0e-4e60-8c8e-2f2c1d0a0b11",
            &"x".repeat(255),
        ] {
            assert!(good.parse::<IdempotencyKey>().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a\n", "ключ", &"x".repeat(256)] {
            assert!(bad.parse::<IdempotencyKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_of_a_request_do_not_run_into_each_other() {
        let one = fingerprint("k", "POST", "/a", "b");
        assert_ne!(one, fingerprint("k", "POST", "/ab", ""));
        assert_ne!(one, fingerprint("k", "POST/", "a", "b"));
        assert_ne!(one, fingerprint("l", "POST", "/a", "b"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn the_same_request_has_one_fingerprint_and_another_another(
            key in "[!-~]{1,40}", body in "\\PC{0,60}", other in "\\PC{0,60}"
        ) {
            let one = fingerprint(&key, "POST", "/p", &body);
            prop_assert_eq!(one, fingerprint(&key, "POST", "/p", &body));
            prop_assert_eq!(body == other, one == fingerprint(&key, "POST", "/p", &other));
        }
    }
}
