//! Argon2id, away from the threads that serve requests.

use std::sync::Arc;

use argon2::{
    Argon2,
    password_hash::{Error, PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use seva_model::Password;
use seva_services::ports::PortError;
use tokio::sync::{OnceCell, Semaphore};

use super::SERVICE;

/// Each hash takes 19 MiB; more at once would only wait for a processor.
const AT_ONCE: usize = 4;

/// Hashes and checks passwords with the parameters the crate recommends.
pub(super) struct Passwords {
    turns: Semaphore,
    decoy: OnceCell<Arc<str>>,
}

impl Passwords {
    pub(super) fn new() -> Self {
        Self {
            turns: Semaphore::new(AT_ONCE),
            decoy: OnceCell::new(),
        }
    }

    /// A hash in PHC string format, with a salt of its own.
    pub(super) async fn hash(&self, password: &Password) -> Result<String, PortError> {
        let password = password.clone();
        self.in_turn(move || {
            let hash: PasswordHash =
                Argon2::default().hash_password(password.expose().as_bytes())?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether the password is the hashed one. Without a hash the answer is no,
    /// and takes as long, so that its duration does not tell who has an account.
    pub(super) async fn verify(
        &self,
        password: &Password,
        stored: Option<&str>,
    ) -> Result<bool, PortError> {
        let hash: Arc<str> = match stored {
            Some(hash) => hash.into(),
            None => self.decoy().await?,
        };
        let password = password.clone();
        let is_the_one = self
            .in_turn(move || {
                let hash = PasswordHash::new(&hash)?;
                match Argon2::default().verify_password(password.expose().as_bytes(), &hash) {
                    Ok(()) => Ok(true),
                    Err(Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .await?;
        Ok(is_the_one && stored.is_some())
    }

    /// The hash of nobody's password.
    async fn decoy(&self) -> Result<Arc<str>, PortError> {
        let make = || async {
            let nobodys = Password::attempt(hex::encode(rand::random::<[u8; 16]>()));
            self.hash(&nobodys).await.map(Arc::from)
        };
        self.decoy.get_or_try_init(make).await.cloned()
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, PortError> {
        let turn = self.turns.acquire().await;
        let result = SERVICE.blocking("hash a password", work).await?;
        drop(turn);
        result.map_err(|error| SERVICE.lasting("hash a password", error))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn only_the_hashed_password_is_accepted_and_each_hash_has_its_own_salt() {
        let passwords = Passwords::new();
        let password = Password::attempt("SecurePass123!".to_owned());
        let first = passwords.hash(&password).await.unwrap();
        assert!(first.starts_with("$argon2id$"), "{first}");
        assert_ne!(first, passwords.hash(&password).await.unwrap());
        assert!(passwords.verify(&password, Some(&first)).await.unwrap());
        let other = Password::attempt("SecurePass123?".to_owned());
        assert!(!passwords.verify(&other, Some(&first)).await.unwrap());
        assert!(!passwords.verify(&other, None).await.unwrap());
        assert!(passwords.verify(&other, Some("damaged")).await.is_err());
    }
}
