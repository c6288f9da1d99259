//! Accounts of the embedded profile, in the product's own database.

mod code;
mod limiter;
mod password;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use seva_model::{ConfirmationCode, EmailAddress, FullName, Password, Registration, UserId};
use seva_services::ports::{
    Authenticated, Identity, IdentityError, Mail, Mailer, PortError, Registered, Secret,
};
use seva_store::{
    PgConnection, PgPool, StoreError, audit,
    local_credentials::{self as accounts, CodePurpose, LocalAccount, NewLocalUser},
};
use uuid::Uuid;

use self::{code::Codes, limiter::Limiter, password::Passwords};
use crate::failure::Service;

const SERVICE: Service = Service("identity");

const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
const CODE_TRIES: i16 = 5;

/// Codes sent to one address, asked for by anybody.
const MOST_CODES: u32 = 5;
const CODES_WINDOW: Duration = Duration::from_secs(60 * 60);

/// Passwords tried for one address.
const MOST_FAILURES: u32 = 10;
const FAILURES_WINDOW: Duration = Duration::from_secs(15 * 60);

/// The embedded identity provider: Argon2id, six-digit codes by mail.
pub struct LocalIdentity {
    pool: PgPool,
    mailer: Arc<dyn Mailer>,
    codes: Codes,
    passwords: Passwords,
    sent_codes: Limiter,
    failures: Limiter,
}

impl LocalIdentity {
    /// Keeps accounts in `pool` and sends codes through `mailer`. `key` goes into
    /// the digests of the codes.
    #[must_use]
    pub fn new(pool: PgPool, mailer: Arc<dyn Mailer>, key: &Secret) -> Self {
        Self {
            pool,
            mailer,
            codes: Codes::new(key),
            passwords: Passwords::new(),
            sent_codes: Limiter::new(MOST_CODES, CODES_WINDOW),
            failures: Limiter::new(MOST_FAILURES, FAILURES_WINDOW),
        }
    }

    async fn find(&self, email: &EmailAddress) -> Result<Option<LocalAccount>, PortError> {
        accounts::find_by_email(&self.pool, email)
            .await
            .map_err(store("find an account"))
    }

    async fn confirm_account(&self, user: UserId) -> Result<(), PortError> {
        let confirm = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            accounts::confirm(&mut tx, user).await?;
            record(&mut tx, user, "identity.confirm").await?;
            seva_store::commit(tx).await
        };
        confirm.await.map_err(store("confirm"))
    }

    /// Sends a code whose digest is stored already.
    async fn send(&self, email: &EmailAddress, code: &str) -> Result<(), PortError> {
        self.mailer
            .send(&Mail {
                to: email.clone(),
                subject: "Your SEVA Arogya code".to_owned(),
                text: format!(
                    "Your code is {code}\n\nIt is valid for 15 minutes. If you did not ask for \
                     it, you can leave this message alone.\n"
                ),
            })
            .await
    }

    /// Opens an account, or begins anew with one that nobody ever confirmed.
    async fn open_or_renew(
        &self,
        registration: &Registration,
        hash: &str,
    ) -> Result<(UserId, String, String), StoreError> {
        let known = accounts::find_by_email(&self.pool, &registration.email).await?;
        let mut tx = seva_store::begin(&self.pool).await?;
        let (user, subject) = match known {
            Some(account) => {
                let user = account.user_id;
                accounts::set_unconfirmed(&mut tx, user, &registration.full_name, hash).await?;
                record(&mut tx, user, "identity.register").await?;
                (user, account.subject)
            }
            None => {
                let user = UserId::generate();
                let subject = open_account(&mut tx, user, registration, hash).await?;
                (user, subject)
            }
        };
        let code = self.renew_code(&mut tx, user).await?;
        seva_store::commit(tx).await?;
        Ok((user, subject, code))
    }

    async fn renew_code(
        &self,
        connection: &mut PgConnection,
        user: UserId,
    ) -> Result<String, StoreError> {
        let (code, digest) = self.codes.make(user);
        let purpose = CodePurpose::ConfirmEmail;
        accounts::set_code(
            connection,
            user,
            purpose,
            &digest,
            CODE_TRIES,
            CODE_LIFETIME,
        )
        .await?;
        Ok(code)
    }
}

#[async_trait]
impl Identity for LocalIdentity {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        let email = &registration.email;
        if !self.sent_codes.admit(email.as_str(), Instant::now()) {
            return Err(IdentityError::TooManyAttempts);
        }
        let hash = self.passwords.hash(&registration.password).await?;
        let (_, subject, code) =
            self.open_or_renew(registration, &hash)
                .await
                .map_err(|error| match error {
                    StoreError::Taken | StoreError::WrongState => IdentityError::AlreadyRegistered,
                    error => store("register")(error).into(),
                })?;
        self.send(email, &code).await?;
        Ok(Registered {
            subject,
            confirmation_required: true,
        })
    }

    async fn confirm(
        &self,
        email: &EmailAddress,
        code: &ConfirmationCode,
    ) -> Result<(), IdentityError> {
        let account = self.find(email).await?.ok_or(IdentityError::CodeMismatch)?;
        let user = account.user_id;
        let sent = accounts::take_try(&self.pool, user, CodePurpose::ConfirmEmail)
            .await
            .map_err(store("confirm"))?
            .ok_or(IdentityError::CodeMismatch)?;
        if !sent.usable {
            return Err(IdentityError::CodeExpired);
        }
        if !self.codes.matches(user, code, &sent.code_hash) {
            return Err(IdentityError::CodeMismatch);
        }
        Ok(self.confirm_account(user).await?)
    }

    async fn resend_code(&self, email: &EmailAddress) -> Result<(), IdentityError> {
        if !self.sent_codes.admit(email.as_str(), Instant::now()) {
            return Err(IdentityError::TooManyAttempts);
        }
        let Some(account) = self.find(email).await?.filter(|account| !account.confirmed) else {
            return Ok(());
        };
        let renew = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let code = self.renew_code(&mut tx, account.user_id).await?;
            seva_store::commit(tx).await?;
            Ok(code)
        };
        let code = renew.await.map_err(store("resend a code"))?;
        Ok(self.send(email, &code).await?)
    }

    async fn authenticate(
        &self,
        email: &EmailAddress,
        password: &Password,
    ) -> Result<Authenticated, IdentityError> {
        if !self.failures.admit(email.as_str(), Instant::now()) {
            return Err(IdentityError::TooManyAttempts);
        }
        let account = self.find(email).await?;
        let hash = account
            .as_ref()
            .map(|account| account.password_hash.as_str());
        let is_right = self.passwords.verify(password, hash).await?;
        let account = account.filter(|_| is_right).ok_or(IdentityError::Refused)?;
        self.failures.clear(email.as_str());
        if !account.confirmed {
            return Err(IdentityError::NotConfirmed);
        }
        Ok(Authenticated {
            subject: account.subject,
            email: email.clone(),
            full_name: full_name(&account.full_name)?,
        })
    }

    /// Nothing is held beyond the session, which is not this port's.
    async fn sign_out(&self, _subject: &str) -> Result<(), IdentityError> {
        Ok(())
    }
}

/// Writes user, credentials and audit row; returns the subject.
async fn open_account(
    connection: &mut PgConnection,
    user: UserId,
    registration: &Registration,
    password_hash: &str,
) -> Result<String, StoreError> {
    let subject = Uuid::now_v7().to_string();
    let account = NewLocalUser {
        id: user,
        subject: &subject,
        email: &registration.email,
        full_name: &registration.full_name,
        password_hash,
    };
    accounts::insert(connection, &account).await?;
    record(connection, user, "identity.register").await?;
    Ok(subject)
}

async fn record(
    connection: &mut PgConnection,
    user: UserId,
    action: &str,
) -> Result<(), StoreError> {
    audit::record(connection, Some(user), action, "user", user.as_uuid()).await
}

fn full_name(stored: &str) -> Result<FullName, PortError> {
    stored
        .parse()
        .map_err(|_| SERVICE.lasting("read an account", StoreError::Corrupt("full_name")))
}

fn store(operation: &'static str) -> impl Fn(StoreError) -> PortError {
    move |error| {
        if error.may_retry() {
            SERVICE.passing(operation, error)
        } else {
            SERVICE.lasting(operation, error)
        }
    }
}
