//! A new password: by a mailed code, or by the old one.

use seva_model::{ConfirmationCode, EmailAddress, Password};
use seva_services::ports::{IdentityError, Sessions, SignedIn};
use seva_store::{
    SessionKey, StoreError, access_tokens, end_sessions,
    local_credentials::{self as accounts, CodePurpose, LocalAccount},
};

use super::{
    CODE_LIFETIME, CODE_TRIES, CodeFor, LocalIdentity, letter, record, record_request,
    record_revoked, store,
};

/// What a reset code of this account is for.
fn reset_of(account: &LocalAccount) -> CodeFor<'_> {
    CodeFor {
        purpose: CodePurpose::ResetPassword,
        user: account.user_id,
        password_hash: &account.password_hash,
    }
}

impl LocalIdentity {
    /// Also where nobody has proven yet that the address is theirs: so whoever
    /// reads its mail takes it from a stranger who registered it first.
    pub(super) async fn mail_reset_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.admit_code(CodePurpose::ResetPassword, email).await?;
        let Some(account) = self.find(email).await? else {
            return Ok(());
        };
        let (code, digest) = self.codes.make(reset_of(&account));
        let kept = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            accounts::set_code(
                &mut tx,
                account.user_id,
                CodePurpose::ResetPassword,
                &digest,
                CODE_TRIES,
                CODE_LIFETIME,
            )
            .await?;
            record_request(&mut tx, account.user_id, "identity.forgot_password").await?;
            seva_store::commit(tx).await
        };
        kept.await.map_err(store("keep a code"))?;
        let mail = letter::with_code(
            email,
            "Your SEVA Arogya code for a new password",
            &code,
            "It is valid for 15 minutes and sets a new password for this address. If you did not \
             ask for it, tell it to nobody: your password stays as it is.",
        );
        Ok(self.mailer.send(&mail).await?)
    }

    pub(super) async fn reset_by_code(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
        password: &Password,
    ) -> Result<Sessions, IdentityError> {
        let account = self.find(email).await?.ok_or(IdentityError::CodeMismatch)?;
        self.try_code(reset_of(&account), code).await?;
        let hash = self.passwords.hash(password).await?;
        let replaced = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let user = account.user_id;
            accounts::replace_password(&mut tx, user, &account.password_hash, &hash).await?;
            end_sessions(&mut tx, user, None).await?;
            for token in access_tokens::revoke_all(&mut tx, user).await? {
                record_revoked(&mut tx, user, token).await?;
            }
            record(&mut tx, user, "identity.reset_password").await?;
            seva_store::commit(tx).await
        };
        match replaced.await {
            // Another password was set since the account was read.
            Err(StoreError::NotFound) => Err(IdentityError::CodeExpired),
            other => Ok(other.map_err(store("reset a password"))?),
        }?;
        // Whoever proves the address anew need not wait for others' wrong guesses.
        self.attempts.clear_passwords(email).await;
        Ok(Sessions::Ended)
    }

    pub(super) async fn change_by_password(
        &self,
        person: SignedIn<'_>,
        old: &Password,
        new: &Password,
        keep: Option<SessionKey>,
    ) -> Result<Sessions, IdentityError> {
        let account = self.account_of_password(person.email, old).await?;
        if account.subject != person.subject {
            return Err(IdentityError::Refused);
        }
        let hash = self.passwords.hash(new).await?;
        let replaced = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let user = account.user_id;
            accounts::replace_password(&mut tx, user, &account.password_hash, &hash).await?;
            end_sessions(&mut tx, user, keep).await?;
            record(&mut tx, user, "identity.change_password").await?;
            seva_store::commit(tx).await
        };
        match replaced.await {
            Err(StoreError::NotFound) => Err(IdentityError::Refused),
            other => Ok(other.map_err(store("change a password"))?),
        }?;
        Ok(Sessions::Ended)
    }
}
