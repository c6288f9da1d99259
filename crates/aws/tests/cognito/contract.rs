//! The contract. What the emulator gets wrong, so that the contract makes an exception
//! here or a hand-written answer stands in:
//! - a confirmed address that asks for a code gets one; Cognito refuses;
//! - a challenge is answered whatever its session is, and codes never grow old;
//! - a code is always the same one, so a second never voids the first;
//! - it asks for no mailed code after the password.
//!
//! It does check passwords, codes, hashes, signatures and revocations.

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress};
use seva_services::ports::{Identity, PendingChallenge};
use seva_testkit::contracts::{self, IdentityException, IdentityWorld};

use crate::pool::{AppClient, Pool, USUAL};

#[async_trait]
impl IdentityWorld for Pool {
    fn identity(&self) -> &dyn Identity {
        &self.identity
    }

    async fn codes_sent_to(&self, email: &EmailAddress) -> Vec<ConfirmationCode> {
        self.codes_sent_to(email).await
    }

    async fn let_code_expire(&self, _email: &EmailAddress) {
        unreachable!("it makes the exception");
    }

    fn expired(&self, _challenge: &PendingChallenge) -> PendingChallenge {
        unreachable!("it makes the exception");
    }

    fn makes(&self, exception: IdentityException) -> bool {
        match exception {
            // Cognito itself answers so.
            IdentityException::AwaitedCodeBeforePassword => true,
            // The emulator alone.
            IdentityException::CodesOnceConfirmed | IdentityException::NothingExpires => true,
        }
    }
}

#[tokio::test]
async fn a_client_with_a_secret_keeps_the_contract() {
    contracts::identity(Pool::new).await;
}

#[tokio::test]
async fn a_client_without_a_secret_keeps_the_contract() {
    let client = AppClient {
        has_secret: false,
        ..USUAL
    };
    contracts::identity(async || Pool::of(client).await).await;
}
