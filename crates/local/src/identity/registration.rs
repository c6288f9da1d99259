//! Opening an account and proving its address.

use seva_model::{ConfirmationCode, EmailAddress, Registration, UserId};
use seva_services::ports::{IdentityError, PortError, Registered};
use seva_store::{
    PgConnection, StoreError,
    local_credentials::{self as accounts, CodePurpose, LocalAccount, NewLocalUser},
};
use uuid::Uuid;

use super::{
    CODE_LIFETIME, CODE_TRIES, CodeFor, LocalIdentity, letter, record, record_request, store,
};

impl LocalIdentity {
    pub(super) async fn register_person(
        &self,
        registration: &Registration,
    ) -> Result<Registered, IdentityError> {
        let email = &registration.email;
        let (subject, code) = self.open_or_renew(registration).await?;
        self.send(email, &code).await?;
        Ok(Registered {
            subject,
            confirmation_required: true,
        })
    }

    pub(super) async fn confirm_by_code(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let account = self.find(email).await?.ok_or(IdentityError::CodeMismatch)?;
        let what = confirmed_by_code(&account);
        self.try_code(what, code).await?;
        match self.confirm_account(what).await {
            // Another password was registered since the account was read.
            Err(StoreError::NotFound) => Err(IdentityError::CodeExpired),
            other => Ok(other.map_err(store("confirm"))?),
        }
    }

    pub(super) async fn resend(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        self.admit_code(CodePurpose::ConfirmEmail, email).await?;
        let Some(account) = self.find(email).await?.filter(|account| !account.confirmed) else {
            return Ok(());
        };
        let renew = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let code = self
                .renew_code(&mut tx, confirmed_by_code(&account))
                .await?;
            record_request(&mut tx, account.user_id, "identity.resend_code").await?;
            seva_store::commit(tx).await?;
            Ok(code)
        };
        let code = renew.await.map_err(store("resend a code"))?;
        Ok(self.send(email, &code).await?)
    }

    async fn confirm_account(&self, what: CodeFor<'_>) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(&self.pool).await?;
        accounts::confirm(&mut tx, what.user, what.password_hash).await?;
        record(&mut tx, what.user, "identity.confirm").await?;
        seva_store::commit(tx).await
    }

    /// Sends a code whose digest is stored already.
    async fn send(&self, email: &EmailAddress, code: &str) -> Result<(), PortError> {
        self.mailer
            .send(&letter::with_code(
                email,
                "Your SEVA Arogya code",
                code,
                "It is valid for 15 minutes and confirms the password that was registered with \
                 this address. If you did not register, enter the code nowhere: that password \
                 would not be yours.",
            ))
            .await
    }

    /// Opens an account, or, with its own password, renews one that nobody
    /// confirmed. Another password never takes the place of the registered one
    /// here: the person who waits for the code of the first would confirm it.
    /// Gives the subject and the code to send.
    async fn open_or_renew(
        &self,
        registration: &Registration,
    ) -> Result<(String, String), IdentityError> {
        let known = self.find(&registration.email).await?;
        let hash = self.hash_for(registration, known.as_ref()).await?;
        // Not before: a stranger's refused registrations leave the owner their codes.
        self.admit_code(CodePurpose::ConfirmEmail, &registration.email)
            .await?;
        let opened = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let (user, subject) = match known {
                Some(account) => {
                    let (user, name) = (account.user_id, &registration.full_name);
                    accounts::register_again(&mut tx, user, &hash, name).await?;
                    (user, account.subject)
                }
                None => open_account(&mut tx, registration, &hash).await?,
            };
            record(&mut tx, user, "identity.register").await?;
            let what = CodeFor {
                purpose: CodePurpose::ConfirmEmail,
                user,
                password_hash: &hash,
            };
            let code = self.renew_code(&mut tx, what).await?;
            seva_store::commit(tx).await?;
            Ok((subject, code))
        };
        opened.await.map_err(|error| match error {
            StoreError::Taken | StoreError::WrongState => IdentityError::AlreadyRegistered,
            error => store("register")(error).into(),
        })
    }

    /// The hash of the password: the known one where there is an account that
    /// may be registered once more. Refusals count as wrong passwords do.
    async fn hash_for(
        &self,
        registration: &Registration,
        known: Option<&LocalAccount>,
    ) -> Result<String, IdentityError> {
        let password = &registration.password;
        let Some(account) = known else {
            return Ok(self.passwords.hash(password).await?);
        };
        self.admit_password(&registration.email).await?;
        let hash = account.password_hash.as_str();
        if account.confirmed || !self.passwords.verify(password, Some(hash)).await? {
            return Err(IdentityError::AlreadyRegistered);
        }
        self.attempts.clear_passwords(&registration.email).await;
        Ok(hash.to_owned())
    }

    async fn renew_code(
        &self,
        connection: &mut PgConnection,
        what: CodeFor<'_>,
    ) -> Result<String, StoreError> {
        let (code, digest) = self.codes.make(what);
        accounts::set_code(
            connection,
            what.user,
            CodePurpose::ConfirmEmail,
            &digest,
            CODE_TRIES,
            CODE_LIFETIME,
        )
        .await?;
        Ok(code)
    }
}

/// What a code of this account confirms.
fn confirmed_by_code(account: &LocalAccount) -> CodeFor<'_> {
    CodeFor {
        purpose: CodePurpose::ConfirmEmail,
        user: account.user_id,
        password_hash: &account.password_hash,
    }
}

/// Writes user and credentials; returns the id and the subject.
async fn open_account(
    connection: &mut PgConnection,
    registration: &Registration,
    password_hash: &str,
) -> Result<(UserId, String), StoreError> {
    let user = UserId::generate();
    let subject = Uuid::now_v7().to_string();
    let account = NewLocalUser {
        id: user,
        subject: &subject,
        email: &registration.email,
        full_name: &registration.full_name,
        password_hash,
    };
    accounts::insert(connection, &account).await?;
    Ok((user, subject))
}
