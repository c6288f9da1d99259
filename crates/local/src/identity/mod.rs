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
    local_credentials::{
        self as accounts, CodePurpose, LocalAccount, NewLocalUser, RegisteredAnew,
    },
};
use uuid::Uuid;

use self::{
    code::{Codes, Confirmed},
    limiter::Limiter,
    password::Passwords,
};
use crate::failure::Service;

const SERVICE: Service = Service("identity");

const CODE_LIFETIME: Duration = Duration::from_secs(15 * 60);
const CODE_TRIES: i16 = 5;

/// How long an address that nobody confirmed takes no other password. Whoever
/// registers it next would otherwise have their password confirmed by the person
/// who waits for the code of the first.
const RESERVED: Duration = Duration::from_secs(60 * 60);

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

    async fn confirm_account(&self, what: Confirmed<'_>) -> Result<(), StoreError> {
        let mut tx = seva_store::begin(&self.pool).await?;
        accounts::confirm(&mut tx, what.user, what.password_hash).await?;
        record(&mut tx, what.user, "identity.confirm").await?;
        seva_store::commit(tx).await
    }

    /// Sends a code whose digest is stored already.
    async fn send(&self, email: &EmailAddress, code: &str) -> Result<(), PortError> {
        self.mailer
            .send(&Mail {
                to: email.clone(),
                subject: "Your SEVA Arogya code".to_owned(),
                text: format!(
                    "Your code is {code}\n\nIt is valid for 15 minutes and confirms the password \
                     that was registered with this address. If you did not register, enter the \
                     code nowhere: that password would not be yours.\n"
                ),
            })
            .await
    }

    /// Opens an account, or renews one that nobody confirmed. Gives the subject
    /// and the code to send.
    async fn open_or_renew(
        &self,
        registration: &Registration,
    ) -> Result<(String, String), IdentityError> {
        let known = self.find(&registration.email).await?;
        if known.as_ref().is_some_and(|account| account.confirmed) {
            return Err(IdentityError::AlreadyRegistered);
        }
        let hash = self.hash_for(registration, known.as_ref()).await?;
        let opened = async {
            let mut tx = seva_store::begin(&self.pool).await?;
            let (user, subject) = match known {
                Some(account) => {
                    let anew = RegisteredAnew {
                        full_name: &registration.full_name,
                        known_hash: &account.password_hash,
                        password_hash: &hash,
                        reserved: RESERVED,
                    };
                    accounts::register_anew(&mut tx, account.user_id, &anew).await?;
                    (account.user_id, account.subject)
                }
                None => open_account(&mut tx, registration, &hash).await?,
            };
            record(&mut tx, user, "identity.register").await?;
            let what = Confirmed {
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

    /// The hash to store: the known one when it is of the same password.
    async fn hash_for(
        &self,
        registration: &Registration,
        known: Option<&LocalAccount>,
    ) -> Result<String, PortError> {
        let password = &registration.password;
        if let Some(account) = known {
            let hash = account.password_hash.as_str();
            if self.passwords.verify(password, Some(hash)).await? {
                return Ok(hash.to_owned());
            }
        }
        self.passwords.hash(password).await
    }

    async fn renew_code(
        &self,
        connection: &mut PgConnection,
        what: Confirmed<'_>,
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

#[async_trait]
impl Identity for LocalIdentity {
    async fn register(&self, registration: &Registration) -> Result<Registered, IdentityError> {
        let email = &registration.email;
        if !self.sent_codes.admit(email.as_str(), Instant::now()) {
            return Err(IdentityError::TooManyAttempts);
        }
        let (subject, code) = self.open_or_renew(registration).await?;
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
        let what = confirmed_by_code(&account);
        let sent = accounts::take_try(&self.pool, what.user, CodePurpose::ConfirmEmail)
            .await
            .map_err(store("confirm"))?
            .ok_or(IdentityError::CodeMismatch)?;
        if !sent.usable {
            return Err(IdentityError::CodeExpired);
        }
        if !self.codes.matches(what, code, &sent.code_hash) {
            return Err(IdentityError::CodeMismatch);
        }
        match self.confirm_account(what).await {
            // Another password was registered since the account was read.
            Err(StoreError::NotFound) => Err(IdentityError::CodeExpired),
            other => Ok(other.map_err(store("confirm"))?),
        }
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
            let code = self
                .renew_code(&mut tx, confirmed_by_code(&account))
                .await?;
            record(&mut tx, account.user_id, "identity.resend_code").await?;
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

/// What a code of this account confirms.
fn confirmed_by_code(account: &LocalAccount) -> Confirmed<'_> {
    Confirmed {
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
